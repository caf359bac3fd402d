//! Compilers for boards and other hosts: everything that depends on what is installed on this machine.
//!
//! In order of preference: the toolchain in use, where the board's target is installed; a compiler with the standard
//! library's sources, which builds `core` itself; that is the toolchain in use, or the distribution's compiler.

use std::path::{Path, PathBuf};
use std::process::Command;

use boards::Board;

use crate::error::XtaskError;
use crate::process;

/// How to build for a target, or several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toolchain {
    compiler: Compiler,
    triples: Vec<String>,
    /// What the compiler is told when it builds for the target.
    flags: Vec<String>,
    /// The packages of the standard library that are built, where it is not installed.
    library: &'static str,
    builds_library: bool,
    /// Whether a panic is no more than an illegal instruction, where `core` can be built for it.
    panics_are_faults: bool,
    linker: Option<PathBuf>,
}

/// An installed compiler and its cargo.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Compiler {
    rustc: PathBuf,
    cargo: PathBuf,
    sysroot: PathBuf,
    host: String,
}

/// The line that installs a target.
pub fn install_line(triple: &str) -> String {
    format!("rustup target add {triple}")
}

/// The targets of all boards.
///
/// # Errors
/// A manifest that cannot be read.
pub fn triples() -> Result<Vec<String>, XtaskError> {
    let mut triples: Vec<String> = boards::all()?.into_iter().map(|board| board.triple).collect();
    triples.sort();
    triples.dedup();
    Ok(triples)
}

/// The target of programs that run here.
///
/// # Errors
/// [`XtaskError::MissingProgram`].
pub fn host() -> Result<String, XtaskError> {
    let compiler = Compiler::find("rustc".into(), process::cargo());
    let help = "https://rustup.rs installs it";
    compiler.map(|compiler| compiler.host).ok_or(XtaskError::MissingProgram { program: "rustc".to_owned(), help })
}

/// The best way to build for all of `triples` at once.
///
/// # Errors
/// [`XtaskError::MissingTarget`].
pub fn toolchain(triples: &[String]) -> Result<Toolchain, XtaskError> {
    let in_use = Compiler::find("rustc".into(), process::cargo());
    let of_distribution = Compiler::find("/usr/bin/rustc".into(), "/usr/bin/cargo".into());
    let compilers: Vec<Compiler> = in_use.into_iter().chain(of_distribution).collect();
    let has_all = |compiler: &&Compiler| triples.iter().all(|triple| compiler.library(triple).is_dir());
    let with_target = compilers.iter().find(has_all);
    let with_sources = compilers.iter().find(|compiler| compiler.sources().is_file());
    let (compiler, builds_library) = match (with_target, with_sources) {
        (Some(compiler), _) => (compiler, false),
        (None, Some(compiler)) => (compiler, true),
        (None, None) => return Err(XtaskError::MissingTarget { triple: triples.join(" ") }),
    };
    // Distributions leave the linker out that these targets use by default.
    let linker = match compiler.linker().is_file() {
        true => None,
        false => compilers.iter().map(Compiler::linker).find(|linker| linker.is_file()),
    };
    Ok(Toolchain {
        compiler: compiler.clone(),
        triples: triples.to_vec(),
        flags: Vec::new(),
        library: "core",
        builds_library,
        panics_are_faults: false,
        linker,
    })
}

/// The best way to build for a board.
///
/// # Errors
/// [`XtaskError::MissingTarget`].
pub fn of_board(board: &Board) -> Result<Toolchain, XtaskError> {
    let flags = board.cpu.iter().map(|cpu| format!("-C target-cpu={cpu}")).collect();
    Ok(Toolchain { flags, ..toolchain(std::slice::from_ref(&board.triple))? })
}

impl Toolchain {
    /// The same for programs that are as short as can be: nothing is linked that words a panic. Whoever handles faults still knows
    /// where it was. Only a `core` that is built here can do without; an installed one keeps it.
    pub fn for_size(self) -> Self {
        Self { panics_are_faults: true, ..self }
    }

    /// The same for programs of an operating system: with all of the standard library, and `flags` where that is built here.
    pub fn with_operating_system(self, linker: Option<&str>, flags: &[&str]) -> Self {
        let flags = if self.builds_library { flags.iter().map(|&flag| flag.to_owned()).collect() } else { Vec::new() };
        let linker = linker.map(PathBuf::from).or(self.linker.clone());
        Self { library: "std,panic_abort,test", linker, flags, ..self }
    }

    /// A subcommand of cargo for the targets: `build`, `clippy`.
    pub fn cargo(&self, subcommand: &str) -> Command {
        let mut command = Command::new(&self.compiler.cargo);
        command.arg(subcommand).env("RUSTC", &self.compiler.rustc);
        // Some subcommands look for the other programs on the path: they find those of the same compiler.
        let folder = self.compiler.cargo.parent().filter(|folder| folder.is_absolute());
        if let (Some(folder), Some(path)) = (folder, std::env::var_os("PATH")) {
            let paths = std::iter::once(folder.to_path_buf()).chain(std::env::split_paths(&path));
            if let Ok(path) = std::env::join_paths(paths) {
                command.env("PATH", path);
            }
        }
        // What the host's build is told is wrong for another processor.
        for variable in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_TARGET"] {
            command.env_remove(variable);
        }
        if self.builds_library {
            // The flag is unstable; a stable compiler takes it when told so.
            command.arg(format!("-Zbuild-std={}", self.library)).env("RUSTC_BOOTSTRAP", "1");
        }
        let mut flags = self.flags.clone();
        if self.panics_are_faults && self.builds_library {
            flags.push("-Zunstable-options -Cpanic=immediate-abort".to_owned());
        }
        for triple in &self.triples {
            command.args(["--target", triple]);
            let target = triple.to_uppercase().replace(['-', '.'], "_");
            if let Some(linker) = &self.linker {
                command.env(format!("CARGO_TARGET_{target}_LINKER"), linker);
            }
            if !flags.is_empty() {
                command.env(format!("CARGO_TARGET_{target}_RUSTFLAGS"), flags.join(" "));
            }
        }
        command
    }

    /// What it is, for people.
    pub fn description(&self) -> String {
        let rustc = self.compiler.rustc.display();
        match self.builds_library {
            false => format!("installed for {rustc}"),
            true => format!("built from the sources that {rustc} has"),
        }
    }
}

impl Compiler {
    fn find(rustc: PathBuf, cargo: PathBuf) -> Option<Self> {
        let sysroot = process::output(Command::new(&rustc).args(["--print", "sysroot"]))?;
        let version = process::output(Command::new(&rustc).arg("-vV"))?;
        let host = version.lines().find_map(|line| line.strip_prefix("host: "))?.to_owned();
        Some(Self { rustc, cargo, sysroot: sysroot.into(), host })
    }

    fn rustlib(&self) -> PathBuf {
        self.sysroot.join("lib/rustlib")
    }

    fn library(&self, triple: &str) -> PathBuf {
        self.rustlib().join(triple).join("lib")
    }

    fn sources(&self) -> PathBuf {
        self.rustlib().join("src/rust/library/core/Cargo.toml")
    }

    fn linker(&self) -> PathBuf {
        self.rustlib()
            .join(&self.host)
            .join("bin")
            .join(Path::new("rust-lld").with_extension(std::env::consts::EXE_EXTENSION))
    }
}
