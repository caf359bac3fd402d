//! The bytes of a model's slot: its header, then the model.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use boards::{Board, SLOT_HEADER_BYTES};

use crate::error::XtaskError;
use crate::paths;

/// Where the files for a board are.
pub struct Paths {
    /// The image of the model's slot.
    pub image: PathBuf,
    /// The image that the program judges by itself, as its build reads it.
    pub still: PathBuf,
    /// What takes the place of the other slot's header.
    pub no_header: PathBuf,
}

impl Paths {
    /// In the folder of build results.
    pub fn of(board: &Board) -> Self {
        let folder = paths::target_folder().join("flash").join(&board.name);
        Self {
            image: folder.join("slot.bin"),
            still: folder.join("still.pnm"),
            no_header: folder.join("no-header.bin"),
        }
    }
}

/// The trainer's command that writes the slot's bytes into `out`; with `definitions` the model's plan has those alone.
pub fn command(trainer: &Path, board: &Board, model: &Path, out: &Path, definitions: bool) -> Command {
    let mut command = Command::new(trainer);
    command.args(["slot-image", "--board", &board.name, "--model"]).arg(model).arg("--out").arg(out);
    if definitions {
        command.arg("--definitions");
    }
    command
}

/// Writes both files, the first one by the trainer's [`command`]. Gives the kinds of kernels that the model's plan takes, with commas between.
///
/// # Errors
/// [`XtaskError`] when that cannot be done.
pub fn write(command: &mut Command, board: &Board, paths: &Paths) -> Result<String, XtaskError> {
    let program = command.get_program().display().to_string();
    let cannot = |source| XtaskError::Run { program: program.clone(), source };
    if let Some(folder) = paths.image.parent() {
        std::fs::create_dir_all(folder).map_err(cannot)?;
    }
    std::fs::write(&paths.no_header, [u8::MAX; SLOT_HEADER_BYTES as usize]).map_err(cannot)?;
    let output = command.stderr(Stdio::inherit()).output().map_err(cannot)?;
    let said = String::from_utf8_lossy(&output.stdout);
    match said.lines().find_map(|line| line.strip_prefix("kernels ")) {
        Some(kinds) if output.status.success() => Ok(kinds.to_owned()),
        _ => Err(XtaskError::Build { what: format!("the slot image of {}", board.name) }),
    }
}
