//! `bench`: builds the measuring program with a model, runs it in the emulator, and shows instructions layer by layer.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use boards::Board;

use crate::error::XtaskError;
use crate::{emulator, flash, paths, targets};

/// The measuring program.
const PROGRAM: &str = "bench";
/// First line of the kept counts.
const TITLE: &str = "board,model,image,layer,instructions";
/// A count that rose by less than this is no change: the timer's ticks are some dozens of instructions.
const SLACK: u64 = 4000;

/// Count the instructions of one image on an emulated board, layer by layer. The images are made on the board: one with
/// texture, one of noise. The same program and model always give the same counts.
///
/// With --host: measure the trainer's speed instead (cargo xtask bench --host --help).
///
/// Example: cargo xtask bench --board qemu-m4 --run runs/phantoms
#[derive(clap::Args)]
pub struct BenchArguments {
    /// The board
    #[arg(long, default_value = "qemu-m4")]
    board: String,
    /// The model; by default the one in runs/ that was written last
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// The run folder whose model.sbk to take
    #[arg(long, value_name = "DIR", conflicts_with = "model")]
    run: Option<PathBuf>,
    /// What the kept counts call the model; by default its CRC-32
    #[arg(long)]
    name: Option<String>,
    /// Keep the counts in docs/instruction-counts.csv, in place of those of the same board and model
    #[arg(long)]
    save: bool,
    /// Fail where a layer takes more instructions than the kept counts, by more than 2 %
    #[arg(long, conflicts_with = "save")]
    check: bool,
}

/// One layer of one image.
#[derive(Debug, PartialEq, Eq)]
struct Count {
    image: String,
    layer: String,
    instructions: u64,
    macs: u64,
}

/// Runs the command.
///
/// # Errors
/// [`XtaskError`]; with `--check` also when a layer became slower.
pub fn run(arguments: &BenchArguments) -> Result<ExitCode, XtaskError> {
    let board = Board::named(&arguments.board)?;
    let model = flash::model(arguments.model.as_deref(), arguments.run.as_deref())?;
    emulator::version()?;
    let elf = flash::build_firmware(&targets::of_board(&board)?, &board, &model, PROGRAM)?;
    let (crc32, counts) = parse(&board, &emulator::count(&board, &elf)?)?;
    println!("{}: {} (crc {crc32}), instructions of one image", board.name, model.display());
    print(&counts);
    let name = arguments.name.clone().unwrap_or(crc32);
    let path = paths::root().join("docs/instruction-counts.csv");
    if arguments.save {
        save(&path, &board.name, &name, &counts)?;
        println!("kept in {}", path.display());
    }
    if arguments.check {
        let kept = kept(&path, &board.name, &name)?;
        check(&counts, &kept)?;
        println!("no layer above the {} kept counts of {name} by more than 2 %", kept.len());
    }
    Ok(ExitCode::SUCCESS)
}

/// The model's CRC-32 and the counts, from what the program prints.
fn parse(board: &Board, text: &str) -> Result<(String, Vec<Count>), XtaskError> {
    let bad = |line: &str| XtaskError::Counts { board: board.name.clone(), line: line.to_owned() };
    let mut lines = text.lines();
    let first = lines.next().unwrap_or_default();
    let object = |line: &str| serde_json::from_str::<serde_json::Value>(line).map_err(|_| bad(line));
    let crc32 = object(first)?.get("model").and_then(|v| Some(v.as_str()?.to_owned())).ok_or_else(|| bad(first))?;
    let count = |line: &str| {
        let value = object(line)?;
        let text = |key| value.get(key).and_then(|v| Some(v.as_str()?.to_owned())).ok_or_else(|| bad(line));
        let number = |key| value.get(key).and_then(serde_json::Value::as_u64).ok_or_else(|| bad(line));
        // One instruction a nanosecond.
        let instructions = number("ticks")? * 1_000_000_000 / u64::from(board.timer.clock_hz.max(1));
        Ok(Count { image: text("image")?, layer: text("layer")?, instructions, macs: number("macs")? })
    };
    let counts = lines.map(count).collect::<Result<Vec<_>, XtaskError>>()?;
    if counts.is_empty() { Err(bad("")) } else { Ok((crc32, counts)) }
}

