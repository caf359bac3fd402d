//! The committed corpora through their targets, without a fuzzer: what was found once stays found.

use std::fs;
use std::path::Path;

use fuzz::TARGETS;

#[test]
fn no_committed_input_finds_anything() {
    let corpora = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    for target in TARGETS {
        // `parse` reads the files of `model` as well.
        let folders = if target.name == "parse" { vec!["model", "parse"] } else { vec![target.name] };
        let mut inputs = 0;
        for folder in folders.iter().map(|name| corpora.join(name)).filter(|folder| folder.is_dir()) {
            for entry in fs::read_dir(&folder).expect("a corpus") {
                let path = entry.expect("an input").path();
                println!("{}", path.display());
                (target.run)(&fs::read(&path).expect("an input"));
                inputs += 1;
            }
        }
        assert!(inputs > 0, "{} has no corpus", target.name);
    }
}

/// A seed that is refused at its first byte would lead nowhere.
#[test]
fn the_seeds_of_models_are_models() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/model");
    let mut models = 0;
    for entry in fs::read_dir(folder).expect("a corpus") {
        let input = fs::read(entry.expect("an input").path()).expect("an input");
        let file = fuzz::model_file::of_input(&input).expect("not empty");
        models += usize::from(switchback::model::Model::parse(file.as_slice()).is_ok());
    }
    assert!(models >= 8, "{models} models");
}
