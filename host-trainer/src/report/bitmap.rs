//! Plots as pixels: where plotters draws for a PNG file, with the characters of [`crate::pictures`] in place of a font.

use std::io;

use image::RgbImage;
use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{BackendColor, BackendCoord, BackendTextStyle, DrawingBackend, DrawingErrorKind};

use crate::pictures::letters;

/// An image that is drawn into.
pub(super) struct Bitmap<'a>(pub &'a mut RgbImage);

type Drawn = Result<(), DrawingErrorKind<io::Error>>;

impl DrawingBackend for Bitmap<'_> {
    type ErrorType = io::Error;

    fn get_size(&self) -> (u32, u32) {
        self.0.dimensions()
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    /// Blends; what lies outside is not drawn.
    fn draw_pixel(&mut self, (x, y): BackendCoord, colour: BackendColor) -> Drawn {
        let inside = u32::try_from(x).ok().zip(u32::try_from(y).ok());
        if let Some(pixel) = inside.and_then(|(x, y)| self.0.get_pixel_mut_checked(x, y)) {
            let (red, green, blue) = colour.rgb;
            for (under, over) in pixel.0.iter_mut().zip([red, green, blue]) {
                *under = (f64::from(*under) + (f64::from(over) - f64::from(*under)) * colour.alpha).round() as u8;
            }
        }
        Ok(())
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, (left, top): BackendCoord) -> Drawn {
        let ink = letters(text);
        let (width, height) = (ink.width() as i32, ink.height() as i32);
        let anchor = style.anchor();
        let dx = match anchor.h_pos {
            HPos::Left => 0,
            HPos::Center => -width / 2,
            HPos::Right => -width,
        };
        let dy = match anchor.v_pos {
            VPos::Top => 0,
            VPos::Center => -height / 2,
            VPos::Bottom => -height,
        };
        for (x, y, _) in ink.enumerate_pixels().filter(|(_, _, ink)| ink.0[0] > 0) {
            let (x, y) = style.transform().transform(x as i32 + dx, y as i32 + dy);
            self.draw_pixel((left + x, top + y), style.color())?;
        }
        Ok(())
    }

    fn estimate_text_size<S: BackendTextStyle>(
        &self,
        text: &str,
        _: &S,
    ) -> Result<(u32, u32), DrawingErrorKind<io::Error>> {
        Ok(letters(text).dimensions())
    }
}
