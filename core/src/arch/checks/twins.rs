//! An output twice, one for each back end, with room around it that neither may write to.

use super::Outcome;
use super::random::Random;

/// Elements around an output.
pub(super) const GUARD: usize = 16;

/// The first element that differs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mismatch {
    pub(super) place: usize,
    pub(super) found: i64,
    pub(super) expected: i64,
}

/// Two outputs with the same contents before.
#[repr(align(16))]
pub(super) struct Twins<T, const N: usize> {
    found: [T; N],
    expected: [T; N],
}

/// What a buffer can hold before it is written.
pub(super) trait Element: Copy + PartialEq + Into<i64> {
    fn any(random: &mut Random) -> Self;
}

macro_rules! element {
    ($($t:ty),*) => {
        $(impl Element for $t {
            fn any(random: &mut Random) -> Self {
                random.next() as Self
            }
        })*
    };
}
element!(u8, i16, i32, u32);

impl<T: Element, const N: usize> Twins<T, N> {
    /// Both with the same random contents.
    pub(super) fn new(random: &mut Random) -> Self {
        let found = core::array::from_fn(|_| T::any(random));
        Self { found, expected: found }
    }

    /// Writes the same to both.
    pub(super) fn write(&mut self, place: usize, value: T) {
        (self.found[GUARD + place], self.expected[GUARD + place]) = (value, value);
    }

    /// Sets what the portable function, if there were one, would have written; it may depend on what is found.
    pub(super) fn expect(&mut self, place: usize, value: impl FnOnce(T) -> T) {
        self.expected[GUARD + place] = value(self.found[GUARD + place]);
    }

    /// The outputs of `length` elements `shift` elements behind the guard: the back end's, then the portable one's.
    pub(super) fn outputs(&mut self, shift: usize, length: usize) -> [&mut [T]; 2] {
        assert!(shift + length + 2 * GUARD <= N, "an output fits with its guards");
        let range = GUARD + shift..GUARD + shift + length;
        [&mut self.found[range.clone()], &mut self.expected[range]]
    }

    /// Everything, the guards included.
    pub(super) fn compare(&self) -> Outcome {
        same(&self.found, &self.expected)
    }
}

/// Whether both are the same.
pub(super) fn same<T: Element>(found: &[T], expected: &[T]) -> Outcome {
    match found.iter().zip(expected).position(|(found, expected)| found != expected) {
        Some(place) => Err(Mismatch { place, found: found[place].into(), expected: expected[place].into() }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_beside_an_output_is_found() {
        let mut twins = Twins::<u8, { 8 + 2 * GUARD }>::new(&mut Random::new(1));
        let [found, expected] = twins.outputs(0, 8);
        found.fill(1);
        expected.fill(1);
        assert!(twins.compare().is_ok());
        twins.found[GUARD + 8] ^= 1;
        assert_eq!(twins.compare().unwrap_err().place, GUARD + 8);
    }
}
