//! `check-no-panic`: a program that calls all of the core links, for the processors of the emulated boards, without the function that
//! its panic handler calls.

use boards::Board;

use crate::error::XtaskError;
use crate::{firmware, paths, targets};

/// One a back end of the core.
const BOARDS: [&str; 4] = ["qemu-m0", "qemu-m3", "qemu-m4", "qemu-m55"];

/// Runs the command for the boards `names`, or one of each back end where it names none.
///
/// # Errors
/// [`XtaskError`] when a panic is reachable, or the program cannot be built at all.
pub fn run(names: Vec<String>) -> Result<(), XtaskError> {
    let names = if names.is_empty() { BOARDS.map(str::to_owned).to_vec() } else { names };
    for name in names {
        let board = Board::named(&name)?;
        let mut build = targets::of_board(&board)?.cargo("build");
        build.args(["--release", "--package", "no-panic", "--target-dir"]).arg(firmware::target_folder());
        build.current_dir(paths::root().join("firmware"));
        let status = build.status().map_err(XtaskError::running("cargo", "https://rustup.rs installs it"))?;
        if !status.success() {
            return Err(XtaskError::Build { what: format!("no-panic for {name}") });
        }
        println!("{name}: no panic is reachable from the core's public interface");
    }
    Ok(())
}
