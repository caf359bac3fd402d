//! `bench`: builds the measuring program with models, runs it in the emulator, and shows instructions layer by layer.

mod checksums;
mod cmsis_nn;
mod count;
mod kept;
mod kernels;
mod models;
mod network;
mod operations;
mod revision;

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use boards::Board;

use crate::board_arguments::BoardArguments;
use crate::error::XtaskError;
use crate::firmware::Program;
use crate::{emulator, firmware, paths};
use count::Count;
pub use models::Models;
use models::Scope;
use revision::Revision;

/// The measuring program.
const PROGRAM: &str = "bench";

/// Count the instructions of one image on an emulated board, layer by layer. The images are made on the board: one with
/// texture, one of noise. Every layer is compared with its definition on the board, and that with what hosts give
/// (docs/layer-checksums.csv). The same program and model always give the same counts.
///
/// Without a model: models of random weights that any clone makes again, Table 1 at an eighth of its width. With --kernels:
/// single layers, every way to compute them, and what belongs to no layer (softmax, normalization, log-sum-exp and so on). With
/// --full: Table 1 at its own width, 320x320, in an arena of 512 KiB, compared with its definitions on the host (some minutes;
/// --board qemu-m7).
///
/// With --host: measure the trainer's speed instead (cargo xtask bench --host --help).
///
/// Example: cargo xtask bench --board qemu-m4 --run runs/phantoms
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub struct BenchArguments {
    #[command(flatten)]
    board: BoardArguments,
    /// Single layers of well-known sizes in place of a whole network
    #[arg(long, conflicts_with_all = ["model", "run", "name"])]
    kernels: bool,
    /// Table 1 at its own width, 320x320, in an arena of at most 512 KiB
    #[arg(long, conflicts_with_all = ["model", "run", "name", "kernels", "compare"])]
    full: bool,
    /// What the kept counts call the model; by default its CRC-32
    #[arg(long)]
    name: Option<String>,
    /// Keep the counts in docs/instruction-counts.csv, in place of those of the same board and model
    #[arg(long)]
    save: bool,
    /// Fail where a layer takes more instructions than the kept counts, by more than 2 %
    #[arg(long, conflicts_with = "save")]
    check: bool,
    /// Count the same with the program of another git revision, and show both
    #[arg(long, value_name = "REV", conflicts_with_all = ["save", "check"])]
    compare: Option<String>,
}

/// Runs the command.
///
/// # Errors
/// [`XtaskError`]; with `--check` also when a layer became slower.
pub fn run(arguments: &BenchArguments) -> Result<ExitCode, XtaskError> {
    let board = arguments.board.board()?;
    emulator::machine(&board)?;
    emulator::check_version()?;
    let models = match (arguments.kernels, arguments.full, arguments.board.model()?) {
        (true, ..) => Models::layers()?,
        (_, true, _) => Models::full_width()?,
        (.., None) => Models::networks()?,
        (.., Some(path)) => Models::given(path, arguments.name.clone()),
    };
    if let Some(revision) = &arguments.compare {
        let revision = Revision::check_out(revision)?;
        let (before, _) = count(revision.root(), &revision::target_folder(), &board, &models)?;
        let (now, _) = count(paths::root(), &firmware::target_folder(), &board, &models)?;
        revision::print(&board, revision.name(), &before, &now);
        return Ok(ExitCode::SUCCESS);
    }
    let (counts, printed) = count(paths::root(), &firmware::target_folder(), &board, &models)?;
    if let Some(kept) = models.checksums() {
        let taps = checksums::compare(&board, &kept, &printed)?;
        eprintln!("all {taps} taps are what the definitions give on the host ({})", kept.display());
    }
    println!("{}, {}: instructions of one image", board.name, board.description);
    match arguments.kernels {
        true => kernels::print(&board, &counts),
        false => network::print(&counts),
    }
    let path = kept::file();
    if arguments.save {
        kept::save(&path, &board.name, &counts)?;
        println!("kept in {}", path.display());
    }
    if arguments.check {
        let kept = kept::read(&path, &board.name, &counts)?;
        kept::check(&counts, &kept)?;
        println!("no layer above the {} kept counts of {} by more than 2 %", kept.len(), board.name);
    }
    Ok(ExitCode::SUCCESS)
}

/// What the program of the repository `root` counts, and all that it prints.
fn count(root: &Path, target: &Path, board: &Board, models: &Models) -> Result<(Vec<Count>, String), XtaskError> {
    let (scope, arena_bytes) = (models.scope, models.scope.arena_bytes());
    let program = Program {
        name: PROGRAM,
        feature: None,
        board,
        models: &models.paths,
        arena_bytes,
        kernels: None,
        small: false,
        still: None,
    };
    let elf = firmware::build(root, target, &program)?;
    let started = Instant::now();
    let text = emulator::count(board, &elf, scope.argument())?;
    eprintln!("the emulator took {:.0} s", started.elapsed().as_secs_f64());
    let counts = count::parse(board, &text)?;
    let counts = match scope {
        Scope::Layers => kernels::single(counts),
        Scope::Networks => models.named(counts),
        Scope::FullWidth => counts,
    };
    Ok((counts, text))
}
