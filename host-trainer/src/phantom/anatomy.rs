//! The torso: soft tissue and, in it, rows of dark air: beside the neck, in the lungs, in gas pockets, in the bowel.
//!
//! Lungs and pockets are one kind of thing here, an [`AirRegion`], drawn by the same code from the same ranges: size,
//! darkness, edge, the domes that bulge into them, the ribs that cross them, and what lies beyond the wall on each side,
//! which is more air. What tells them apart lies farther off, as a person would say it: the lungs flank the heart below
//! neck and shoulders, the pockets lie between lungs and bowel.

use super::random::Draws;
use super::raster::{Field, Grid, Point, add_line, power_2_5, soft_step};

/// What an air region is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Air {
    /// Outside the body, above the shoulders; cut by the upper edge of the picture.
    BesideNeck,
    Lung,
    /// Gas in the stomach or the colon.
    Pocket,
    /// Cut by the lower edge of the picture.
    Bowel,
}

/// A dark region.
pub(super) struct AirRegion {
    pub air: Air,
    /// 1 inside, 0 outside, soft at the edge.
    pub cover: Field,
    /// Where its vessels or folds begin, at the edge towards the spine.
    pub root: Point,
    /// -1 or 1: the direction of x away from the root.
    pub away: f64,
    /// Half its width: how far its vessels reach.
    pub half_width: f64,
    /// What presses into it.
    dents: Vec<Oval>,
}

/// The torso of one phantom.
pub(super) struct Anatomy {
    pub regions: Vec<AirRegion>,
    /// The union of all regions' covers.
    pub air: Field,
    /// Heart, diaphragm and whatever else presses into a region: denser than other tissue.
    dense: Field,
    pose: Pose,
}

/// Where the patient stands: shift and magnification.
struct Pose {
    shift: Point,
    zoom: f64,
}

impl Pose {
    fn place(&self, x: f64, y: f64) -> Point {
        Point { x: self.shift.x + self.zoom * x, y: self.shift.y + self.zoom * y }
    }

    /// The inverse of `place`.
    fn torso(&self, point: Point) -> Point {
        Point { x: (point.x - self.shift.x) / self.zoom, y: (point.y - self.shift.y) / self.zoom }
    }
}

/// A tilted superellipse with exponent 2.5, wider at its lower end by `taper`.
#[derive(Clone, Copy)]
struct Oval {
    centre: Point,
    half_width: f64,
    half_height: f64,
    /// Cosine and sine of the tilt.
    tilt: (f64, f64),
    /// Change of the half width from the middle to the lower end, relative.
    taper: f64,
}

/// Softness of every region's edge, in units: one for all, or sharpness would tell large regions from small ones.
const EDGE: f64 = 0.8;
/// How dark a region may be below tissue.
const DEPTH: (f64, f64) = (0.29, 0.39);
/// From one row of regions to the next, in units: two rows lie whole in the middle of the picture, and the rows cut by
/// its edges keep those edges away from every blob.
const ROW_SPACING: f64 = 38.0;
/// Half the height of every region.
const HALF_HEIGHT: (f64, f64) = (15.0, 16.8);
/// How much of a region a dent hides.
const DENT_DEPTH: f64 = 0.92;

impl Oval {
    fn new(centre: Point, half_width: f64, half_height: f64, tilt: f64) -> Self {
        Self { centre, half_width, half_height, tilt: (libm::cos(tilt), libm::sin(tilt)), taper: 0.0 }
    }

    fn tapered(self, taper: f64) -> Self {
        Self { taper, ..self }
    }

    /// Adds the oval to `field` by maximum.
    fn cover(&self, field: &mut Field) {
        let grid = field.grid;
        let reach = self.half_width.max(self.half_height) * 1.5;
        grid.around(self.centre, reach, |index, point| {
            let value = soft_step(self.depth(point) / EDGE);
            field.values[index] = field.values[index].max(value);
        });
    }

