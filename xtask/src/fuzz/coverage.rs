//! Coverage for libFuzzer on a stable compiler: this program stands between cargo and rustc for the packages of the workspace
//! (`RUSTC_WORKSPACE_WRAPPER`) and adds flags. Their dependencies are built once, without, for fuzzing and everything else.

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, ExitCode};

use crate::error::XtaskError;
use crate::process;

/// Set where this program is run in place of rustc.
const VARIABLE: &str = "SWITCHBACK_FUZZ_COVERAGE";

/// Counters of edges, their places, and the operands of comparisons.
const FLAGS: [&str; 6] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "--cfg=fuzzing",
];

/// Makes a cargo command build the workspace's packages with coverage; `program` is this program.
pub fn add(build: &mut Command, program: &Path) {
    build.env("RUSTC_WORKSPACE_WRAPPER", program).env(VARIABLE, "1");
}

/// Runs rustc, where this program was started in its place.
pub fn as_compiler() -> Option<Result<ExitCode, XtaskError>> {
    std::env::var_os(VARIABLE)?;
    let mut arguments = std::env::args_os().skip(1);
    let rustc = arguments.next()?;
    let arguments: Vec<OsString> = arguments.collect();
    let mut command = Command::new(rustc);
    command.args(&arguments).args(if is_build_script(&arguments) { &[][..] } else { &FLAGS });
    let status = command.status().map_err(XtaskError::running("rustc", "https://rustup.rs installs it"));
    Some(status.map(process::exit_code))
}

/// A build script is a program without libFuzzer, which has the functions that the flags make calls of.
fn is_build_script(arguments: &[OsString]) -> bool {
    let name = arguments.iter().skip_while(|argument| *argument != "--crate-name").nth(1);
    name.is_some_and(|name| name == "build_script_build")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn build_scripts_are_told_by_their_crate() {
        let arguments = |name: &str| ["--edition=2024", "--crate-name", name, "build.rs"].map(OsString::from);
        assert!(is_build_script(&arguments("build_script_build")));
        assert!(!is_build_script(&arguments("switchback")));
        assert!(!is_build_script(&["-vV".into()]));
    }
}
