//! Pictures side by side, a row an image and a column a stage, with names at the border.

use image::{Rgb, RgbImage, imageops};

use super::letters::{CHARACTER, HEIGHT, letters};

/// Pixels between pictures.
const GAP: u32 = 6;
/// Height of a line with a name.
const LINE: u32 = 26;
const PAPER: Rgb<u8> = Rgb([255; 3]);
const INK: Rgb<u8> = Rgb([30; 3]);

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
    for (x, y, ink) in letters(&shown).enumerate_pixels() {
        if ink.0[0] > 0
            && let Some(pixel) = canvas.get_pixel_mut_checked(left + x, top + (LINE - HEIGHT) / 2 + y)
        {
            *pixel = INK;
        }
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
