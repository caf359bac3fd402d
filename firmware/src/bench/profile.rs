//! An observer that gives the time since the last row to the layer whose row is finished.

use core::cell::Cell;

use switchback::stream::{Observer, Tap, TapRow};

use crate::timer::Timer;

/// Kinds of [`Tap`].
const KINDS: usize = 8;
/// Taps of one kind that are told apart; more than a network has.
const PLACES: usize = 32;

/// Ticks of each tap of one image.
pub struct Profile {
    timer: Timer,
    last: Cell<u32>,
    taps: [[Cell<u32>; PLACES]; KINDS],
    rest: Cell<u32>,
}

impl Profile {
    /// Nothing measured yet.
    pub fn new(timer: Timer) -> Self {
        let taps = core::array::from_fn(|_| core::array::from_fn(|_| Cell::new(0)));
        Self { timer, last: Cell::new(0), taps, rest: Cell::new(0) }
    }

    /// Forgets the last image.
    pub fn clear(&self) {
        self.taps.iter().flatten().chain([&self.rest]).for_each(|ticks| ticks.set(0));
    }

    /// Begins to measure.
    pub fn resume(&self) {
        self.last.set(self.timer.ticks());
    }

    /// Stops: what no row was given is the rest.
    pub fn pause(&self) {
        self.add(&self.rest);
    }

    /// Every tap that took time, with its ticks: down the encoder, up the decoder, the head.
    pub fn each(&self, mut show: impl FnMut(Tap, u32)) {
        let places = || 0..PLACES as u8;
        let encoder = places().map(Tap::Convolution);
        let decoder = places().map(Tap::Deconvolution);
        let head = places().map(Tap::ClassSums).chain([Tap::Logits, Tap::Labels]);
        for tap in core::iter::once(Tap::Input).chain(encoder).chain(decoder).chain(head) {
            let ticks = self.cell(tap).map_or(0, Cell::get);
            if ticks > 0 {
                show(tap, ticks);
            }
        }
    }

    /// Ticks that belong to no tap.
    pub fn rest(&self) -> u32 {
        self.rest.get()
    }

    fn cell(&self, tap: Tap) -> Option<&Cell<u32>> {
        let tap = match tap {
            // Made with the convolution's row, and shown after it.
            Tap::Switches(i) => Tap::Convolution(i),
            // Finished before they are shown.
            Tap::ClassMap(_) => return None,
            other => other,
        };
        let [kind, place] = tap.index().to_be_bytes();
        self.taps.get(usize::from(kind))?.get(usize::from(place))
    }

    fn add(&self, cell: &Cell<u32>) {
        let now = self.timer.ticks();
        cell.set(cell.get().wrapping_add(now.wrapping_sub(self.last.replace(now))));
    }
}

impl Observer for &Profile {
    fn row(&mut self, tap: Tap, _: usize, _: TapRow<'_>) {
        self.add(self.cell(tap).unwrap_or(&self.rest));
    }
}
