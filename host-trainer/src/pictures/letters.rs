//! Text as pixels.

use std::convert::Infallible;

use embedded_graphics::mono_font::{MonoTextStyle, iso_8859_1::FONT_9X18_BOLD};
use embedded_graphics::pixelcolor::BinaryColor;
use embedded_graphics::prelude::*;
use embedded_graphics::text::{Baseline, Text};
use image::{GrayImage, Luma};

/// Width of a character.
pub(crate) const CHARACTER: u32 = 9;
/// Height of a character.
pub(crate) const HEIGHT: u32 = 18;

/// `text` in one line, 255 where there is ink and 0 elsewhere: [`CHARACTER`] pixels a character, [`HEIGHT`] high.
pub(crate) fn letters(text: &str) -> GrayImage {
    let width = text.chars().count() as u32 * CHARACTER;
    let mut ink = Ink(GrayImage::new(width, HEIGHT));
    let style = MonoTextStyle::new(&FONT_9X18_BOLD, BinaryColor::On);
    let Ok(_) = Text::with_baseline(text, Point::zero(), style, Baseline::Top).draw(&mut ink);
    ink.0
}

/// Lets `embedded-graphics` draw its characters.
struct Ink(GrayImage);

impl OriginDimensions for Ink {
    fn size(&self) -> Size {
        Size::new(self.0.width(), self.0.height())
    }
}

impl DrawTarget for Ink {
    type Color = BinaryColor;
    type Error = Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<BinaryColor>>>(&mut self, pixels: I) -> Result<(), Infallible> {
        for Pixel(point, colour) in pixels {
            let inside = u32::try_from(point.x).ok().zip(u32::try_from(point.y).ok());
            if let Some(pixel) = inside.and_then(|(x, y)| self.0.get_pixel_mut_checked(x, y)) {
                *pixel = Luma([if colour.is_on() { 255 } else { 0 }]);
            }
        }
        Ok(())
    }
}
