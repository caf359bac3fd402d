//! `fuzz`: the targets of `tests/fuzz`, driven by libFuzzer with coverage, on a stable compiler.

pub mod coverage;
mod outcome;
mod targets;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use crate::error::XtaskError;
use crate::{paths, process};
use outcome::Outcome;
use targets::Target;

/// Seconds a target where nothing is said.
const DEFAULT_SECONDS: u64 = 10;
/// An execution that takes longer is a finding.
const SECONDS_AN_EXECUTION: u64 = 20;
/// As is one that takes more memory.
const MEGABYTES: u64 = 2048;

/// Feed mutated bytes to parsers, link, readers and networks, with coverage, until the limit or a finding
///
/// Inputs that reach something new are kept in target/fuzz/TARGET/corpus for the next run; what it starts from is in
/// tests/fuzz/corpus, which `cargo test -p fuzz` replays. Exit code 1 where something was found.
#[derive(clap::Args)]
pub struct FuzzArguments {
    /// The targets [default: parse model stored-plan link inference labels network image]
    #[arg(value_name = "TARGET")]
    targets: Vec<String>,
    /// Inputs to execute, each target
    #[arg(long, value_name = "N", conflicts_with = "seconds")]
    executions: Option<u64>,
    /// Time to run, each target [default: 10]
    #[arg(long, value_name = "S")]
    seconds: Option<u64>,
}

/// Runs the command.
///
/// # Errors
/// [`XtaskError`] for an unknown target, a build that fails, or anything that was found.
pub fn run(arguments: &FuzzArguments) -> Result<(), XtaskError> {
    let unknown = |found| XtaskError::NoSuchFuzzTarget { found, known: targets::TARGETS.map(|t| t.name).to_vec() };
    let targets = targets::named(&arguments.targets).map_err(unknown)?;
    build(&targets)?;
    let limit = match (arguments.executions, arguments.seconds.unwrap_or(DEFAULT_SECONDS)) {
        (Some(executions), _) => format!("-runs={executions}"),
        (None, seconds) => format!("-max_total_time={seconds}"),
    };
    println!("{:<12} {:>12} {:>8} {:>8} {:>8}  found", "target", "executions", "seconds", "edges", "inputs");
    let mut found = Vec::new();
    for target in targets {
        let started = Instant::now();
        let outcome = execute(&target, &limit)?;
        let seconds = started.elapsed().as_secs();
        let Outcome { executions, edges, inputs, finding } = &outcome;
        let finds = finding.as_deref().map_or("nothing".to_owned(), |path| path.display().to_string());
        println!("{:<12} {executions:>12} {seconds:>8} {edges:>8} {inputs:>8}  {finds}", target.name);
        found.extend(outcome.finding.map(|path| (target, path)));
    }
    match found.first() {
        None => Ok(()),
        Some((target, path)) => Err(XtaskError::FuzzFinding {
            count: found.len(),
            program: program(target),
            input: path.clone(),
            log: log(target),
        }),
    }
}

/// Builds the programs, those of the core without the trainer where no other is asked for.
fn build(targets: &[Target]) -> Result<(), XtaskError> {
    let mut build = Command::new(process::cargo());
    build.args(["build", "--locked", "--package", "fuzz", "--target-dir"]).arg(paths::target_folder());
    let trainer = targets.iter().any(|target| target.needs_trainer);
    build.args(["--no-default-features", "--features", if trainer { "libfuzzer,host-model" } else { "libfuzzer" }]);
    for target in targets {
        build.args(["--bin", &program_name(target)]);
    }
    let this = std::env::current_exe().map_err(XtaskError::running("xtask", "cargo xtask starts it"))?;
    coverage::add(&mut build, &this);
    build.current_dir(paths::root());
    let status = build.status().map_err(XtaskError::running("cargo", "https://rustup.rs installs it"))?;
    if status.success() { Ok(()) } else { Err(XtaskError::Build { what: "fuzz targets".to_owned() }) }
}

/// Runs a target until the limit or its first finding.
fn execute(target: &Target, limit: &str) -> Result<Outcome, XtaskError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| XtaskError::FuzzFolder { path, source }
    };
    let folder = folder(target);
    let (corpus, scratch) = (folder.join("corpus"), folder.join("scratch"));
    for made in [&corpus, &scratch] {
        fs::create_dir_all(made).map_err(failed(made))?;
    }
    let mut command = Command::new(program(target));
    command.arg(limit).arg(format!("-max_len={}", target.longest));
    command.arg(format!("-timeout={SECONDS_AN_EXECUTION}")).arg(format!("-rss_limit_mb={MEGABYTES}"));
    command.arg("-print_final_stats=1").arg(format!("-artifact_prefix={}/", folder.display()));
    command.arg(corpus).args(committed_corpora(target));
    // Readers of files leave a folder there when the process ends.
    command.env("TMPDIR", &scratch);
    let log = log(target);
    let output = File::create(&log).and_then(|file| Ok((file.try_clone()?, file)));
    let (stdout, stderr) = output.map_err(failed(&log))?;
    let status = command.stdout(stdout).stderr(stderr).status();
    let status = status.map_err(XtaskError::running("fuzz target", "cargo xtask fuzz builds it"))?;
    remove(&scratch).map_err(failed(&scratch))?;
    let text = fs::read(&log).map_err(failed(&log))?;
    let outcome = Outcome::of_log(&String::from_utf8_lossy(&text));
    match (status.success(), &outcome.finding) {
        (false, None) => Err(XtaskError::FuzzEnded { target: target.name, status: status.to_string(), log }),
        _ => Ok(outcome),
    }
}

fn remove(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// What is kept of a target's runs.
fn folder(target: &Target) -> PathBuf {
    paths::target_folder().join("fuzz").join(target.name)
}

/// What libFuzzer says.
fn log(target: &Target) -> PathBuf {
    folder(target).join("log.txt")
}

/// The committed inputs: its own, and those of the target whose corpus it shares.
fn committed_corpora(target: &Target) -> impl Iterator<Item = PathBuf> {
    let corpora = paths::root().join("tests/fuzz/corpus");
    [Some(target.name), target.shares]
        .into_iter()
        .flatten()
        .map(move |name| corpora.join(name))
        .filter(|path| path.is_dir())
}

fn program_name(target: &Target) -> String {
    format!("fuzz-{}", target.name)
}

fn program(target: &Target) -> PathBuf {
    let folder = paths::target_folder().join("debug");
    folder.join(program_name(target)).with_extension(std::env::consts::EXE_EXTENSION)
}
