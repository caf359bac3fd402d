//! Borrowed, size-checked views of the two kinds of map that metrics compare.

use super::MetricsError;

/// Class of a lesion pixel in a binary mask.
pub const LESION: u8 = 1;
/// Class of a pixel that no metric looks at.
pub const IGNORE: u8 = 255;

/// Evidence for one class: `height` rows of `width` levels, 0 to 255 of the calibrated scale.
#[derive(Clone, Copy, Debug)]
pub struct EvidenceMap<'a> {
    width: usize,
    height: usize,
    levels: &'a [f32],
}

impl<'a> EvidenceMap<'a> {
    /// A map over `levels`, row by row.
    ///
    /// # Errors
    /// [`MetricsError::Size`] when there is no pixel, or not `width * height` levels.
    pub fn new(width: usize, height: usize, levels: &'a [f32]) -> Result<Self, MetricsError> {
        check_size("evidence map", width, height, levels.len())?;
        Ok(Self { width, height, levels })
    }

    /// Width in pixels.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Height in pixels.
    pub fn height(&self) -> usize {
        self.height
    }

    /// The levels, row by row.
    pub fn levels(&self) -> &'a [f32] {
        self.levels
    }

    /// The largest level; 0 where there is none above.
    pub fn peak(&self) -> f32 {
        self.levels.iter().copied().fold(0.0, f32::max)
    }
}

/// The class of every pixel, row by row: 0 background, [`LESION`] in binary problems, [`IGNORE`] not judged.
#[derive(Clone, Copy, Debug)]
pub struct LabelMap<'a> {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) classes: &'a [u8],
}

impl<'a> LabelMap<'a> {
    /// A label map over `classes`, row by row.
    ///
    /// # Errors
    /// [`MetricsError::Size`] when there is no pixel, or not `width * height` classes.
    pub fn new(width: usize, height: usize, classes: &'a [u8]) -> Result<Self, MetricsError> {
        check_size("label map", width, height, classes.len())?;
        Ok(Self { width, height, classes })
    }

    /// Width in pixels.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Height in pixels.
    pub fn height(&self) -> usize {
        self.height
    }

    /// The classes, row by row.
    pub fn classes(&self) -> &'a [u8] {
        self.classes
    }

    /// Share of all pixels, 0 to 1, that show something: neither background nor ignored.
    pub fn foreground_share(&self) -> f64 {
        let marked = self.classes.iter().filter(|&&class| class != 0 && class != IGNORE).count();
        marked as f64 / self.classes.len() as f64
    }
}

fn check_size(what: &'static str, width: usize, height: usize, found: usize) -> Result<(), MetricsError> {
    if found == 0 || width.checked_mul(height) != Some(found) {
        return Err(MetricsError::Size { what, width, height, found });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_of_another_length_is_refused() {
        let error = LabelMap::new(2, 3, &[0; 5]).unwrap_err();
        assert_eq!(error.to_string(), "label map: found 5 values, expected 2x3 (at least one pixel)");
        assert!(EvidenceMap::new(0, 3, &[]).is_err());
    }
}