/// A table an image.
fn print(counts: &[Count]) {
    for layers in counts.chunk_by(|a, b| a.image == b.image) {
        let image = layers.first().map_or("", |count| &count.image);
        let total: u64 = layers.iter().map(|count| count.instructions).sum();
        let macs = layers.iter().map(|count| count.macs).sum();
        let (layer, dense) = (format!("{image} image"), "dense MACs");
        println!("\n{layer:<16} {:>13} {dense:>13} {:>10} {:>7}", "instructions", "per MAC", "share");
        for count in layers {
            line(&count.layer, count.instructions, count.macs, total);
        }
        line("total", total, macs, total);
    }
    println!();
}

fn line(layer: &str, instructions: u64, macs: u64, total: u64) {
    let share = 100.0 * instructions as f64 / total.max(1) as f64;
    let (macs, each) = match macs {
        0 => ("-".to_owned(), "-".to_owned()),
        macs => (macs.to_string(), format!("{:.2}", instructions as f64 / macs as f64)),
    };
    println!("{layer:<16} {instructions:>13} {macs:>13} {each:>10} {share:>5.1} %");
}

/// Writes the counts in place of those of the same board and model.
fn save(path: &Path, board: &str, model: &str, counts: &[Count]) -> Result<(), XtaskError> {
    let own = format!("{board},{model},");
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let mut lines: Vec<String> =
        text.lines().skip(1).filter(|line| !line.starts_with(&own)).map(str::to_owned).collect();
    lines.extend(counts.iter().map(|count| format!("{own}{},{},{}", count.image, count.layer, count.instructions)));
    let text = format!("{TITLE}\n{}\n", lines.join("\n"));
    std::fs::write(path, text).map_err(|source| XtaskError::KeptFile { path: path.to_owned(), source })
}

/// The kept counts of a board and model.
fn kept(path: &Path, board: &str, model: &str) -> Result<Vec<Count>, XtaskError> {
    let text =
        std::fs::read_to_string(path).map_err(|source| XtaskError::KeptFile { path: path.to_owned(), source })?;
    let own = format!("{board},{model},");
    let counts = text.lines().filter_map(|line| {
        let mut fields = line.strip_prefix(&own)?.split(',');
        let (image, layer) = (fields.next()?.to_owned(), fields.next()?.to_owned());
        Some(Count { image, layer, instructions: fields.next()?.parse().ok()?, macs: 0 })
    });
    let counts: Vec<Count> = counts.collect();
    match counts.is_empty() {
        true => Err(XtaskError::NothingKept { board: board.into(), model: model.into(), path: path.to_owned() }),
        false => Ok(counts),
    }
}

/// Every count beside the kept one of the same layer; a layer that is new has none.
fn check(counts: &[Count], kept: &[Count]) -> Result<(), XtaskError> {
    for count in counts {
        let same = |other: &&Count| other.image == count.image && other.layer == count.layer;
        let Some(before) = kept.iter().find(same) else { continue };
        if count.instructions > before.instructions + (before.instructions / 50).max(SLACK) {
            let (layer, image) = (count.layer.clone(), count.image.clone());
            return Err(XtaskError::Slower { layer, image, found: count.instructions, kept: before.instructions });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(layer: &str, instructions: u64) -> Count {
        Count { image: "noise".into(), layer: layer.into(), instructions, macs: 0 }
    }

    #[test]
    fn a_count_that_rose_by_more_than_two_percent_is_named() {
        let kept = [count("conv1", 1_000_000), count("rest", 100)];
        assert!(check(&[count("conv1", 1_020_000), count("rest", 4000)], &kept).is_ok());
        let error = check(&[count("rest", 100), count("conv1", 1_020_001)], &kept).unwrap_err().to_string();
        assert!(error.contains("conv1") && error.contains("1020001") && error.contains("1000000"), "{error}");
    }
}
