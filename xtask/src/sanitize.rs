//! `sanitize`: the tests of the core, and those beside it that need no candle, under tools that see undefined behaviour.

use std::process::Command;

use crate::error::XtaskError;
use crate::{paths, process, targets};

/// What watches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Tool {
    /// Address sanitizer, which stable compilers bring: reads and writes outside of what was allocated.
    Address,
    /// Miri, where a nightly toolchain has it: all that Rust calls undefined, over the core's own tests with one in five hundred of their
    /// random cases.
    Miri,
}

/// Run the tests of the core, and those of its parity that need no candle, under address sanitizer or Miri
#[derive(clap::Args)]
pub struct SanitizeArguments {
    /// What watches
    #[arg(long, value_enum, default_value = "address")]
    tool: Tool,
}

/// Runs the command.
///
/// # Errors
/// [`XtaskError`] where there is no such tool, the tests cannot be built, or one fails.
pub fn run(arguments: &SanitizeArguments) -> Result<(), XtaskError> {
    match arguments.tool {
        Tool::Address => {
            for package in [&["--package", "switchback"][..], &["--package", "parity", "--no-default-features"]] {
                succeed(address_sanitized()?.args(package), package[1])?;
            }
            Ok(())
        }
        Tool::Miri => succeed(&mut under_miri(), "switchback"),
    }
}

/// `cargo test` with address sanitizer, in a folder of its own.
fn address_sanitized() -> Result<Command, XtaskError> {
    let host = targets::host()?;
    let mut command = Command::new(process::cargo());
    // The flag is unstable; a stable compiler takes it when told so. With a target named, build scripts go without.
    command.env("RUSTC_BOOTSTRAP", "1").env("RUSTFLAGS", "-Zsanitizer=address");
    command.args(["test", "--locked", "--target", &host, "--lib", "--tests", "--target-dir"]);
    command.arg(paths::target_folder().join("sanitize"));
    Ok(command)
}

/// Tests under the Miri of the nightly toolchain.
fn under_miri() -> Command {
    let mut command = Command::new("cargo");
    // This program's own cargo has told it which toolchain it is of.
    command.env("RUSTUP_TOOLCHAIN", "nightly").env_remove("CARGO").env_remove("RUSTC");
    command.args(["miri", "test", "--locked", "--package", "switchback", "--lib", "--target-dir"]);
    command.arg(paths::target_folder().join("miri"));
    command
}

fn succeed(command: &mut Command, what: &str) -> Result<(), XtaskError> {
    let status = command.current_dir(paths::root()).status();
    let status = status.map_err(XtaskError::running("cargo", "https://rustup.rs installs it"))?;
    if status.success() { Ok(()) } else { Err(XtaskError::Sanitized { what: what.to_owned() }) }
}