    /// Distance to the edge in units, positive inside, to first order (value over gradient).
    fn depth(&self, point: Point) -> f64 {
        let (dx, dy) = (point.x - self.centre.x, point.y - self.centre.y);
        let (cos, sin) = self.tilt;
        let along = (dy * cos - dx * sin) / self.half_height;
        let half_width = self.half_width * (1.0 + self.taper * along.clamp(-1.0, 1.0));
        let across = ((dx * cos + dy * sin) / half_width).abs();
        let along = along.abs();
        let value = 1.0 - power_2_5(across) - power_2_5(along);
        let slope_x = 2.5 * across * across.sqrt() / half_width;
        let slope_y = 2.5 * along * along.sqrt() / self.half_height;
        value / ((slope_x * slope_x + slope_y * slope_y).sqrt() + 1e-3)
    }
}

impl Anatomy {
    /// Draws the proportions of one torso.
    pub fn new(grid: Grid, draws: &mut Draws) -> Self {
        let pose = Pose {
            zoom: draws.uniform(0.93, 1.04),
            shift: Point { x: draws.uniform(-3.0, 3.0), y: draws.uniform(-3.0, 3.0) },
        };
        let mut level = |row: f64| ROW_SPACING * row + draws.uniform(-1.0, 1.0);
        let levels = [level(-1.5), level(-0.5), level(0.5), level(1.5)];
        let mut regions = Vec::new();
        regions.extend(pair(Air::BesideNeck, levels[0], grid, &pose, draws));
        regions.extend(pair(Air::Lung, levels[1], grid, &pose, draws));
        regions.extend(pair(Air::Pocket, levels[2], grid, &pose, draws));
        regions.push(bowel(levels[3], grid, &pose, draws));
        let mut dense = Field::zero(grid);
        for region in &regions {
            region.dents.iter().for_each(|dent| dent.cover(&mut dense));
        }

        let mut air = Field::zero(grid);
        for region in &regions {
            air.values.iter_mut().zip(&region.cover.values).for_each(|(all, &one)| *all = all.max(one));
        }
        Self { regions, air, dense, pose }
    }

    /// The film of this torso without disease, foreign bodies and noise.
    pub fn paint(&self, grid: Grid, draws: &mut Draws) -> Field {
        let tissue = draws.uniform(0.62, 0.74);
        let (slope_x, slope_y) = (draws.uniform(-0.07, 0.07) / 48.0, draws.uniform(-0.09, 0.09) / 48.0);
        let mut image = Field::of(grid, |p| tissue + slope_x * p.x + slope_y * p.y);
        for ((value, dense), air) in image.values.iter_mut().zip(&self.dense.values).zip(&self.air.values) {
            *value += 0.05 * dense * (1.0 - air);
        }
        for region in &self.regions {
            let depth = draws.within(DEPTH);
            image.values.iter_mut().zip(&region.cover.values).for_each(|(value, cover)| *value -= depth * cover);
        }
        self.add_spine(&mut image, draws);
        self.add_ribs(&mut image, draws);
        self.add_bars(&mut image, draws);
        image
    }

    /// Vertebrae, seen through tissue only.
    fn add_spine(&self, image: &mut Field, draws: &mut Draws) {
        let (spacing, phase) = (draws.uniform(6.5, 8.0), draws.uniform(0.0, 8.0));
        let strength = draws.uniform(0.03, 0.07);
        let spine = Field::of(image.grid, |point| {
            let p = self.pose.torso(point);
            let vertebra = 0.7 + 0.3 * libm::cos(std::f64::consts::TAU * (p.y + phase) / spacing);
            strength * vertebra * soft_step((4.5 - p.x.abs()) / 0.8)
        });
        for ((value, spine), air) in image.values.iter_mut().zip(&spine.values).zip(&self.air.values) {
            *value += spine * (1.0 - air);
        }
    }

    /// Ribs, and the folds of bowel that continue them: arches from top to bottom, stronger over air.
    fn add_ribs(&self, image: &mut Field, draws: &mut Draws) {
        let (first, spacing) = (draws.uniform(-52.0, -42.0), draws.uniform(10.0, 12.0));
        let bend = draws.uniform(0.006, 0.010);
        let strengths: Vec<f64> = (0..10).map(|_| draws.uniform(0.06, 0.10)).collect();
        let ribs = Field::of(image.grid, |point| {
            let p = self.pose.torso(point);
            let sag = bend * (p.x.abs() - 12.0) * (p.x.abs() - 12.0);
            strengths.iter().enumerate().fold(0.0, |sum, (i, strength)| {
                let across = (p.y - first - spacing * i as f64 - sag) / 1.6;
                sum + strength * libm::exp(-0.5 * across * across)
            })
        });
        for ((value, rib), air) in image.values.iter_mut().zip(&ribs.values).zip(&self.air.values) {
            *value += rib * (0.3 + 0.7 * air);
        }
    }

