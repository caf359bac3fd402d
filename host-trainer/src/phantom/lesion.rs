//! Blobs of dense, grainy tissue: lesions where they lie in a lung, gas-pocket contents where they do not.
//!
//! One painter draws both from the same distributions. The blobs in pockets do not depend on the class at all, so neither
//! a blob in a pocket nor its absence says anything; only a blob in a lung does, and to tell that takes the shape of the
//! region around it.

use super::LesionScale;
use super::anatomy::{Air, AirRegion, Anatomy};
use super::random::Draws;
use super::raster::{Field, Point, soft_step};
use super::texture::texture;

/// Share of a blob's brightness that is grain.
const GRAIN: f64 = 0.55;
/// Size of the grain in units (sigma).
const GRAIN_SIZE: f64 = 1.2;
/// Softness of a blob's edge in units.
const EDGE: f64 = 0.8;
/// How irregular its outline is.
const IRREGULARITY: f64 = 0.13;
/// How often a positive picture has a second lesion.
const SECOND_LESION: f64 = 0.4;
/// The most blobs in the pockets of a picture; every number from none on is as likely.
const MOST_IN_POCKETS: usize = 4;

impl LesionScale {
    /// Range of a blob's radius in units.
    fn radius(self) -> (f64, f64) {
        match self {
            Self::Small => (3.0, 4.5),
            Self::Medium => (5.5, 8.0),
            Self::Large => (9.5, 12.5),
        }
    }

    /// Range of its brightness over air: larger ones are fainter, as easy to see.
    fn brightness(self) -> (f64, f64) {
        match self {
            Self::Small => (0.22, 0.34),
            Self::Medium => (0.17, 0.28),
            Self::Large => (0.14, 0.23),
        }
    }
}

/// Where one blob lies.
pub(super) struct Blob {
    pub air: Air,
    pub centre: Point,
    /// In units.
    pub radius: f64,
}

/// The blobs of one picture.
pub(super) struct Blobs {
    /// Which pixels are lesion.
    pub lesion: Vec<bool>,
    pub placed: Vec<Blob>,
}

/// Paints the blobs of one picture: any number in pockets, of any scale, and lesions of `scale` where it is positive.
pub(super) fn add_blobs(image: &mut Field, anatomy: &Anatomy, scale: Option<LesionScale>, draws: &mut Draws) -> Blobs {
    let grain = texture(image.grid, GRAIN_SIZE, draws);
    let mut lesion = vec![false; image.values.len()];
    let mut placed: Vec<Blob> = Vec::new();
    let in_pockets = draws.below(MOST_IN_POCKETS + 1);
    let mut wanted: Vec<(Air, LesionScale)> =
        (0..in_pockets).map(|_| (Air::Pocket, LesionScale::ALL[draws.below(3)])).collect();
    if let Some(scale) = scale {
        wanted.push((Air::Lung, scale));
        if draws.chance(SECOND_LESION) {
            wanted.push((Air::Lung, scale));
        }
    }
    for (air, scale) in wanted {
        let radius = draws.within(scale.radius());
        let brightness = draws.within(scale.brightness());
        let (region, centre) = place(anatomy, air, radius, &placed, draws);
        let blob = Blob { air, centre, radius };
        let outline = Outline::new(centre, radius, draws);
        image.grid.around(centre, Outline::REACH * radius + 5.0 * EDGE, |index, point| {
            let cover = outline.cover(point) * (1.3 * region.cover.values[index]).min(1.0);
            image.values[index] += brightness * cover * (1.0 + GRAIN * grain.values[index]);
            lesion[index] |= blob.air == Air::Lung && cover > 0.5;
        });
        placed.push(blob);
    }
    Blobs { lesion, placed }
}

/// A place for a blob: well inside a region of the kind, clear of the blobs already there as long as there is room.
fn place<'a>(
    anatomy: &'a Anatomy,
    air: Air,
    radius: f64,
    placed: &[Blob],
    draws: &mut Draws,
) -> (&'a AirRegion, Point) {
    let grid = anatomy.air.grid;
    // (region, place, how far inside)
    let mut places: Vec<(&AirRegion, Point, f64)> = Vec::new();
    for region in anatomy.regions.iter().filter(|region| region.air == air) {
        let inside = region.cover.blurred((2.0 + radius / 3.0).min(5.0));
        for row in 0..grid.height {
            for column in 0..grid.width {
                places.push((region, grid.point(column, row), inside.values[row * grid.width + column]));
            }
        }
    }
    let deep = places.iter().map(|place| place.2).fold(0.0, f64::max);
    // Dents may leave a region too narrow for a large blob; then the deepest places have to do.
    places.retain(|place| place.2 >= deep.min(0.75));
    let clear = |&&(_, point, _): &&(&AirRegion, Point, f64)| {
        placed.iter().all(|other| point.distance(other.centre) > 0.85 * (radius + other.radius))
    };
    let free: Vec<_> = places.iter().filter(clear).collect();
    let (region, point, _) =
        if free.is_empty() { places[draws.below(places.len())] } else { *free[draws.below(free.len())] };
    (region, point)
}

/// An irregular disc: the radius wavers with the angle by a few harmonics.
struct Outline {
    centre: Point,
    radius: f64,
    /// (order, amplitude, phase)
    harmonics: [(f64, f64, f64); 4],
}

impl Outline {
    /// The largest radius, as a multiple of the mean one.
    const REACH: f64 = 1.6;

    fn new(centre: Point, radius: f64, draws: &mut Draws) -> Self {
        let harmonics = [2.0, 3.0, 4.0, 5.0].map(|order: f64| {
            let amplitude = draws.normal() * IRREGULARITY / (order - 1.0).sqrt();
            (order, amplitude, draws.uniform(0.0, std::f64::consts::TAU))
        });
        Self { centre, radius, harmonics }
    }

    fn cover(&self, point: Point) -> f64 {
        let angle = libm::atan2(point.y - self.centre.y, point.x - self.centre.x);
        let waver = self
            .harmonics
            .iter()
            .fold(1.0, |sum, (order, amplitude, phase)| sum + amplitude * libm::cos(order * angle + phase));
        soft_step((self.radius * waver.clamp(0.5, Self::REACH) - point.distance(self.centre)) / EDGE)
    }
}
