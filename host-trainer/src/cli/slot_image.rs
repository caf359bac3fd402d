//! `slot-image`: the bytes of a model's slot in a board's flash: its header with the model's plan there, then the model.

use std::path::PathBuf;

use application::slots;
use boards::Board;

use super::{Failure, kinds};
use crate::data::load_image;
use crate::device::PlannedModel;
use crate::files::write_atomically;
use crate::run::ModelFile;

/// Writes the bytes of a model's slot, for the board's flash. `cargo xtask flash` calls it.
///
/// Example: cargo run --release -p host-trainer -- slot-image --model runs/default/model.sbk --board pico2 --out slot.bin
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// The model
    #[arg(long, value_name = "FILE")]
    model: PathBuf,
    /// The board
    #[arg(long, value_name = "NAME")]
    board: String,
    /// Plan every layer from its definition, for a firmware without kernels
    #[arg(long)]
    definitions: bool,
    /// An image that the firmware shall judge again and again, to be written beside --out as still.pnm in the model's channels
    #[arg(long, value_name = "FILE")]
    still: Option<PathBuf>,
    /// Where the bytes go
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// The number of a model that a host flashes: the other slot is made invalid then, so that any number is the highest.
const SEQUENCE: u32 = 1;

pub fn run(args: Args) -> Result<(), Failure> {
    let board = Board::named(&args.board)?;
    let file = ModelFile::read(&args.model)?;
    let model = file.model()?;
    let kinds = kinds(args.definitions, Some(&board));
    let planned = PlannedModel::on_board(&model, &board, kinds);
    board.fits(&args.model.display().to_string(), model.bytes().len(), planned.arena_bytes)?;
    let bytes = slots::image(model.bytes(), &planned.plan, SEQUENCE)?;
    write_atomically(&args.out, |file| std::io::Write::write_all(file, &bytes))?;
    if let Some(path) = &args.still {
        let image = load_image(path, model.network().input().channels)?;
        let kind = if image.channels == 1 { "P5" } else { "P6" };
        let head = format!("{kind}\n{} {}\n255\n", image.width, image.height);
        write_atomically(&args.out.with_file_name("still.pnm"), |file| {
            std::io::Write::write_all(file, &[head.as_bytes(), &image.pixels].concat())
        })?;
    }
    // What a firmware for this model alone links, one line for the program that calls this.
    println!("kernels {}", planned.kinds);
    Ok(())
}
