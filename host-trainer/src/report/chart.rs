//! The frame that all plots of the page share: axes, grid and colours that stand out on light and on dark paper.

use std::io;
use std::ops::Range;

use maud::{Markup, html};
use plotters::coord::types::RangedCoordf64;
use plotters::drawing::DrawingAreaErrorKind;
use plotters::prelude::*;

/// Size of a plot in its own pixels; the page scales it to about two thirds.
const SIZE: (u32, u32) = (520, 320);
pub(super) const AXIS: RGBColor = RGBColor(128, 128, 128);

/// What goes wrong in drawing.
pub(super) type DrawError = DrawingAreaErrorKind<io::Error>;
/// A plot that has its axes and waits for its lines.
pub(super) type Chart<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

/// The two axes of a plot.
pub(super) struct Axes {
    pub x: Range<f64>,
    pub y: Range<f64>,
    pub x_name: &'static str,
    pub y_name: &'static str,
    /// Digits after the point of the numbers along x.
    pub x_decimals: usize,
}

/// A plot as an SVG element; `lines` draws into it.
pub(super) fn svg(
    axes: Axes,
    lines: impl FnOnce(&mut Chart<'_, '_>) -> Result<(), DrawError>,
) -> Result<String, DrawError> {
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        let mut chart = ChartBuilder::on(&area)
            .margin(8)
            .margin_right(18)
            .x_label_area_size(48)
            .y_label_area_size(60)
            .build_cartesian_2d(axes.x, axes.y)?;
        let text = ("sans-serif", 20).into_font().color(&AXIS);
        chart
            .configure_mesh()
            .disable_x_mesh()
            .light_line_style(TRANSPARENT)
            .bold_line_style(AXIS.mix(0.25))
            .axis_style(AXIS)
            .x_desc(axes.x_name)
            .y_desc(axes.y_name)
            .x_labels(6)
            .y_labels(6)
            .x_label_formatter(&|x| format!("{x:.*}", axes.x_decimals))
            .label_style(text.clone())
            .axis_desc_style(text)
            .draw()?;
        lines(&mut chart)?;
        area.present()?;
    }
    Ok(svg)
}

/// A line's colour in a legend.
pub(super) fn swatch(RGBColor(red, green, blue): RGBColor) -> Markup {
    html! { span class="swatch" style=(format!("background:rgb({red},{green},{blue})")) {} }
}
