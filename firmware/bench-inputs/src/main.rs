//! Writes the models that instruction counts are counted with.
//!
//! `bench-inputs networks|layers DIR` writes `DIR/NAME.sbk` for each and prints the paths, in the order in which they are measured.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use bench_inputs::{networks, random};
use switchback::model::Model;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (models, folder) = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["networks", folder] => (networks::whole_networks(), PathBuf::from(folder)),
        ["layers", folder] => (networks::single_layers(), PathBuf::from(folder)),
        _ => {
            eprintln!("error: arguments: found {arguments:?}, expected networks DIR or layers DIR");
            return ExitCode::from(2);
        }
    };
    for model in &models {
        match write(model, &folder) {
            Ok(path) => println!("{}", path.display()),
            Err(error) => {
                eprintln!("error: model {}: {error}", model.name);
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
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
