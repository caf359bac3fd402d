//! `bench`: builds the measuring program with models, runs it in the emulator, and shows instructions layer by layer.

mod cmsis_nn;
mod count;
mod kept;
mod kernels;
mod models;
mod network;
mod revision;

use std::path::Path;
use std::process::ExitCode;

use boards::Board;

use crate::board_arguments::BoardArguments;
use crate::error::XtaskError;
use crate::{emulator, firmware, paths};
use count::Count;
use models::Models;
use revision::Revision;

/// The measuring program.
const PROGRAM: &str = "bench";

/// Count the instructions of one image on an emulated board, layer by layer. The images are made on the board: one with
/// texture, one of noise. Every layer is compared with its definition on the board. The same program and model always give
/// the same counts.
///
/// Without a model: models of random weights that any clone makes again, Table 1 at an eighth of its width. With --kernels:
/// single layers, every way to compute them.
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
    emulator::version()?;
    let models = match (arguments.kernels, arguments.board.model()?) {
        (true, _) => Models::layers()?,
        (false, None) => Models::networks()?,
        (false, Some(path)) => Models::given(path, arguments.name.clone()),
    };
    if let Some(revision) = &arguments.compare {
        let revision = Revision::check_out(revision)?;
        let before = count(revision.root(), &revision::target_folder(), &board, &models)?;
        let now = count(paths::root(), &firmware::target_folder(), &board, &models)?;
        revision::print(&board, revision.name(), &before, &now);
        return Ok(ExitCode::SUCCESS);
    }
    let counts = count(paths::root(), &firmware::target_folder(), &board, &models)?;
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

/// What the program of the repository `root` counts.
fn count(root: &Path, target: &Path, board: &Board, models: &Models) -> Result<Vec<Count>, XtaskError> {
    let elf = firmware::build(root, target, board, &models.paths, PROGRAM)?;
    let counts = count::parse(board, &emulator::count(board, &elf, models.every_plan)?)?;
    Ok(if models.every_plan { kernels::single(counts) } else { models.named(counts) })
}
