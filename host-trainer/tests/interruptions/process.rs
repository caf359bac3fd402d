//! The trainer as a process.

use std::path::Path;
use std::process::{Command, Output, Stdio};

/// A short training of all phases; the run folder is still to be named.
const TRAINING: &str = "train-and-quantize --data data --width 0.03125 --input 32x32 --stages 1 --preset quick --set classification.epochs=6 \
                        --set baseline.epochs=6 --set stage.epochs=6 --resume --out";

/// Generated images, the folder `data` beside the runs.
pub fn write_data(folder: &Path) {
    let output = trainer(folder, &["phantom", "--out", "data", "--count", "80", "--size", "32x32"]).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
}

/// The trainer with `arguments`, in `folder`, with a thread number that is the same for all.
pub fn trainer(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_host-trainer"));
    command.args(arguments);
    in_folder(&mut command, folder);
    command
}

fn in_folder(command: &mut Command, folder: &Path) {
    command.current_dir(folder).env("RAYON_NUM_THREADS", "2");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
}

/// A short training of all phases, going on where `run` has a checkpoint.
pub fn training(folder: &Path, run: &str) -> Command {
    let mut command = trainer(folder, &[]);
    command.args(TRAINING.split_whitespace()).arg(run);
    command
}

/// The same where no file can grow beyond `blocks` of 512 bytes: writing more fails, as it does on a full disk.
pub fn training_without_room(folder: &Path, run: &str, blocks: u32) -> Command {
    let mut command = Command::new("sh");
    // The signal would kill it before it could say anything.
    command.args(["-c", &format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"")]);
    command.arg(env!("CARGO_BIN_EXE_host-trainer")).args(TRAINING.split_whitespace()).arg(run);
    in_folder(&mut command, folder);
    command
}

/// What it said, for people.
pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