    /// Collar bones over the lungs' tops, and the costal arch over the pockets' tops: the same bars.
    fn add_bars(&self, image: &mut Field, draws: &mut Draws) {
        for row in [-0.5, 0.5] {
            let top = ROW_SPACING * row - 10.0;
            for side in [-1.0, 1.0] {
                let inner = self.pose.place(side * 5.0, top + draws.uniform(0.0, 4.0));
                let outer = self.pose.place(side * 36.0, top + draws.uniform(-8.0, -3.0));
                add_line(image, &[inner, outer], 1.5, |_| 0.09);
            }
        }
    }
}

/// Two regions beside the spine and what presses into them.
fn pair(air: Air, level: f64, grid: Grid, pose: &Pose, draws: &mut Draws) -> [AirRegion; 2] {
    // The heart always lies to the patient's left, which a film shows on the right; what lies between two pockets is
    // often as large and in the same place.
    let organ_side = match air {
        Air::Lung => Some(1.0),
        Air::Pocket if draws.chance(0.65) => Some(if draws.chance(0.7) { 1.0 } else { -1.0 }),
        _ => None,
    };
    let organ = organ_side.map(|side: f64| {
        let (x, y) = (side * draws.uniform(4.0, 6.5), level + draws.uniform(5.0, 8.0));
        dent(pose, pose.place(x, y), draws)
    });
    // Shoulders and neck keep the air outside farther from the spine, and nothing ends it at the sides.
    let (aside, wider) = if air == Air::BesideNeck { (32.0, 7.0) } else { (19.0, 0.0) };
    [-1.0, 1.0].map(|side: f64| {
        let outline = Oval::new(
            pose.place(side * (aside + draws.uniform(-1.5, 1.5)), level + draws.uniform(-1.0, 1.0)),
            pose.zoom * (wider + draws.uniform(12.5, 14.5)),
            pose.zoom * draws.within(HALF_HEIGHT),
            side * draws.uniform(-0.05, 0.2),
        )
        .tapered(draws.uniform(0.1, 0.3));
        let below = outline.half_height + pose.zoom * draws.uniform(8.5, 11.5);
        let dome = Point { x: outline.centre.x + draws.uniform(-2.5, 2.5), y: outline.centre.y + below };
        let dome = dent(pose, dome, draws);
        AirRegion::new(air, &outline, organ.into_iter().chain([dome]).collect(), side, grid)
    })
}

/// A wide loop of bowel.
fn bowel(level: f64, grid: Grid, pose: &Pose, draws: &mut Draws) -> AirRegion {
    let outline = Oval::new(
        pose.place(draws.uniform(-4.0, 4.0), level),
        pose.zoom * draws.uniform(27.0, 33.0),
        pose.zoom * draws.within(HALF_HEIGHT),
        draws.uniform(-0.08, 0.08),
    );
    AirRegion::new(Air::Bowel, &outline, Vec::new(), draws.sign(), grid)
}

/// Something dense and round.
fn dent(pose: &Pose, centre: Point, draws: &mut Draws) -> Oval {
    Oval::new(centre, pose.zoom * draws.uniform(10.0, 13.0), pose.zoom * draws.uniform(10.0, 13.0), 0.0)
}

impl AirRegion {
    /// An oval less its dents.
    fn new(air: Air, oval: &Oval, dents: Vec<Oval>, side: f64, grid: Grid) -> Self {
        let mut cover = Field::zero(grid);
        oval.cover(&mut cover);
        let mut dented = Field::zero(grid);
        dents.iter().for_each(|dent| dent.cover(&mut dented));
        cover.values.iter_mut().zip(&dented.values).for_each(|(value, dent)| *value *= 1.0 - DENT_DEPTH * dent);
        let root = Point { x: oval.centre.x - side * 0.75 * oval.half_width, y: oval.centre.y };
        Self { air, cover, root, away: side, half_width: oval.half_width, dents }
    }
}
