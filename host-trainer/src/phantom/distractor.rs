//! What is in the picture and is no lesion, in both classes and in all dark regions alike.

use super::anatomy::Anatomy;
use super::random::Draws;
use super::raster::{Field, Point, add_line, soft_step};

/// Branches from each region's root outwards: pulmonary vessels, folds of bowel.
pub(super) fn add_vessels(image: &mut Field, anatomy: &Anatomy, draws: &mut Draws) {
    for region in &anatomy.regions {
        for _ in 0..2 + draws.below(3) {
            let mut angle = draws.uniform(-1.1, 1.1);
            let mut end = Point { x: region.root.x, y: region.root.y + draws.uniform(-6.0, 6.0) };
            let mut branch = vec![end];
            for _ in 0..3 {
                let length = region.half_width * draws.uniform(0.35, 0.6);
                angle += 0.3 * draws.normal();
                end =
                    Point { x: end.x + region.away * length * libm::cos(angle), y: end.y + length * libm::sin(angle) };
                branch.push(end);
            }
            let (strength, sigma) = (draws.uniform(0.05, 0.13), draws.uniform(0.7, 1.2));
            add_line(image, &branch, sigma, |index| strength * region.cover.values[index]);
        }
    }
}

/// A smooth brightening somewhere in air: no grain, no edge.
pub(super) fn add_haze(image: &mut Field, anatomy: &Anatomy, draws: &mut Draws) {
    if !draws.chance(0.6) {
        return;
    }
    let centre = anywhere_in_air(anatomy, draws);
    let (size, strength) = (draws.uniform(4.0, 9.0), draws.uniform(0.05, 0.14));
    let grid = image.grid;
    grid.around(centre, 4.0 * size, |index, point| {
        let distance = point.distance(centre) / size;
        image.values[index] += strength * libm::exp(-0.5 * distance * distance);
    });
}

/// Up to three small hard dots in air: calcifications.
pub(super) fn add_dots(image: &mut Field, anatomy: &Anatomy, draws: &mut Draws) {
    let grid = image.grid;
    for _ in 0..draws.below(4) {
        let centre = anywhere_in_air(anatomy, draws);
        let (radius, strength) = (draws.uniform(0.9, 1.6), draws.uniform(0.15, 0.30));
        grid.around(centre, radius + 4.0, |index, point| {
            image.values[index] += strength * soft_step((radius - point.distance(centre)) / 0.5);
        });
    }
}

/// Up to two wires across the whole picture, in from a side.
pub(super) fn add_wires(image: &mut Field, draws: &mut Draws) {
    if !draws.chance(0.6) {
        return;
    }
    let (half_width, half_height) = image.grid.half_extent();
    for _ in 0..1 + draws.below(2) {
        let side = draws.sign();
        let mut end = Point { x: side * half_width, y: draws.uniform(-half_height, half_height) };
        let mut wire = vec![end];
        let mut angle = draws.uniform(-0.6, 0.6);
        for _ in 0..4 {
            angle += 0.4 * draws.normal();
            let length = draws.uniform(10.0, 22.0);
            end = Point { x: end.x - side * length * libm::cos(angle), y: end.y + length * libm::sin(angle) };
            wire.push(end);
        }
        let strength = draws.uniform(0.12, 0.25);
        add_line(image, &wire, 0.7, |_| strength);
    }
}

/// The centre of a random pixel of any dark region.
fn anywhere_in_air(anatomy: &Anatomy, draws: &mut Draws) -> Point {
    let air: Vec<usize> = (0..anatomy.air.values.len()).filter(|&index| anatomy.air.values[index] > 0.5).collect();
    let grid = anatomy.air.grid;
    let index = air[draws.below(air.len())];
    grid.point(index % grid.width, index / grid.width)
}
