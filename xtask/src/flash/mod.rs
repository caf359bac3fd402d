//! `flash`: brings program and model onto a board, has the trainer talk to it and compare.

mod all_emulated;
mod conversation;
mod demand;
mod emulated;
mod real;
mod report;
mod sizes;
mod slot_image;
mod steps;
pub mod table;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use boards::{Board, Kind};

use demand::Demand;
use sizes::Sizes;
use table::Table;

use crate::board_arguments::BoardArguments;
use crate::error::XtaskError;
use crate::firmware::Program;
use crate::{firmware, paths};

/// Stands for every emulated board in place of a board's name.
const ALL_EMULATED: &str = "all-emulated";

/// Bring the firmware and a model onto a board, run images, and compare every layer and every result with the host, bit for bit.
/// Without a model: that of the run in runs/ that was written last. Real boards are written by probe-rs: the program and the model
/// apart, so that a new model needs no new program. First a table says what they take of the board's memories.
///
/// With --board all-emulated: every emulated board in turn, and one table at the end.
///
/// Example: cargo xtask flash --board qemu-m7 --image lung.png
///
/// Example: cargo xtask flash --board nrf52840-dk --model-only
#[derive(clap::Args)]
pub struct FlashArguments {
    #[command(flatten)]
    board: BoardArguments,
    /// The image; by default a generated phantom with a lesion
    #[arg(long, value_name = "FILE", conflicts_with = "data")]
    image: Option<PathBuf>,
    /// Take the first images of this data set's test split
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// How many images of the data set
    #[arg(long, value_name = "N", requires = "data")]
    count: Option<u32>,
    /// Where the pictures go; by default flash/BOARD beside the model
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// How long to wait for one answer of the device; by default what the model's size asks for
    #[arg(long, value_name = "SECONDS")]
    timeout: Option<u64>,
    /// The probe of a real board, where several are attached (probe-rs list shows them)
    #[arg(long, value_name = "VID:PID[:SERIAL]")]
    probe: Option<String>,
    /// The serial port of a real board's UART; by default that of the probe
    #[arg(long, value_name = "PORT")]
    serial: Option<String>,
    /// Write only the model of a real board; its program stays
    #[arg(long)]
    model_only: bool,
    /// Send the model over the serial line to a program that runs already, as in the field; an emulated board, which starts anew,
    /// starts with the model OLD
    #[arg(long, value_name = "OLD", num_args = 0..=1, conflicts_with_all = ["model_only", "dry_run", "monitor"])]
    update: Option<Option<PathBuf>>,
    /// Show the running device: images a second, what it judged, stack, errors; it may restart meanwhile
    #[arg(long, conflicts_with_all = ["image", "data", "model_only", "dry_run"])]
    monitor: bool,
    /// Ends the monitor after so many looks, one a second
    #[arg(long, value_name = "N", requires = "monitor")]
    looks: Option<u64>,
    /// An image that the board shall judge again and again, as a camera's frames, while nobody asks it anything
    #[arg(long, value_name = "FILE", conflicts_with_all = ["model_only", "dry_run"])]
    still: Option<PathBuf>,
    /// A program for little flash, optimized for size: it links the kernels of the model's plan alone, or none. Same results, more
    /// instructions; other models then run slower still
    #[arg(long, value_name = "KERNELS", num_args = 0..=1, default_missing_value = "plan")]
    small: Option<SmallKernels>,
    /// Build the program, and print what would be run, with addresses and sizes; touch no board
    #[arg(long)]
    dry_run: bool,
}

/// The kernels of a program for little flash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum SmallKernels {
    /// Those of the model's plan
    Plan,
    /// None: every layer from its definition, which is the smallest program and the slowest
    Definitions,
}

/// Runs the command.
///
/// # Errors
/// [`XtaskError`]. A comparison that fails is no error here: the exit code is the trainer's.
pub fn run(arguments: &FlashArguments) -> Result<ExitCode, XtaskError> {
    if arguments.board.name() == ALL_EMULATED {
        return all_emulated::run(arguments);
    }
    let board = arguments.board.board()?;
    match &board.kind {
        Kind::Emulated(_) => emulated::run(arguments, &board),
        Kind::Real(real) => real::run(arguments, &board, real),
    }
}

impl FlashArguments {
    /// The model that an emulated board starts with, where that is another one.
    fn old_model(&self) -> Result<Option<PathBuf>, XtaskError> {
        let old = self.update.clone().flatten();
        old.map(|path| path.canonicalize().map_err(|_| XtaskError::NoSuchModel { path })).transpose()
    }

    /// Whether every layer is computed from its definition.
    fn definitions(&self) -> bool {
        self.small == Some(SmallKernels::Definitions)
    }

    /// The program to build for a model whose plan takes the kernels `kinds`.
    fn contents(&self, kinds: &str, files: &slot_image::Paths) -> Contents {
        let small = self.small.is_some();
        let kernels = if small { firmware::kernel_features(kinds) } else { firmware::ALL_KERNELS.to_owned() };
        Contents { kernels, small, still: self.still.is_some().then(|| files.still.clone()) }
    }
}

/// What a program is built with.
struct Contents {
    /// The features of its kernels.
    kernels: String,
    /// Whether it is optimized for size.
    small: bool,
    /// The image that it judges by itself.
    still: Option<PathBuf>,
}

impl Contents {
    /// Every kernel and no image.
    fn usual() -> Self {
        Self { kernels: firmware::ALL_KERNELS.to_owned(), small: false, still: None }
    }
}

/// Builds the program for a board. It takes its model from a slot.
fn build(board: &Board, contents: &Contents) -> Result<PathBuf, XtaskError> {
    let program = Program {
        name: "firmware",
        feature: None,
        board,
        models: &[],
        arena_bytes: None,
        kernels: Some(&contents.kernels),
        small: contents.small,
        still: contents.still.as_deref(),
    };
    firmware::build(paths::root(), &firmware::target_folder(), &program)
}

/// A program that fits its board, with a model that does and lies in a file as its slot.
struct Fitting {
    /// The program.
    elf: PathBuf,
    /// What it takes.
    sizes: Sizes,
    /// What the model needs.
    demand: Demand,
    /// Where the slot is.
    files: slot_image::Paths,
}

/// Has the trainer plan the model and write its slot, builds the program, and shows the table.
///
/// # Errors
/// [`XtaskError::DoesNotFit`], before the build where that is known before it.
fn fit(arguments: &FlashArguments, board: &Board, trainer: &Path, model: &Path) -> Result<Fitting, XtaskError> {
    let definitions = arguments.definitions();
    let demand = Demand::plan(trainer, board, model, definitions)?;
    let table = |sizes: &Sizes| Table::new(board, sizes, demand.model_bytes, Some(demand.arena_bytes));
    demand.check(&table(&Sizes::default()))?;
    let files = slot_image::Paths::of(board);
    let old_model = arguments.old_model()?;
    let first_model = old_model.as_deref().unwrap_or(model);
    let mut command = slot_image::command(trainer, board, first_model, &files.image, definitions);
    if let Some(still) = &arguments.still {
        command.arg("--still").arg(still);
    }
    let kinds = slot_image::write(&mut command, board, &files)?;
    let elf = build(board, &arguments.contents(&kinds, &files))?;
    let sizes = Sizes::of(board, &elf)?;
    println!("{}", table(&sizes));
    demand.check(&table(&sizes))?;
    Ok(Fitting { elf, sizes, demand, files })
}
