//! An observer that gives the time since the last row to the layer whose row is finished, and remembers what the rows hold: their
//! checksum and how many values are not zero. What it does itself is not measured.

use core::cell::RefCell;

use switchback::stream::{Checksums, Observer, Tap, TapRow};

use linked::counter::Counter;

/// Kinds of [`Tap`].
const KINDS: usize = 8;
/// Taps of one kind that are told apart; more than a network has.
const PLACES: usize = 32;

/// What is known of a tap of one image.
#[derive(Clone, Copy, Default)]
pub struct Measure {
    /// Ticks of the timer.
    pub ticks: u32,
    /// Values of a map that are not zero.
    pub nonzeros: u32,
}

/// The measures of one image.
pub struct Profile {
    timer: Counter,
    last: u32,
    taps: [[Measure; PLACES]; KINDS],
    rest: u32,
    checksums: Checksums,
}

impl Profile {
    /// Nothing measured yet.
    pub fn new(timer: Counter) -> Self {
        let taps = [[Measure::default(); PLACES]; KINDS];
        Self { timer, last: 0, taps, rest: 0, checksums: Checksums::new() }
    }

    /// Forgets the last image.
    pub fn clear(&mut self) {
        self.taps = [[Measure::default(); PLACES]; KINDS];
        self.rest = 0;
        self.checksums.clear();
    }

    /// Begins to measure.
    pub fn resume(&mut self) {
        self.last = self.timer.ticks();
    }

    /// Stops: what no row was given is the rest.
    pub fn pause(&mut self) {
        self.rest = self.rest.wrapping_add(self.since_last());
    }

    /// Every tap that took time: down the encoder, up the decoder, the head.
    pub fn each(&self, mut show: impl FnMut(Tap, Measure)) {
        let places = || 0..PLACES as u8;
        let encoder = places().map(Tap::Convolution);
        let decoder = places().map(Tap::Deconvolution);
        let head = places().map(Tap::ClassSums).chain([Tap::Logits, Tap::Labels]);
        for tap in core::iter::once(Tap::Input).chain(encoder).chain(decoder).chain(head) {
            let measure = self.of(tap);
            if measure.ticks > 0 {
                show(tap, measure);
            }
        }
    }

    /// What is known of a tap.
    pub fn of(&self, tap: Tap) -> Measure {
        let [kind, place] = place(tap);
        self.taps.get(kind).and_then(|taps| taps.get(place)).copied().unwrap_or_default()
    }

    /// Ticks that belong to no tap.
    pub fn rest(&self) -> u32 {
        self.rest
    }

    /// The checksums of all taps.
    pub fn checksums(&self) -> &Checksums {
        &self.checksums
    }

    fn row(&mut self, tap: Tap, y: usize, row: TapRow<'_>) {
        let ticks = self.since_last();
        let [kind, place] = place(tap);
        match self.taps.get_mut(kind).and_then(|taps| taps.get_mut(place)) {
            Some(measure) => {
                measure.ticks = measure.ticks.wrapping_add(ticks);
                if let (TapRow::U8(values), Tap::Convolution(_) | Tap::Deconvolution(_)) = (row, tap) {
                    measure.nonzeros += values.iter().filter(|&&value| value != 0).count() as u32;
                }
            }
            None => self.rest = self.rest.wrapping_add(ticks),
        }
        self.checksums.row(tap, y, row);
        self.resume();
    }

    fn since_last(&self) -> u32 {
        self.timer.ticks().wrapping_sub(self.last)
    }
}

/// Where a tap's measure is kept; nowhere for a tap whose rows are finished before they are shown.
fn place(tap: Tap) -> [usize; 2] {
    let tap = match tap {
        // Made with the convolution's row, and shown after it.
        Tap::Switches(i) => Tap::Convolution(i),
        Tap::ClassMap(_) => return [KINDS, PLACES],
        other => other,
    };
    tap.index().to_be_bytes().map(usize::from)
}

/// The observer of a session: the profile is looked at between rows as well.
pub struct Watch<'p>(pub &'p RefCell<Profile>);

impl Observer for Watch<'_> {
    fn row(&mut self, tap: Tap, y: usize, row: TapRow<'_>) {
        self.0.borrow_mut().row(tap, y, row);
    }
}
