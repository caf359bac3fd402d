//! Compilers for boards: everything that depends on what is installed on this machine.
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
    cpu: Option<String>,
    builds_core: bool,
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
    let (compiler, builds_core) = match (with_target, with_sources) {
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
        cpu: None,
        builds_core,
        panics_are_faults: false,
        linker,
    })
}

/// The best way to build for a board.
///
/// # Errors
/// [`XtaskError::MissingTarget`].
pub fn of_board(board: &Board) -> Result<Toolchain, XtaskError> {
    Ok(Toolchain { cpu: board.cpu.clone(), ..toolchain(std::slice::from_ref(&board.triple))? })
}

impl Toolchain {
    /// The same for programs that are as short as can be: nothing is linked that words a panic. Whoever handles faults still knows
    /// where it was. Only a `core` that is built here can do without; an installed one keeps it.
    pub fn for_size(self) -> Self {
        Self { panics_are_faults: true, ..self }
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
        if self.builds_core {
            // The flag is unstable; a stable compiler takes it when told so.
            command.arg("-Zbuild-std=core").env("RUSTC_BOOTSTRAP", "1");
        }
        let mut flags: Vec<String> = self.cpu.iter().map(|cpu| format!("-C target-cpu={cpu}")).collect();
        if self.panics_are_faults && self.builds_core {
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
        match self.builds_core {
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
