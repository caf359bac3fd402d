//! `report.html`: one self-contained page about a run or an experiment, for a reader who knows nothing of the method.
//!
//! | part of the page | file |
//! |---|---|
//! | what the caller gives | `input` |
//! | skeleton, facts about the run, footer | `page` (`style.css`) |
//! | what the final network reaches, in words | `headline` |
//! | test images with every stage's evidence and a threshold to move | `pictures` (`pictures.js`) |
//! | ROC curve, IoU against threshold | `plots` |
//! | result tables, controls, parity | `results`, `by_size` |
//! | loss curves | `curves` |
//! | the frame of all plots | `chart` |
//! | the page of an experiment: tables, plots, pictures with captions | `article`, `table` |
//! | a plot that stands for itself, as SVG and PNG | `line_plot`, `bitmap` |
//!
//! The page stores each image once and each stage's small evidence map as bytes; the browser upsamples and draws them,
//! so that a threshold can be moved and the file stays small. Nothing is fetched from anywhere.

mod article;
mod bitmap;
mod by_size;
mod chart;
mod curves;
mod error;
mod headline;
mod input;
mod line_plot;
mod page;
mod pictures;
mod plots;
mod results;
mod table;
#[cfg(test)]
mod tests;

use std::io::Write;
use std::path::Path;

pub use article::{Article, Content, Section};
pub use chart::{Axes, Ticks};
pub use error::ReportError;
pub use input::{ByteMap, LossRow, ReportInput, StageColumn, Tile, TileGroup};
pub use line_plot::{LinePlot, PlotLine, stage_colour};
pub use results::grouped;
pub use table::{Entry, Table};

use crate::files::write_atomically;

/// The whole page as HTML.
///
/// # Errors
/// [`ReportError`] naming the tile or the phase that cannot be drawn.
pub fn render(input: &ReportInput) -> Result<String, ReportError> {
    Ok(page::page(input)?.into_string())
}

/// Writes the page to `path`, whole or not at all.
///
/// # Errors
/// As [`render`], and [`ReportError::File`] when the file cannot be written.
pub fn write(input: &ReportInput, path: &Path) -> Result<(), ReportError> {
    let html = render(input)?;
    write_atomically(path, |file| file.write_all(html.as_bytes()))?;
    Ok(())
}
