//! Phantoms: chest-X-ray-like grey pictures with image labels and pixel masks, made from a seed.
//!
//! The default data set and the tests' data. A picture is positive when a lesion, a blob of grainy tissue, lies in a lung.
//! The same blobs lie in gas pockets below the diaphragm in pictures of both classes, and a pocket looks like lung from
//! near by; so the class is decided by the large shape around a blob, which a network with a small receptive field does
//! not see, while the blob's outline is a matter of few pixels. That is what the paper's deconvolution stages are for:
//! context from the top, detail from below.
//!
//! | file | what |
//! |---|---|
//! | `anatomy` | torso, lungs, pockets, bones |
//! | `lesion` | blobs: where they lie, how they look, which pixels are truth |
//! | `distractor` | vessels, haze, calcified dots, wires |
//! | `texture`, `raster`, `random` | noise with a grain; the pixel grid and its drawing tools; random streams |
//! | `write` | a data set folder |
//!
//! Everything is a function of (seed, index): pictures can be made in any order and on any machine, byte for byte, and a
//! set of `n` is the beginning of any larger set.

mod anatomy;
mod distractor;
mod lesion;
mod random;
mod raster;
mod texture;
mod write;

#[cfg(test)]
mod tests;

pub use write::{Counts, PhantomError, write_data_set};

use crate::data::{Image8, Mask};
use anatomy::Anatomy;
use lesion::Blob;
use random::Draws;
use raster::{Field, Grid};

/// Size and seed of phantoms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PhantomOptions {
    /// Width in pixels, at least [`PhantomOptions::SMALLEST`].
    pub width: usize,
    /// Height in pixels, at least [`PhantomOptions::SMALLEST`].
    pub height: usize,
    /// Selects the pictures: another seed gives others of the same kind.
    pub seed: u64,
}

impl PhantomOptions {
    /// The smallest side in pixels: below it the small lesions are a few pixels.
    pub const SMALLEST: usize = 32;
}

impl Default for PhantomOptions {
    fn default() -> Self {
        Self { width: 96, height: 96, seed: 0 }
    }
}

/// How large the lesions of a picture are: radii of 3 to 4.5, 5.5 to 8 and 9.5 to 12.5 at 96 pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LesionScale {
    /// A few pixels.
    Small,
    /// About half the width of a lung.
    Medium,
    /// Most of the width of a lung.
    Large,
}

impl LesionScale {
    /// All three, in the order in which they take turns.
    pub const ALL: [Self; 3] = [Self::Small, Self::Medium, Self::Large];
}

/// One phantom.
#[derive(Clone, Debug)]
pub struct Phantom {
    /// The picture, grey.
    pub image: Image8,
    /// 1 on lesions, else 0; all 0 in a negative picture.
    pub mask: Mask,
    /// The scale of its lesions; `None` in a negative picture.
    pub scale: Option<LesionScale>,
}

/// Makes phantom number `index`: even ones are negative, odd ones positive with lesions whose scales take turns.
///
/// # Panics
/// If a side is below [`PhantomOptions::SMALLEST`].
pub fn generate(options: &PhantomOptions, index: u64) -> Phantom {
    generate_with_blobs(options, index).0
}

/// As [`generate`], with where the blobs lie.
fn generate_with_blobs(options: &PhantomOptions, index: u64) -> (Phantom, Vec<Blob>) {
    let &PhantomOptions { width, height, seed } = options;
    let smallest = PhantomOptions::SMALLEST;
    assert!(width.min(height) >= smallest, "a phantom of {width}x{height} is smaller than {smallest}x{smallest}");
    let scale = (index % 2 == 1).then_some(LesionScale::ALL[(index / 2 % 3) as usize]);
    let grid = Grid::new(width, height);
    let draws = &mut Draws::new(seed, index);

    let anatomy = Anatomy::new(grid, draws);
    let mut film = anatomy.paint(grid, draws);
    distractor::add_vessels(&mut film, &anatomy, draws);
    distractor::add_haze(&mut film, &anatomy, draws);
    distractor::add_dots(&mut film, &anatomy, draws);
    let blobs = lesion::add_blobs(&mut film, &anatomy, scale, draws);
    distractor::add_wires(&mut film, draws);
    let phantom = Phantom {
        image: Image8 { width, height, channels: 1, pixels: expose(film, draws) },
        mask: Mask { width, height, classes: blobs.lesion.into_iter().map(u8::from).collect() },
        scale,
    };
    (phantom, blobs.placed)
}

/// Unevenness, quantum noise, contrast and brightness, then 8 bits.
fn expose(film: Field, draws: &mut Draws) -> Vec<u8> {
    let uneven = texture::texture(film.grid, 6.0, draws);
    let noise = Field::noise(film.grid, draws);
    let strength = draws.uniform(0.02, 0.04);
    let (contrast, brightness) = (draws.uniform(0.85, 1.15), draws.uniform(-0.05, 0.05));
    let values = film.values.iter().zip(&uneven.values).zip(&noise.values);
    values
        .map(|((value, uneven), noise)| {
            let exposed = value + 0.03 * uneven + strength * noise;
            let shown = (exposed - 0.5) * contrast + 0.5 + brightness;
            (shown * 255.0 + 0.5).floor().clamp(0.0, 255.0) as u8
        })
        .collect()
}
