//! The contour of a mask, drawn just inside it.

use image::{Rgb, RgbImage};

/// Colours the pixels of `mask` (row by row at the canvas' size) that touch a pixel outside it, as a line whose
/// thickness grows with the canvas so that it survives being shown small. The canvas' border is no edge of the mask.
pub(super) fn draw(canvas: &mut RgbImage, mask: &[bool], colour: [u8; 3]) {
    let (width, height) = (canvas.width() as usize, canvas.height() as usize);
    let thickness = (width.max(height) / 110).max(1);
    for y in 0..height {
        for x in 0..width {
            if mask[y * width + x] && touches_outside(mask, (width, height), (x, y), thickness) {
                canvas.put_pixel(x as u32, y as u32, Rgb(colour));
            }
        }
    }
}

fn touches_outside(mask: &[bool], (width, height): (usize, usize), (x, y): (usize, usize), reach: usize) -> bool {
    let outside = |x: usize, y: usize| x < width && y < height && !mask[y * width + x];
    (1..=reach).any(|step| {
        outside(x + step, y)
            || outside(x, y + step)
            || x.checked_sub(step).is_some_and(|x| outside(x, y))
            || y.checked_sub(step).is_some_and(|y| outside(x, y))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_the_rim_and_neither_inside_nor_border() {
        let rows = ["###..", "###..", "###..", "....."];
        let mask: Vec<bool> = rows.iter().flat_map(|row| row.bytes().map(|cell| cell == b'#')).collect();
        let mut canvas = RgbImage::new(5, 4);
        draw(&mut canvas, &mask, [9, 9, 9]);
        let drawn: Vec<String> = (0..4)
            .map(|y| (0..5).map(|x| if canvas.get_pixel(x, y).0 == [9; 3] { 'o' } else { '.' }).collect())
            .collect();
        assert_eq!(drawn, ["..o..", "..o..", "ooo..", "....."]);
    }
}
