//! `plan`: what a network needs, before anything is trained or flashed.

use std::path::PathBuf;

use boards::Board;

use super::network_args::NetworkArgs;
use super::{Failure, command_line, kinds};
use crate::data::Task;
use crate::run::{HEADER_BYTES, ModelFile, PlanFile, proposals, write_json};

/// What a network needs: the kernel of each layer, arena and flash, part by part.
///
/// It is the fastest plan for the board's or the budget's memory, or for any. Exit code 1 where not even the smallest fits.
///
/// Example: cargo xtask plan --net tb --width 1 --input 320x320 --budget 524288
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// A model file; without it the network of --net is planned.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["net", "input", "stages"])]
    model: Option<PathBuf>,
    #[command(flatten)]
    network: NetworkArgs,
    /// Classes of the network of --net, background or negative class included.
    #[arg(long)]
    classes: Option<usize>,
    /// A board of firmware/boards: whether the model and its arena fit.
    #[arg(long, value_name = "NAME", conflicts_with = "budget")]
    board: Option<String>,
    /// Bytes that the arena may have.
    #[arg(long, value_name = "BYTES")]
    budget: Option<usize>,
    /// Every layer from its definition: the least arena, and no kernel that a firmware would link.
    #[arg(long)]
    definitions: bool,
    /// Folder for plan.json.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub fn run(args: Args) -> Result<(), Failure> {
    let board = args.board.as_deref().map(Board::named).transpose()?;
    let budget = args.budget.or(board.as_ref().map(|board| board.memory.arena.bytes as usize)).unwrap_or(usize::MAX);
    let kinds = kinds(args.definitions, board.as_ref());
    let (mut plan, name, network) = match &args.model {
        Some(path) => {
            let file = ModelFile::read(path)?;
            let model = file.model()?;
            let plan = PlanFile::of_model(&model, budget, kinds, command_line());
            (plan, path.display().to_string(), model.network().clone())
        }
        None => {
            let classes = args.classes.unwrap_or_else(|| args.network.default_classes());
            let task = if classes == 2 { Task::Binary } else { Task::MultiLabel };
            let network = args.network.network(task, classes)?;
            let plan = PlanFile::of_network(&network, model_bytes(&network), budget, kinds, command_line());
            (plan, args.network.name().to_owned(), network)
        }
    };
    let fit = board.as_ref().map(|board| board.fits(&name, plan.flash_bytes.unwrap_or(0), plan.arena_bytes));
    if let (Some(board), Some(Err(_))) = (&board, &fit) {
        plan.would_fit = proposals(&network, board);
    }
    println!("{}", plan.table());
    if let Some(out) = &args.out {
        write_json(&out.join("plan.json"), &plan)?;
    }
    if let Some(board) = &board {
        if let Some(Err(error)) = fit {
            return Err(match plan.would_fit.as_slice() {
                [] => error.into(),
                fits => Failure::with_help(error, format!("it would fit with {}", fits.join(", or "))),
            });
        }
        println!("fits   {}: {} bytes of its arena to spare", board.name, budget - plan.arena_bytes);
    } else if plan.arena_bytes > budget {
        let largest = plan.parts.iter().max_by_key(|part| part.bytes);
        let largest = largest
            .map_or_else(String::new, |part| format!("; its largest part is {} ({} bytes)", part.name, part.bytes));
        let error = anyhow::anyhow!(
            "arena: found {} bytes in the smallest plan, expected at most {budget}: {} missing{largest}",
            plan.arena_bytes,
            plan.arena_bytes - budget
        );
        return Err(Failure::with_help(error, "a smaller --width, --input or number of --stages needs less"));
    } else if args.budget.is_some() {
        println!("fits   {budget} bytes: {} to spare", budget - plan.arena_bytes);
    }
    Ok(())
}

/// Length of a model file of this network, up to the few hundred bytes of its header's text.
fn model_bytes(network: &switchback::model::Network) -> usize {
    switchback::model::Layout::new(network, HEADER_BYTES).file_length
}
