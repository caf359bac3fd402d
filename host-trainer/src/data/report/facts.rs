//! What one decoded image tells, and what all of them tell together.

use std::path::Path;

use super::thumbnail::Thumbnail;
use super::{GreyRange, Listed, Sizes};
use crate::data::{DataError, Sample, load_image};

/// About one image.
pub(super) struct Facts {
    width: usize,
    height: usize,
    /// Lowest and highest grey level.
    levels: [u8; 2],
    /// `None` for an image of one level, which looks like any other such.
    pub thumbnail: Option<Thumbnail>,
}

impl Facts {
    /// Decodes an image file as grey.
    ///
    /// # Errors
    /// [`DataError`] says why it cannot be read.
    pub fn read(path: &Path) -> Result<Self, DataError> {
        let image = load_image(path, 1)?;
        let levels = image.pixels.iter().fold([u8::MAX, 0], |[low, high], &level| [low.min(level), high.max(level)]);
        let thumbnail = Thumbnail::new(&image);
        Ok(Self { width: image.width, height: image.height, levels, thumbnail })
    }

    fn range(&self) -> u8 {
        self.levels[1] - self.levels[0]
    }
}

/// Extremes of width and height.
pub(super) fn sizes<'a>(facts: impl Iterator<Item = &'a Facts>) -> Option<Sizes> {
    facts.fold(None, |sizes, facts| {
        let extend = |[least, most]: [usize; 2], side: usize| [least.min(side), most.max(side)];
        let Sizes { width, height } = sizes.unwrap_or(Sizes { width: [usize::MAX, 0], height: [usize::MAX, 0] });
        Some(Sizes { width: extend(width, facts.width), height: extend(height, facts.height) })
    })
}

/// Images that use less than half of the levels, those that use a sixteenth, and those that use one.
pub(super) fn grey_range(samples: &[Sample], facts: &[Result<Facts, DataError>]) -> GreyRange {
    const HALF: u8 = 128;
    // Twelve bits in a format of sixteen end at level 4095 / 257 = 15.9.
    const SIXTEENTH: u8 = 16;
    let readable = || samples.iter().zip(facts).filter_map(|(sample, facts)| Some((sample, facts.as_ref().ok()?)));
    let narrow = readable().filter(|(_, facts)| facts.range() < HALF).count();
    let faint = readable().filter(|(_, facts)| (1..=SIXTEENTH).contains(&facts.range()));
    let faint = faint.map(|(sample, _)| sample.name.clone()).collect();
    let constant = readable().filter(|(_, facts)| facts.range() == 0).map(|(sample, _)| sample.name.clone());
    GreyRange {
        narrow,
        narrow_share: narrow as f64 / readable().count().max(1) as f64,
        faint: Listed::of(faint),
        constant: Listed::of(constant.collect()),
    }
}
