//! Why a report could not be made.

use std::io;

use plotters::drawing::DrawingAreaErrorKind;

use crate::files::FileError;
use crate::metrics::MetricsError;
use crate::pictures::PictureError;

/// A part of the report that could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// A tile without one evidence map a stage.
    #[error("evidence maps of tile {tile}: found {found}, expected {expected}, one a stage")]
    Maps {
        /// The tile's name.
        tile: String,
        /// Maps found.
        found: usize,
        /// Stages of the report.
        expected: usize,
    },
    /// A map or truth of a tile whose size is wrong.
    #[error("tile {tile}")]
    MapSize {
        /// The tile's name.
        tile: String,
        /// What is wrong.
        source: MetricsError,
    },
    /// A tile's image that cannot be encoded.
    #[error("image of tile {tile}")]
    Image {
        /// The tile's name.
        tile: String,
        /// Why not.
        source: PictureError,
    },
    /// A phase's loss curve that cannot be drawn.
    #[error("loss curve of phase {phase}")]
    Curve {
        /// The training phase.
        phase: String,
        /// Why not.
        source: DrawingAreaErrorKind<io::Error>,
    },
    /// A picture of an experiment's page that cannot be encoded.
    #[error("picture {file}")]
    Picture {
        /// Its file's name, without the extension.
        file: String,
        /// Why not.
        source: PictureError,
    },
    /// A plot that cannot be drawn.
    #[error("plot of the {plot}")]
    Plot {
        /// Which plot.
        plot: &'static str,
        /// Why not.
        source: DrawingAreaErrorKind<io::Error>,
    },
    /// The data that the page's script reads cannot be written as JSON.
    #[error("data of the pictures")]
    Json(#[from] serde_json::Error),
    /// The file could not be written.
    #[error(transparent)]
    File(#[from] FileError),
}
