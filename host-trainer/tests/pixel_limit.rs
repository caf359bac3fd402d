//! The pixel limit of the commands, which belongs to a process.

use std::path::Path;
use std::process::Command;

/// What `train-and-quantize` says of a data set with a picture of 9000x9000 pixels, of which not one is there.
fn said(data: &Path, flags: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_host-trainer"));
    command.args(["train-and-quantize", "--out", "run", "--data"]).arg(data).args(flags).current_dir(data);
    String::from_utf8(command.output().unwrap().stderr).unwrap()
}

#[test]
fn the_flag_raises_the_limit_that_the_error_names() {
    let folder = tempfile::tempdir().unwrap();
    let images = folder.path().join("images");
    std::fs::create_dir(&images).unwrap();
    let mut labels = String::from("file,labels,split\n");
    for (i, split) in ["train", "val", "test"].iter().flat_map(|split| [split; 2]).enumerate() {
        std::fs::write(images.join(format!("{i}.pgm")), "P5 9000 9000 255\n").unwrap();
        labels += &format!("{i}.pgm,{},{split}\n", ["normal", "lesion"][i % 2]);
    }
    std::fs::write(folder.path().join("labels.csv"), labels).unwrap();
    let refused = said(folder.path(), &[]);
    assert!(refused.contains("found 9000x9000 pixels, expected at most 67108864 in all"), "{refused}");
    assert!(refused.contains("help: ") && refused.contains("--max-megapixels"), "{refused}");
    let decoded = said(folder.path(), &["--max-megapixels", "100"]);
    assert!(!decoded.contains("pixels, expected") && decoded.contains("found the end of the file"), "{decoded}");
}
