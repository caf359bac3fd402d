//! What becomes of a camera's frame, by definition: a whole frame at a time, a pixel at a time.

use switchback::frame::Crop;
use switchback::model::MapShape;

/// Averages of a crop over the areas of the input's pixels, by the equation of [`switchback::frame::BoxFilter`].
pub fn box_filtered(frame: MapShape, crop: Crop, input: MapShape, pixels: &[u8]) -> Vec<u8> {
    // How much of pixel `i` of `large` lies in pixel `out` of `small`, in parts of which a pixel has `small`.
    let part = |out: usize, i: usize, large: usize, small: usize| {
        ((out + 1) * large).min((i + 1) * small).saturating_sub((out * large).max(i * small))
    };
    let area = crop.width * crop.height;
    let mut filtered = Vec::new();
    for y in 0..input.height {
        for x in 0..input.width {
            for channel in 0..frame.channels {
                let mut sum = 0;
                for j in 0..crop.height {
                    for i in 0..crop.width {
                        let at = ((crop.y + j) * frame.width + crop.x + i) * frame.channels + channel;
                        let weight = part(x, i, crop.width, input.width) * part(y, j, crop.height, input.height);
                        sum += weight * usize::from(pixels[at]);
                    }
                }
                filtered.push(((2 * sum + area) / (2 * area)) as u8);
            }
        }
    }
    filtered
}
