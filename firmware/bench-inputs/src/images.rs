//! Images that every board makes alike, from integers.

use switchback::model::MapShape;

/// An image to measure with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Image {
    /// A bright, textured ellipse on a dark ground: about as many zeros in the maps as a real image has.
    Textured,
    /// Noise: no pixel says anything about the next one.
    Noise,
}

impl Image {
    /// All, in the order in which they are measured.
    pub const ALL: [Self; 2] = [Self::Textured, Self::Noise];

    /// Its name in the lines.
    pub fn name(self) -> &'static str {
        match self {
            Self::Textured => "textured",
            Self::Noise => "noise",
        }
    }

    /// Writes row `y` of an image of this shape.
    pub fn fill_row(self, shape: MapShape, y: usize, row: &mut [u8]) {
        for (x, pixel) in row.chunks_exact_mut(shape.channels.max(1)).enumerate() {
            for (channel, value) in pixel.iter_mut().enumerate() {
                *value = match self {
                    Self::Textured => textured(shape, y, x, channel),
                    Self::Noise => hash(x, y, channel) as u8,
                };
            }
        }
    }
}

fn textured(shape: MapShape, y: usize, x: usize, channel: usize) -> u8 {
    // 0 in the middle to 1024 squared at the edges of the image.
    let from_middle = |at: usize, side: usize| (2048 * at as i64 + 1024) / side as i64 - 1024;
    let (dy, dx) = (from_middle(y, shape.height), from_middle(x, shape.width));
    let fine = (hash(x, y, channel) % 17) as i64;
    if dy * dy + dx * dx > 900 * 900 {
        return fine as u8;
    }
    let coarse = i64::from(smooth(x, y, 16)) / 2 + i64::from(smooth(x, y, 5)) / 4;
    (40 + coarse + fine).clamp(0, 255) as u8
}

/// Noise between points that lie `step` apart, 0 to 255.
fn smooth(x: usize, y: usize, step: usize) -> u32 {
    let (left, top) = (x / step, y / step);
    let (right, down) = ((x % step) as u32, (y % step) as u32);
    let corner = |dx, dy| hash(left + dx, top + dy, step) & 255;
    let step = step as u32;
    let upper = corner(0, 0) * (step - right) + corner(1, 0) * right;
    let lower = corner(0, 1) * (step - right) + corner(1, 1) * right;
    (upper * (step - down) + lower * down) / (step * step)
}

/// Well mixed bits of a place (the finalizer of MurmurHash3).
fn hash(x: usize, y: usize, salt: usize) -> u32 {
    let mut bits = (x as u32) ^ (y as u32) << 11 ^ (salt as u32) << 22 ^ 0x9e37_79b9;
    bits = (bits ^ bits >> 16).wrapping_mul(0x85eb_ca6b);
    bits = (bits ^ bits >> 13).wrapping_mul(0xc2b2_ae35);
    bits ^ bits >> 16
}
