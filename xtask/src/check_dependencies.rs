//! `check-dependencies`: licences, sources and versions of all that is linked, by `cargo deny`, with the rules of `.cargo/deny.toml`.

use std::process::Command;

use crate::error::XtaskError;
use crate::{paths, process};

/// The packages with a lock file of their own.
const MANIFESTS: [&str; 2] = ["Cargo.toml", "firmware/Cargo.toml"];

const INSTALL: &str = "cargo install --locked cargo-deny";

/// Runs the command; with `advisories` known weaknesses are looked up as well, for which their database is fetched.
///
/// # Errors
/// [`XtaskError::MissingProgram`], or [`XtaskError::Dependencies`] where a rule is broken.
pub fn run(advisories: bool) -> Result<(), XtaskError> {
    let found = process::output(Command::new("cargo-deny").arg("--version"));
    found.ok_or_else(|| XtaskError::MissingProgram { program: "cargo-deny".to_owned(), help: INSTALL })?;
    for manifest in MANIFESTS {
        let mut command = Command::new(process::cargo());
        command.args(["deny", "--locked", "--manifest-path"]).arg(paths::root().join(manifest));
        command.arg("--config").arg(paths::root().join(".cargo/deny.toml"));
        // The rules are of both: each has exceptions that the other does not need.
        command.args([
            "check",
            "--allow",
            "unmatched-skip",
            "--allow",
            "unnecessary-skip",
            "licenses",
            "bans",
            "sources",
        ]);
        if advisories {
            command.arg("advisories");
        }
        let status = command.status().map_err(XtaskError::running("cargo", INSTALL))?;
        if !status.success() {
            return Err(XtaskError::Dependencies { manifest });
        }
    }
    Ok(())
}
