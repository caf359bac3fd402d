//! The networks that are measured, by name.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use switchback::model::spec::{ConvolutionSpec, HeadSpec, InputSpec, NetworkSpec};

/// Which share of a map is not zero. Exact for the textured image of [`crate::images`], up to ties.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Density {
    /// So many 16ths of each channel of a convolution, before the pool; half is what random signs give.
    BeforePool(u8),
    /// So many 16ths of each channel after the pool; 16 is as dense as a map can be.
    AfterPool(u8),
}

/// A network and how full its maps are.
#[derive(Clone, Debug)]
pub struct Measured {
    /// Its name.
    pub name: String,
    /// Its description.
    pub spec: NetworkSpec,
    /// How full the output of every convolution is.
    pub density: Density,
    /// n of the head's gains (`Gain`): how large its logits are.
    pub head_shift: u8,
}

/// Logits of next to nothing.
const SMALL_LOGITS: u8 = 33;
/// Class maps of all values, labels of both classes, from Table 1 at its own width.
const FULL_LOGITS: u8 = 17;

/// Half of every convolution's outputs.
const HALF: Density = Density::BeforePool(8);
/// Every position of a pooled map: no image can make more.
const FULL: Density = Density::AfterPool(16);

/// Table 1 of the paper at an eighth of its width, as it is trained by default, at the resolution of small chest pictures, and
/// there with the densest maps.
pub fn whole_networks() -> Vec<Measured> {
    let table1 = |side, density, suffix| Measured {
        name: format!("table1-w8-{side}{suffix}"),
        spec: NetworkSpec::table1(0.125, InputSpec { width: side, height: side, channels: 1 }, 2),
        density,
        head_shift: SMALL_LOGITS,
    };
    alloc::vec![table1(96, HALF, ""), table1(160, HALF, ""), table1(160, FULL, "-dense")]
}

/// Table 1 of the paper at its own width, at a resolution that a chest picture is read at.
pub fn full_width() -> Measured {
    Measured {
        name: String::from("table1-320"),
        spec: NetworkSpec::table1(1.0, InputSpec { width: 320, height: 320, channels: 1 }, 2),
        density: HALF,
        head_shift: FULL_LOGITS,
    }
}

/// One layer each, with its pool; the tied deconvolution of those that read a map is measured too, at several densities of what is
/// unpooled.
pub fn single_layers() -> Vec<Measured> {
    let first = |kernel, filters, side| Measured {
        name: format!("k{kernel}-1-{filters}-{side}"),
        spec: spec(side, &[(filters, kernel)], 0),
        density: HALF,
        head_shift: SMALL_LOGITS,
    };
    // What makes the layer's input of `channels` channels: it is not measured.
    let second = |kernel, channels, filters, side: u16, sixteenths| Measured {
        name: format!("k{kernel}-{channels}-{filters}-{side}-d{}", 100 * u32::from(sixteenths) / 16),
        spec: spec(2 * side, &[(channels, 3), (filters, kernel)], 1),
        density: Density::AfterPool(sixteenths),
        head_shift: SMALL_LOGITS,
    };
    let mut all = alloc::vec![first(11, 12, 160), first(11, 96, 40), first(5, 16, 64)];
    all.extend([second(3, 32, 32, 32, 8), second(5, 12, 32, 80, 8)]);
    for sixteenths in [16, 8, 4, 2] {
        all.push(second(3, 16, 32, 32, sixteenths));
    }
    for sixteenths in [16, 8, 4, 2] {
        all.push(second(3, 256, 384, 20, sixteenths));
    }
    all
}

fn spec(side: u16, layers: &[(u16, u8)], stages: u8) -> NetworkSpec {
    let convolution = |&(filters, kernel): &(u16, u8)| ConvolutionSpec { filters, kernel, pool: true };
    NetworkSpec {
        input: InputSpec { width: side, height: side, channels: 1 },
        convolutions: layers.iter().map(convolution).collect(),
        stages,
        classes: 2,
        head: HeadSpec::EVIDENCE,
    }
}
