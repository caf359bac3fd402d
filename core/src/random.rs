//! Random shapes, and values that are random or as large as they can be: for tests.
#![allow(dead_code, reason = "the tests of a host and the checks of a board take some of it each")]
#![allow(clippy::indexing_slicing, reason = "for tests: indices are drawn below the lengths")]

/// How many random cases a test tries: one in five hundred under Miri, which is a thousand times slower than a processor.
pub(crate) const fn cases(all: usize) -> usize {
    if cfg!(miri) { all.div_ceil(500) } else { all }
}

/// The largest side of a random map: under Miri a few tiles and their edges.
pub(crate) const fn side(most: usize) -> usize {
    if cfg!(miri) { 7 } else { most }
}

/// Marsaglia's xorshift: enough for shapes and values.
pub(crate) struct Random(u32);

impl Random {
    /// The same sequence for the same seed.
    pub(crate) const fn new(seed: u32) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0
    }

    /// From 0 to `n - 1`.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        (self.next() >> 8) as usize % n
    }

    /// From 1 to `most`.
    pub(crate) fn up_to(&mut self, most: usize) -> usize {
        1 + self.below(most)
    }

    pub(crate) fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    pub(crate) fn flag(&mut self) -> bool {
        self.below(2) == 1
    }

    /// From `-most` to `most`.
    pub(crate) fn signed(&mut self, most: i32) -> i32 {
        self.below(2 * most as usize + 1) as i32 - most
    }

    /// A multiplier of 22 significant bits at most.
    pub(crate) fn multiplier(&mut self) -> i32 {
        match self.below(4) {
            0 => 1,
            1 => ((1 << 22) - 1) << 9,
            _ => self.up_to((1 << 22) - 1) as i32 * (1 << self.below(9)),
        }
    }

    /// Values of a map: all 0, all 255, either, sparse, or any.
    pub(crate) fn fill_u8(&mut self, values: &mut [u8]) {
        let kind = self.below(6);
        for value in values {
            let random = self.next() >> 9;
            *value = match kind {
                0 => 0,
                1 => 255,
                2 => 255 * (random & 1) as u8,
                3 => (random >> 3) as u8 * u8::from(random & 7 == 0),
                _ => random as u8,
            };
        }
    }

    /// Weights: all 127, all -127, either, small, or any from -127 to 127.
    pub(crate) fn fill_i8(&mut self, values: &mut [i8]) {
        let kind = self.below(6);
        for value in values {
            let random = self.next() >> 9;
            *value = match kind {
                0 => 127,
                1 => -127,
                2 => [127, -127][(random & 1) as usize],
                3 => (random % 3) as i8 - 1,
                _ => (random as i8).max(-127),
            };
        }
    }

    /// Lanes of 16 bits from `-most` to `most`: all the largest, all the smallest, either, or any.
    pub(crate) fn fill_i16(&mut self, most: i16, values: &mut [i16]) {
        let kind = self.below(5);
        for value in values {
            *value = match kind {
                0 => most,
                1 => -most,
                2 => [most, -most][self.below(2)],
                _ => self.signed(most.into()) as i16,
            };
        }
    }

    /// Words: all 0, lanes of the largest or smallest values, or any.
    pub(crate) fn fill_words(&mut self, words: &mut [u32]) {
        let kind = self.below(6);
        for word in words {
            *word = match kind {
                0 => 0,
                1 => 0x7fff_7fff,
                2 => 0x8000_8000,
                3 => [0x7fff_8000, 0x8000_7fff, 0x7fff_7fff, 0x8000_8000][self.below(4)],
                _ => self.next() ^ self.next() << 16,
            };
        }
    }
}
