//! Writes the models that instruction counts are counted with, and what each of their layers gives.
//!
//! `bench-inputs networks|layers|full DIR` writes `DIR/NAME.sbk` for each and prints the paths, in the order in which they are
//! measured. Beside the model of `full` lies `NAME.csv`: `model,tap,checksum` of what each tap gives by the definitions for the
//! textured image.
//! `bench-inputs checksums` prints the same of all other models: docs/layer-checksums.csv; `bench-inputs memory` the memory of
//! their plans: docs/plan-memory.csv.
#![forbid(unsafe_code)]

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use bench_inputs::images::Image;
use bench_inputs::{expected, memory, networks, random};
use switchback::model::{AlignedBytes, Model};
use switchback::stream::Plan;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (models, folder, is_full) = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["networks", folder] => (networks::whole_networks(), PathBuf::from(folder), false),
        ["layers", folder] => (networks::single_layers(), PathBuf::from(folder), false),
        ["full", folder] => (vec![networks::full_width()], PathBuf::from(folder), true),
        ["checksums"] => return print(expected::table()),
        ["memory"] => return print(memory::table()),
        _ => {
            eprintln!(
                "error: arguments: found {arguments:?}, expected networks DIR, layers DIR, full DIR, checksums or memory"
            );
            return ExitCode::from(2);
        }
    };
    for model in &models {
        let written = write(model, &folder).and_then(|path| {
            if is_full {
                write_checksums(&path, &model.name)?;
            }
            Ok(path)
        });
        match written {
            Ok(path) => println!("{}", path.display()),
            Err(error) => {
                eprintln!("error: model {}: {error}", model.name);
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}

fn print(table: Result<String, String>) -> ExitCode {
    match table {
        Ok(table) => {
            print!("{table}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Writes a model that the core accepts.
fn write(model: &networks::Measured, folder: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let bytes = random::arrays(model).encode()?;
    Model::parse(bytes.as_slice())?;
    let path = folder.join(&model.name).with_extension("sbk");
    // A file that is written again would be linked again.
    if std::fs::read(&path).is_ok_and(|written| written == bytes.as_slice()) {
        return Ok(path);
    }
    std::fs::create_dir_all(folder)?;
    std::fs::write(&path, bytes.as_slice())?;
    Ok(path)
}

/// Runs the model at `path` by the definitions and writes its checksums beside it.
fn write_checksums(path: &Path, name: &str) -> Result<(), Box<dyn Error>> {
    let bytes = AlignedBytes::from(std::fs::read(path)?.as_slice());
    let model = Model::parse(bytes.as_slice())?;
    let checksums = expected::checksums(&model, Image::Textured, Plan::new(model.network()))?;
    let text = expected::HEADER.to_owned() + &expected::rows(name, &checksums);
    Ok(std::fs::write(path.with_extension("csv"), text)?)
}
