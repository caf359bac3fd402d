//! A plot that stands for itself: lines with a legend, as SVG and as pixels.

use std::io;

use image::{Rgb, RgbImage};
use plotters::prelude::*;

use super::ReportError;
use super::bitmap::Bitmap;
use super::chart::{self, Axes, Chart, DrawError, STAGE_COLOURS};

/// Size in pixels.
const SIZE: (u32, u32) = (860, 440);
/// Length of a dash and of a gap in pixels.
const DASH: (i32, i32) = (9, 6);
/// Half the length of the bars that end a range, in pixels.
const CAP: i32 = 4;
/// Length of a line in the legend.
const SAMPLE: i32 = 30;

/// Lines over common axes.
#[derive(Clone, Debug, PartialEq)]
pub struct LinePlot {
    /// What stands along the plot's sides.
    pub axes: Axes,
    /// The lines, in the order of the legend.
    pub lines: Vec<PlotLine>,
}

/// One line of a plot.
#[derive(Clone, Debug, PartialEq)]
pub struct PlotLine {
    /// Its name in the legend.
    pub name: String,
    /// Red, green, blue.
    pub colour: [u8; 3],
    /// Whether it is drawn with gaps.
    pub dashed: bool,
    /// Its points, from the left to the right.
    pub points: Vec<(f64, f64)>,
    /// The range of each point along y, least and most; empty where there is none to show.
    pub ranges: Vec<(f64, f64)>,
}

/// Red, green and blue of a stage's line, the same in all plots.
pub fn stage_colour(stage: usize) -> [u8; 3] {
    let RGBColor(red, green, blue) = STAGE_COLOURS[stage % STAGE_COLOURS.len()];
    [red, green, blue]
}

impl LinePlot {
    /// The plot as an SVG element.
    ///
    /// # Errors
    /// [`ReportError::Plot`] when it cannot be drawn.
    pub fn svg(&self) -> Result<String, ReportError> {
        let mut svg = String::new();
        self.draw(SVGBackend::with_string(&mut svg, SIZE))?;
        Ok(svg)
    }

    /// The plot on white paper.
    ///
    /// # Errors
    /// [`ReportError::Plot`] when it cannot be drawn.
    pub fn image(&self) -> Result<RgbImage, ReportError> {
        let mut image = RgbImage::from_pixel(SIZE.0, SIZE.1, Rgb([255; 3]));
        self.draw(Bitmap(&mut image))?;
        Ok(image)
    }

    fn draw<'a, B: DrawingBackend<ErrorType = io::Error> + 'a>(&self, backend: B) -> Result<(), ReportError> {
        let lines = |chart: &mut Chart<'a, B>| {
            self.lines.iter().try_for_each(|line| line.draw(chart))?;
            let mut legend = chart.configure_series_labels();
            legend.position(SeriesLabelPosition::UpperRight).legend_area_size(SAMPLE + 12).margin(12);
            legend.label_font(chart::text()).draw()
        };
        chart::draw(backend, &self.axes, lines).map_err(|source| ReportError::Plot { plot: self.axes.y_name, source })
    }
}

impl PlotLine {
    fn draw<'a, B: DrawingBackend<ErrorType = io::Error> + 'a>(
        &self,
        chart: &mut Chart<'a, B>,
    ) -> Result<(), DrawError> {
        let [red, green, blue] = self.colour;
        let colour = RGBColor(red, green, blue);
        let style = colour.stroke_width(3);
        let (dash, gap) = DASH;
        for (&(x, _), &(least, most)) in self.points.iter().zip(&self.ranges) {
            chart.draw_series([PathElement::new([(x, least), (x, most)], colour.mix(0.8).stroke_width(1))])?;
            chart.draw_series([least, most].map(|y| {
                let bar = PathElement::new([(-CAP, 0), (CAP, 0)], colour.stroke_width(1));
                EmptyElement::at((x, y)) + bar
            }))?;
        }
        let series = if self.dashed {
            chart.draw_series(DashedLineSeries::new(self.points.iter().copied(), dash, gap, style))?
        } else {
            chart.draw_series(LineSeries::new(self.points.iter().copied(), style))?
        };
        let gap = if self.dashed { gap } else { 0 };
        series.label(self.name.clone()).legend(move |at| {
            let part = |from, to| PathElement::new([(from, 0), (to, 0)], style);
            EmptyElement::at(at) + part(0, (SAMPLE - gap) / 2) + part((SAMPLE + gap) / 2, SAMPLE)
        });
        if !self.ranges.is_empty() {
            chart.draw_series(self.points.iter().map(|&at| Circle::new(at, 4, colour.filled())))?;
        }
        Ok(())
    }
}
