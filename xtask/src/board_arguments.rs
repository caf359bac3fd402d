//! Which board, and which model on it: what `flash` and `bench` both ask.

use std::path::PathBuf;

use boards::Board;

use crate::error::XtaskError;
use crate::paths;

/// A board and a model, as a person names them.
#[derive(clap::Args)]
pub struct BoardArguments {
    /// The board: a manifest of firmware/boards, by its name
    #[arg(long, default_value = "qemu-m4")]
    board: String,
    /// The model
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// The run folder whose model.sbk to take
    #[arg(long, value_name = "DIR", conflicts_with = "model")]
    run: Option<PathBuf>,
}

impl BoardArguments {
    /// The board's name, whether there is such a board or not.
    pub fn name(&self) -> &str {
        &self.board
    }

    /// The board.
    ///
    /// # Errors
    /// [`XtaskError::Board`].
    pub fn board(&self) -> Result<Board, XtaskError> {
        Ok(Board::named(&self.board)?)
    }

    /// The named model's path, from the root of the file system; `None` where none is named.
    ///
    /// # Errors
    /// [`XtaskError::NoSuchModel`].
    pub fn model(&self) -> Result<Option<PathBuf>, XtaskError> {
        let given = self.model.clone().or_else(|| self.run.as_ref().map(|run| run.join("model.sbk")));
        given.map(|path| path.canonicalize().map_err(|_| XtaskError::NoSuchModel { path })).transpose()
    }

    /// The named model's path, or that of the run that was written last.
    ///
    /// # Errors
    /// [`XtaskError::NoModel`], [`XtaskError::NoSuchModel`].
    pub fn model_or_newest(&self) -> Result<PathBuf, XtaskError> {
        match self.model()? {
            Some(path) => Ok(path),
            None => {
                let path = paths::newest_model().ok_or(XtaskError::NoModel)?;
                path.canonicalize().map_err(|_| XtaskError::NoSuchModel { path })
            }
        }
    }
}
