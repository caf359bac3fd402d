//! What a model needs of a board, as the trainer plans it, and where else it would fit.

use std::path::Path;
use std::process::{Command, Stdio};

use boards::Board;

use super::table::Table;
use crate::error::XtaskError;
use crate::paths;

/// What a model needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Demand {
    /// Length of its file.
    pub model_bytes: u64,
    /// The arena of its plan for the board.
    pub arena_bytes: u64,
    /// The arena of its smallest plan.
    pub smallest_arena_bytes: u64,
    /// Models like it that the board has room for, where it has none for this one.
    pub would_fit: Vec<String>,
}

impl Demand {
    /// Of the model `model` on `board`, planned by the program `trainer`; with `definitions` by those alone.
    ///
    /// # Errors
    /// [`XtaskError::Plan`] when the trainer cannot plan it.
    pub fn plan(trainer: &Path, board: &Board, model: &Path, definitions: bool) -> Result<Self, XtaskError> {
        let folder = paths::target_folder().join("flash").join(&board.name);
        let file = folder.join("plan.json");
        // Of an earlier run.
        let _ = std::fs::remove_file(&file);
        let mut command = Command::new(trainer);
        command.args(["plan", "--board", &board.name, "--model"]).arg(model).arg("--out").arg(&folder);
        if definitions {
            command.arg("--definitions");
        }
        command.stdin(Stdio::null()).stdout(Stdio::null());
        let output = command.stderr(Stdio::piped()).output();
        let output = output.map_err(|source| XtaskError::Run { program: trainer.display().to_string(), source })?;
        // It writes the plan before it says that the model does not fit, which is said here with more.
        let said = || String::from_utf8_lossy(&output.stderr).lines().next().unwrap_or_default().to_owned();
        let cannot = || XtaskError::Plan { board: board.name.clone(), said: said() };
        let plan = std::fs::read(&file).map_err(|_| cannot())?;
        let plan: serde_json::Value = serde_json::from_slice(&plan).map_err(|_| cannot())?;
        let number = |key| plan.get(key).and_then(serde_json::Value::as_u64).ok_or_else(cannot);
        Ok(Self {
            model_bytes: number("flash_bytes")?,
            arena_bytes: number("arena_bytes")?,
            smallest_arena_bytes: number("smallest_arena_bytes")?,
            would_fit: texts(plan.get("would_fit")),
        })
    }

    /// The names of the boards that the model fits.
    fn fitting(&self, boards: &[Board]) -> Vec<String> {
        let fits = |board: &&Board| {
            self.model_bytes <= board.model_bytes().into()
                && self.smallest_arena_bytes <= board.memory.arena.bytes.into()
        };
        boards.iter().filter(fits).map(|board| board.name.clone()).collect()
    }

    /// Refuses what does not fit, with the boards on which it would.
    ///
    /// # Errors
    /// [`XtaskError::DoesNotFit`].
    pub fn check(&self, table: &Table) -> Result<(), XtaskError> {
        match table.missing() {
            None => Ok(()),
            Some(missing) => {
                let fits_on = self.fitting(&boards::all()?);
                Err(XtaskError::DoesNotFit { missing, fits_on, would_fit: self.would_fit.clone() })
            }
        }
    }
}

/// The texts of a list; none where there is no list.
fn texts(list: Option<&serde_json::Value>) -> Vec<String> {
    let list = list.and_then(serde_json::Value::as_array).into_iter().flatten();
    list.filter_map(|text| Some(text.as_str()?.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boards_with_room_are_proposed() {
        let boards = boards::all().unwrap();
        let small =
            Demand { model_bytes: 20_000, arena_bytes: 50_000, smallest_arena_bytes: 30_000, would_fit: Vec::new() };
        assert_eq!(small.fitting(&boards).len(), boards.len());
        let wide = Demand { smallest_arena_bytes: 300_000, ..small.clone() };
        let names = wide.fitting(&boards);
        assert!(
            names.iter().any(|name| name == "nucleo-h743zi") && !names.iter().any(|name| name == "pico"),
            "{names:?}"
        );
        let heavy = Demand { model_bytes: 1 << 40, ..small };
        assert!(heavy.fitting(&boards).is_empty());
    }
}
