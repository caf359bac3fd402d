//! Who watches an image go through: taps, checksums, profiling and progress are observers, not branches in the executor.

use core::fmt;

use heapless::String;

use crate::model::Network;

/// A place in the network where finished rows can be watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Tap {
    /// The network's input after its table: i8, `[width][channels]`.
    Input,
    /// The output of a convolution, by index: u8, `[width][filters]`.
    Convolution(u8),
    /// The switches of a convolution, by index: packed, `[width][filters]`.
    Switches(u8),
    /// The output of a deconvolution, by index: u8, `[width][channels]`.
    Deconvolution(u8),
    /// The class sums of a stage: i32, `[width][maps]`.
    ClassSums(u8),
    /// The logits: i32 in Q16, `[width][maps]`.
    Logits,
    /// The label of each pixel: u8, `[width]`.
    Labels,
    /// A class map, by index: u8, `[width]`.
    ClassMap(u8),
}

impl Tap {
    /// A number for the serial link; its inverse is [`Self::from_index`].
    pub const fn index(self) -> u16 {
        let (kind, place) = match self {
            Self::Input => (0, 0),
            Self::Convolution(i) => (1, i),
            Self::Switches(i) => (2, i),
            Self::Deconvolution(i) => (3, i),
            Self::ClassSums(i) => (4, i),
            Self::Logits => (5, 0),
            Self::Labels => (6, 0),
            Self::ClassMap(i) => (7, i),
        };
        kind << 8 | place as u16
    }

    /// The tap with this number.
    pub const fn from_index(code: u16) -> Option<Self> {
        let index = code as u8;
        Some(match (code >> 8, index) {
            (0, 0) => Self::Input,
            (1, _) => Self::Convolution(index),
            (2, _) => Self::Switches(index),
            (3, _) => Self::Deconvolution(index),
            (4, _) => Self::ClassSums(index),
            (5, 0) => Self::Logits,
            (6, 0) => Self::Labels,
            (7, _) => Self::ClassMap(index),
            _ => return None,
        })
    }

    /// Its name in a network: `conv2`, `conv2.switches`, `deconv1`, `stage0.sums`, `logits`, `map1`.
    pub fn name(self, network: &Network) -> String<32> {
        let mut name = String::new();
        let convolution = |i: u8| network.convolution_name(i.into());
        // Layer names have 16 bytes at most: it always fits.
        let _ = match self {
            Self::Input => fmt::write(&mut name, format_args!("input")),
            Self::Convolution(i) => fmt::write(&mut name, format_args!("{}", convolution(i))),
            Self::Switches(i) => fmt::write(&mut name, format_args!("{}.switches", convolution(i))),
            Self::Deconvolution(i) => match network.decoder().get(usize::from(i)) {
                Some(layer) => fmt::write(&mut name, format_args!("{}", network.deconvolution_name(layer))),
                None => fmt::write(&mut name, format_args!("deconv?{i}")),
            },
            Self::ClassSums(i) => fmt::write(&mut name, format_args!("stage{i}.sums")),
            Self::Logits => fmt::write(&mut name, format_args!("logits")),
            Self::Labels => fmt::write(&mut name, format_args!("labels")),
            Self::ClassMap(i) => fmt::write(&mut name, format_args!("map{}", network.class_of_map(i.into()))),
        };
        name
    }
}

/// The elements of a finished row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TapRow<'a> {
    /// Signed bytes.
    I8(&'a [i8]),
    /// Bytes of a map, or packed switches.
    U8(&'a [u8]),
    /// Sums and logits.
    I32(&'a [i32]),
}

/// Watches rows as layers finish them; the rows of one tap come in order.
pub trait Observer {
    /// Row `y` at `tap` is finished.
    fn row(&mut self, tap: Tap, y: usize, row: TapRow<'_>) {
        let _ = (tap, y, row);
    }
}

/// Watches nothing.
impl Observer for () {}

impl<O: Observer + ?Sized> Observer for &mut O {
    fn row(&mut self, tap: Tap, y: usize, row: TapRow<'_>) {
        (**self).row(tap, y, row);
    }
}
