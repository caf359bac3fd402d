//! The evidence of one class over its image: heat, the mask's outline and, where known, the true one.

use image::RgbImage;

use super::{MASK_COLOUR, Picture, TRUTH_COLOUR, heat_table, outline};
use crate::metrics::{EvidenceMap, IGNORE, LabelMap, upsample};

/// `image`, enlarged for the screen, under the heat of `map` (any resolution; interpolated bilinearly), with the
/// outline of `level >= threshold` and that of `truth` (any resolution) below it.
pub fn overlay(image: Picture<'_>, map: EvidenceMap<'_>, threshold: u8, truth: Option<LabelMap<'_>>) -> RgbImage {
    let mut canvas = image.to_screen();
    let levels = upsample::bilinear(map, canvas.width() as usize, canvas.height() as usize);
    blend_heat(&mut canvas, &levels);
    if let Some(truth) = truth {
        draw_truth(&mut canvas, truth);
    }
    let mask: Vec<bool> = levels.iter().map(|&level| level >= f32::from(threshold)).collect();
    outline::draw(&mut canvas, &mask, MASK_COLOUR);
    canvas
}

/// `image`, enlarged as [`overlay`] does, under the heat of `map` alone, drawn from its own smallest level to its own
/// largest: where a map sees more and where less, not how much. A map that is the same everywhere shows nothing.
pub fn heat(image: Picture<'_>, map: EvidenceMap<'_>) -> RgbImage {
    let mut canvas = image.to_screen();
    let levels = upsample::bilinear(map, canvas.width() as usize, canvas.height() as usize);
    let (least, most) = map.levels().iter().fold((f32::MAX, f32::MIN), |(least, most), &v| (least.min(v), most.max(v)));
    let scale = if most > least { 255.0 / (most - least) } else { 0.0 };
    blend_heat(&mut canvas, &levels.iter().map(|level| (level - least) * scale).collect::<Vec<_>>());
    canvas
}

fn blend_heat(canvas: &mut RgbImage, levels: &[f32]) {
    let table = heat_table();
    for (pixel, &level) in canvas.pixels_mut().zip(levels) {
        // A float-to-int cast saturates at both ends of the table.
        let [red, green, blue, opacity] = table[usize::from(level.round() as u8)];
        for (under, over) in pixel.0.iter_mut().zip([red, green, blue]) {
            *under = blend(*under, over, opacity);
        }
    }
}

/// `image`, enlarged as [`overlay`] does, with the outline of `truth` alone.
pub fn original(image: Picture<'_>, truth: Option<LabelMap<'_>>) -> RgbImage {
    let mut canvas = image.to_screen();
    if let Some(truth) = truth {
        draw_truth(&mut canvas, truth);
    }
    canvas
}

fn draw_truth(canvas: &mut RgbImage, truth: LabelMap<'_>) {
    let classes = upsample::nearest(truth, canvas.width() as usize, canvas.height() as usize);
    let mask: Vec<bool> = classes.iter().map(|&class| class != 0 && class != IGNORE).collect();
    outline::draw(canvas, &mask, TRUTH_COLOUR);
}

fn blend(under: u8, over: u8, opacity: u8) -> u8 {
    let opacity = u32::from(opacity);
    ((u32::from(over) * opacity + u32::from(under) * (255 - opacity) + 127) / 255) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_evidence_leaves_the_image_and_a_mask_is_outlined() {
        let pixels = [100; 64];
        let image = Picture::new(8, 8, 1, &pixels).unwrap();
        let none = EvidenceMap::new(2, 2, &[0.0; 4]).unwrap();
        assert_eq!(overlay(image, none, 1, None), original(image, None));

        let corner = EvidenceMap::new(2, 2, &[255.0, 0.0, 0.0, 0.0]).unwrap();
        let drawn = overlay(image, corner, 128, None);
        assert_eq!(drawn.dimensions(), (320, 320));
        let heat = heat_table()[255];
        assert_eq!(drawn.get_pixel(10, 10).0, [0, 1, 2].map(|channel| blend(100, heat[channel], heat[3])));
        // Along the top row the level falls to a half in the middle, and the outline is drawn inside it.
        assert_eq!(drawn.get_pixel(158, 0).0, MASK_COLOUR);
        assert_ne!(drawn.get_pixel(162, 0).0, MASK_COLOUR);
        assert_eq!(drawn.get_pixel(319, 319).0, [100; 3]);
    }

    #[test]
    fn heat_reaches_from_the_maps_own_least_to_its_largest() {
        let pixels = [100; 16];
        let image = Picture::new(4, 4, 1, &pixels).unwrap();
        let map = |levels: [f32; 4]| heat(image, EvidenceMap::new(2, 2, &levels).unwrap());
        let strongest = heat_table()[255];
        let strongest = [0, 1, 2].map(|channel| blend(100, strongest[channel], strongest[3]));
        for drawn in [map([4.0, 2.0, 0.0, 0.0]), map([204.0, 202.0, 200.0, 200.0])] {
            assert_eq!((drawn.get_pixel(0, 0).0, drawn.get_pixel(0, 319).0), (strongest, [100; 3]));
        }
        assert!(map([7.0; 4]) == original(image, None), "a flat map shows nothing");
    }

    #[test]
    fn the_truth_is_drawn_in_its_own_colour() {
        let pixels = [0; 16];
        let truth = [1, 0, IGNORE, 0];
        let drawn = original(Picture::new(4, 4, 1, &pixels).unwrap(), LabelMap::new(2, 2, &truth).ok());
        assert_eq!(drawn.get_pixel(159, 0).0, TRUTH_COLOUR);
        assert_eq!([(0, 0), (160, 0), (0, 319), (159, 161)].map(|(x, y)| drawn.get_pixel(x, y).0), [[0; 3]; 4]);
    }
}
