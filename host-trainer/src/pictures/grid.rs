//! Pictures side by side, a row an image and a column a stage, with names at the border.

use std::convert::Infallible;

use embedded_graphics::mono_font::{MonoTextStyle, iso_8859_1::FONT_9X18_BOLD};
use embedded_graphics::pixelcolor::Rgb888;
use embedded_graphics::prelude::*;
use embedded_graphics::text::{Alignment, Baseline, Text, TextStyleBuilder};
use image::{Rgb, RgbImage, imageops};

/// Pixels between pictures.
const GAP: u32 = 6;
/// Height of a line with a name.
const LINE: u32 = 26;
/// Width of a character of the names.
const CHARACTER: u32 = 9;
const PAPER: Rgb<u8> = Rgb([255; 3]);
const INK: Rgb888 = Rgb888::new(30, 30, 30);

/// Names around a grid; missing ones are left empty.
#[derive(Clone, Copy, Debug, Default)]
pub struct GridLabels<'a> {
    /// A name above each column.
    pub columns: &'a [String],
    /// A name above each row's first picture.
    pub rows: &'a [String],
}

/// One picture of `rows` of pictures. Columns are as wide as their widest picture, rows as high as their highest; names
/// that do not fit are cut. Without a picture: one white pixel.
pub fn grid(rows: &[Vec<RgbImage>], labels: GridLabels<'_>) -> RgbImage {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(RgbImage::width).max().unwrap_or(0);
    let height = |row: &Vec<RgbImage>| row.iter().map(RgbImage::height).max().unwrap_or(0);
    let widths: Vec<u32> = (0..columns).map(width).collect();
    let header = if labels.columns.is_empty() { 0 } else { LINE };
    let name_line = if labels.rows.is_empty() { 0 } else { LINE };
    let total_width: u32 = widths.iter().map(|width| width + GAP).sum::<u32>().saturating_sub(GAP);
    let total_height: u32 = header + rows.iter().map(|row| name_line + height(row) + GAP).sum::<u32>();
    let mut canvas = RgbImage::from_pixel(total_width.max(1), total_height.saturating_sub(GAP).max(1), PAPER);

    let mut left = 0;
    for (name, &width) in labels.columns.iter().zip(&widths) {
        write_centred(&mut canvas, name, left, width);
        left += width + GAP;
    }
    let mut top = header;
    for (index, row) in rows.iter().enumerate() {
        if let Some(name) = labels.rows.get(index) {
            write(&mut canvas, name, (0, top), total_width);
        }
        top += name_line;
        let mut left = 0;
        for (picture, &width) in row.iter().zip(&widths) {
            imageops::replace(&mut canvas, picture, i64::from(left), i64::from(top));
            left += width + GAP;
        }
        top += height(row) + GAP;
    }
    canvas
}

fn write_centred(canvas: &mut RgbImage, name: &str, left: u32, width: u32) {
    let shown = name.chars().count().min((width / CHARACTER) as usize) as u32 * CHARACTER;
    write(canvas, name, (left + (width - shown) / 2, 0), width);
}

/// Writes `name` into a line of at most `width` pixels whose upper left corner is given.
fn write(canvas: &mut RgbImage, name: &str, (left, top): (u32, u32), width: u32) {
    let shown: String = name.chars().take((width / CHARACTER) as usize).collect();
    let line = TextStyleBuilder::new().alignment(Alignment::Left).baseline(Baseline::Middle).build();
    let position = Point::new(left as i32, (top + LINE / 2) as i32);
    let text = Text::with_text_style(&shown, position, MonoTextStyle::new(&FONT_9X18_BOLD, INK), line);
    let Ok(_) = text.draw(&mut Canvas(canvas));
}

/// Lets `embedded-graphics` draw its characters into an [`RgbImage`].
struct Canvas<'a>(&'a mut RgbImage);

impl OriginDimensions for Canvas<'_> {
    fn size(&self) -> Size {
        Size::new(self.0.width(), self.0.height())
    }
}

impl DrawTarget for Canvas<'_> {
    type Color = Rgb888;
    type Error = Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<Rgb888>>>(&mut self, pixels: I) -> Result<(), Infallible> {
        for Pixel(point, colour) in pixels {
            let inside = u32::try_from(point.x).ok().zip(u32::try_from(point.y).ok());
            if let Some(pixel) = inside.and_then(|(x, y)| self.0.get_pixel_mut_checked(x, y)) {
                *pixel = Rgb([colour.r(), colour.g(), colour.b()]);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_and_columns_line_up_under_their_names() {
        let tile = |grey: u8| RgbImage::from_pixel(40, 20, Rgb([grey; 3]));
        let names = ["a".to_owned(), "a name that is too long".to_owned()];
        let drawn = grid(&[vec![tile(1), tile(2)], vec![tile(3)]], GridLabels { columns: &names, rows: &names });
        assert_eq!(drawn.dimensions(), (40 + GAP + 40, LINE + 2 * (LINE + 20) + GAP));
        assert_eq!(drawn.get_pixel(40 + GAP, 2 * LINE).0, [2; 3]);
        assert_eq!(drawn.get_pixel(0, 3 * LINE + 20 + GAP).0, [3; 3]);
        assert_eq!(drawn.get_pixel(60, 3 * LINE + 20 + GAP).0, PAPER.0);
        let inked = (0..LINE).any(|y| (0..40).any(|x| drawn.get_pixel(x, y).0 == [30; 3]));
        assert!(inked, "the column's name is written");
        assert_eq!(grid(&[], GridLabels::default()).dimensions(), (1, 1));
    }
}
