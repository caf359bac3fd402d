//! The frame that all plots share: axes, grid and colours that stand out on light and on dark paper.

use std::io;
use std::ops::Range;

use maud::{Markup, html};
use plotters::coord::types::RangedCoordf64;
use plotters::drawing::DrawingAreaErrorKind;
use plotters::prelude::*;

/// Size of a plot of a run's page in its own pixels; the page scales it to about two thirds.
const SIZE: (u32, u32) = (520, 320);
pub(super) const AXIS: RGBColor = RGBColor(128, 128, 128);

/// Lines of stages 0, 1, 2, …: told apart by colour-blind readers too (after Okabe and Ito).
pub(super) const STAGE_COLOURS: [RGBColor; 6] = [
    RGBColor(140, 140, 150),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
    RGBColor(0, 158, 115),
    RGBColor(213, 94, 0),
    RGBColor(204, 121, 167),
];

/// What goes wrong in drawing.
pub(super) type DrawError = DrawingAreaErrorKind<io::Error>;
/// A plot that has its axes and waits for its lines.
pub(super) type Chart<'a, B> = ChartContext<'a, B, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

/// The two axes of a plot.
#[derive(Clone, Debug, PartialEq)]
pub struct Axes {
    /// From the left to the right end.
    pub x: Range<f64>,
    /// From the lower to the upper end.
    pub y: Range<f64>,
    /// What is along x, with its unit.
    pub x_name: &'static str,
    /// What is along y, with its unit.
    pub y_name: &'static str,
    /// What stands below x.
    pub x_ticks: Ticks,
}

/// The labels below the x axis.
#[derive(Clone, Debug, PartialEq)]
pub enum Ticks {
    /// Round numbers with so many digits after the point.
    Decimals(usize),
    /// A name at each of 0, 1, 2, ….
    Names(Vec<String>),
}

impl Ticks {
    /// The most labels there is room for; names stand at whole numbers alone.
    fn most(&self) -> usize {
        match self {
            Self::Decimals(_) => 6,
            Self::Names(names) => names.len() + 1,
        }
    }

    fn label(&self, x: f64) -> String {
        match self {
            Self::Decimals(decimals) => format!("{x:.decimals$}"),
            // A negative or a broken position has no name: the cast would give it that of 0.
            Self::Names(names) if x > -0.5 && (x - x.round()).abs() < 1e-6 => {
                names.get(x.round() as usize).cloned().unwrap_or_default()
            }
            Self::Names(_) => String::new(),
        }
    }
}

/// A plot as an SVG element; `lines` draws into it.
pub(super) fn svg(
    axes: &Axes,
    lines: impl for<'a, 'b> FnOnce(&mut Chart<'a, SVGBackend<'b>>) -> Result<(), DrawError>,
) -> Result<String, DrawError> {
    let mut svg = String::new();
    draw(SVGBackend::with_string(&mut svg, SIZE), axes, lines)?;
    Ok(svg)
}

/// Draws axes, grid and what `lines` adds.
pub(super) fn draw<'a, B: DrawingBackend<ErrorType = io::Error> + 'a>(
    backend: B,
    axes: &Axes,
    lines: impl FnOnce(&mut Chart<'a, B>) -> Result<(), DrawError>,
) -> Result<(), DrawError> {
    let area = backend.into_drawing_area();
    let mut chart = ChartBuilder::on(&area)
        .margin(8)
        .margin_right(30)
        .x_label_area_size(48)
        .y_label_area_size(60)
        .build_cartesian_2d(axes.x.clone(), axes.y.clone())?;
    let text = text();
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(AXIS.mix(0.25))
        .axis_style(AXIS)
        .x_desc(axes.x_name)
        .y_desc(axes.y_name)
        .x_labels(axes.x_ticks.most())
        .y_labels(6)
        .x_label_formatter(&|&x| axes.x_ticks.label(x))
        .label_style(text.clone())
        .axis_desc_style(text)
        .draw()?;
    lines(&mut chart)?;
    area.present()
}

/// The characters of all plots.
pub(super) fn text() -> TextStyle<'static> {
    ("sans-serif", 20).into_font().color(&AXIS)
}

/// A line's colour in a legend.
pub(super) fn swatch(RGBColor(red, green, blue): RGBColor) -> Markup {
    html! { span class="swatch" style=(format!("background:rgb({red},{green},{blue})")) {} }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_at_whole_numbers_only() {
        let names = Ticks::Names(vec!["small".into(), "large".into()]);
        assert_eq!([-1.0, 0.0, 0.5, 1.0, 2.0].map(|x| names.label(x)), ["", "small", "", "large", ""]);
        assert_eq!(Ticks::Decimals(1).label(0.25), "0.2");
    }
}
