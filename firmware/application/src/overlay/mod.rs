//! What the model saw, on a display: its small image, enlarged, under the heat of a class map, with a line of text.

mod heat;
#[cfg(test)]
mod tests;
mod verdict;

use core::fmt::Write;

use embedded_graphics::mono_font::ascii::FONT_6X10;
use embedded_graphics::mono_font::{MonoTextStyle, MonoTextStyleBuilder};
use embedded_graphics::pixelcolor::{Rgb565, Rgb888};
use embedded_graphics::prelude::*;
use embedded_graphics::primitives::Rectangle;
use embedded_graphics::text::Baseline;
use embedded_graphics::text::renderer::TextRenderer;
use switchback::model::MapShape;

pub use heat::heat;
pub use verdict::Verdict;

/// Rows of the display for the text: a font's height, and one above and below.
const CAPTION_HEIGHT: u32 = 12;
/// Letters of the longest text: a class name, a space and `100 %`.
const CAPTION_LETTERS: usize = 38;

/// Draws over the whole of a display. The image keeps its proportions; what it leaves free is black. One fill of pixels for
/// the image, so that a driver sends it at once; nothing is drawn twice but the text's line.
#[derive(Clone, Copy, Debug)]
pub struct Overlay<'a, M> {
    /// Rows, columns and channels (1 or 3) of `pixels`: the model's input.
    pub image: MapShape,
    /// The image as the model got it, rows first, channels last.
    pub pixels: &'a [u8],
    /// Rows and columns of the map.
    pub map: MapShape,
    /// Row `y` of the map, as [`switchback::stream::Inference::map_row`] gives it; an empty one is no evidence.
    pub map_row: M,
    /// The name of the class that the text says.
    pub name: &'a str,
    /// The percent beside it.
    pub percent: u8,
}

impl<'a, M: Fn(usize) -> &'a [u8]> Drawable for Overlay<'a, M> {
    type Color = Rgb565;
    type Output = ();

    fn draw<D: DrawTarget<Color = Rgb565>>(&self, target: &mut D) -> Result<(), D::Error> {
        let display = target.bounding_box();
        let Size { width, height } = display.size;
        let caption = CAPTION_HEIGHT.min(height);
        let above = Rectangle::new(display.top_left, Size::new(width, height - caption));
        self.draw_image(above, target)?;
        let line = Rectangle::new(display.top_left + Size::new(0, height - caption), Size::new(width, caption));
        self.draw_caption(line, target)
    }
}

impl<'a, M: Fn(usize) -> &'a [u8]> Overlay<'a, M> {
    fn draw_image<D: DrawTarget<Color = Rgb565>>(&self, area: Rectangle, target: &mut D) -> Result<(), D::Error> {
        let image = fitted(area, self.image);
        target.fill_contiguous(&image, self.colours(image.size))?;
        bars(area, image).iter().try_for_each(|bar| target.fill_solid(bar, Rgb565::BLACK))
    }

    /// The pixels of the image at a size, rows first: the nearest pixel of the image under the nearest one of the map.
    fn colours(&self, size: Size) -> impl Iterator<Item = Rgb565> {
        (0..size.height).flat_map(move |y| {
            let image_row = self.image_row(nearest(y, size.height, self.image.height));
            let map_row = (self.map_row)(nearest(y, size.height, self.map.height));
            (0..size.width).map(move |x| {
                let x_of = |width| nearest(x, size.width, width);
                let level = map_row.get(x_of(self.map.width)).copied().unwrap_or(0);
                let pixel = image_row.chunks_exact(self.image.channels.max(1)).nth(x_of(self.image.width));
                Rgb565::from(blended(pixel.unwrap_or(&[]), level))
            })
        })
    }

    fn image_row(&self, y: usize) -> &'a [u8] {
        let elements = self.image.row_elements();
        self.pixels.get(y * elements..).and_then(|rows| rows.get(..elements)).unwrap_or(&[])
    }

    fn draw_caption<D: DrawTarget<Color = Rgb565>>(&self, line: Rectangle, target: &mut D) -> Result<(), D::Error> {
        target.fill_solid(&line, Rgb565::BLACK)?;
        let mut caption = heapless::String::<CAPTION_LETTERS>::new();
        // A name that is too long is left out, and the percent still shown.
        let _ = caption.push_str(self.name).and_then(|()| caption.push(' '));
        let _ = write!(caption, "{} %", self.percent);
        let style: MonoTextStyle<'_, Rgb565> =
            MonoTextStyleBuilder::new().font(&FONT_6X10).text_color(Rgb565::WHITE).build();
        let start = line.top_left + Size::new(1, 1);
        style.draw_string(&caption, start, Baseline::Top, &mut target.clipped(&line)).map(drop)
    }
}

/// The largest rectangle of the image's proportions in the middle of `area`.
fn fitted(area: Rectangle, image: MapShape) -> Rectangle {
    let (width, height) = (u64::from(area.size.width), u64::from(area.size.height));
    let (columns, rows) = (image.width.max(1) as u64, image.height.max(1) as u64);
    let (wide, high) = if width * rows <= height * columns {
        (width, width * rows / columns)
    } else {
        (height * columns / rows, height)
    };
    let size = Size::new(wide as u32, high as u32);
    Rectangle::new(area.top_left + (area.size - size) / 2, size)
}

/// What `area` has beside `inner`: above, below, left and right.
fn bars(area: Rectangle, inner: Rectangle) -> [Rectangle; 4] {
    let start = inner.top_left - area.top_left;
    let (left, top) = (start.x.unsigned_abs(), start.y.unsigned_abs());
    let Size { width, height } = area.size;
    let (right, bottom) = (left + inner.size.width, top + inner.size.height);
    let bar = |x, y, width, height| Rectangle::new(area.top_left + Size::new(x, y), Size::new(width, height));
    [
        bar(0, 0, width, top),
        bar(0, bottom, width, height - bottom),
        bar(0, top, left, inner.size.height),
        bar(right, top, width - right, inner.size.height),
    ]
}

/// The pixel of `few` that lies under pixel `at` of `many`.
fn nearest(at: u32, many: u32, few: usize) -> usize {
    (u64::from(at) * few as u64).checked_div(many.into()).unwrap_or(0) as usize
}

/// A grey or coloured pixel under the heat of a level.
fn blended(pixel: &[u8], level: u8) -> Rgb888 {
    let [red, green, blue, opacity] = heat(level);
    let under = match *pixel {
        [red, green, blue] => [red, green, blue],
        [grey] => [grey; 3],
        _ => [0; 3],
    };
    let opacity = u32::from(opacity);
    let blend =
        |over: u8, under: u8| ((u32::from(over) * opacity + u32::from(under) * (255 - opacity) + 127) / 255) as u8;
    let [under_red, under_green, under_blue] = under;
    Rgb888::new(blend(red, under_red), blend(green, under_green), blend(blue, under_blue))
}
