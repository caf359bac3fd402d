//! A disk without room, and folders that take no file.

use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Output;

use crate::folders::{assert_equal, assert_whole, files, is_leftover, reproducible};
use crate::process::{stderr, training, training_without_room, write_data};

/// One error, which names the file and the reason, and the exit code of what could not be done.
fn assert_one_error(output: &Output, file: &str, reasons: &[&str]) {
    let said = stderr(output);
    let errors: Vec<&str> = said.lines().filter(|line| line.starts_with("error: ")).collect();
    assert_eq!((output.status.code(), errors.len()), (Some(1), 1), "{said}");
    assert!(errors[0].contains(file) && reasons.iter().any(|reason| errors[0].contains(reason)), "{said}");
}

#[test]
fn without_room_the_good_files_stay_and_the_training_goes_on_later() {
    let folder = tempfile::tempdir().unwrap();
    write_data(folder.path());
    let output = training(folder.path(), "whole").output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    let whole = folder.path().join("whole");
    let expected = reproducible(&whole);
    let largest = expected.values().map(Vec::len).max().unwrap() as u32 / 512;

    let mut refused = 0;
    for blocks in [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512].into_iter().filter(|&blocks| blocks < largest) {
        // Into a new folder, over checkpoints of less room, and over a complete run.
        for run in ["small", "whole"] {
            let path = folder.path().join(run);
            let before = files(&path);
            let output = training_without_room(folder.path(), run, blocks).output().unwrap();
            assert_one_error(&output, run, &["File too large"]);
            assert_whole(&path);
            let after = files(&path);
            assert!(!after.keys().any(|path| is_leftover(path)), "{:?}", after.keys());
            assert!(before.keys().all(|path| after.contains_key(path)), "{run}, {blocks} blocks: a file is gone");
            refused += 1;
        }
        assert_equal(&reproducible(&whole), &expected, &format!("the complete run, {blocks} blocks"));
    }
    assert!(refused >= 8, "{refused}");
    let output = training(folder.path(), "small").output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    assert_equal(&reproducible(&folder.path().join("small")), &expected, "small");
}

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_folder_that_takes_no_file_is_named_and_left_as_it_is() {
    const NOBODY: u32 = 65534;
    let folder = tempfile::tempdir().unwrap();
    write_data(folder.path());
    std::fs::create_dir(folder.path().join("run")).unwrap();
    std::fs::write(folder.path().join("run/model.sbk"), "the good one").unwrap();
    set_mode(folder.path(), 0o755);
    set_mode(&folder.path().join("run"), 0o555);

    let mut command = training(folder.path(), "run");
    // Root may write everywhere: another user is asked, who has to reach the program.
    let program = folder.path().join("host-trainer");
    if std::fs::write(folder.path().join("run/probe"), "").is_ok() {
        std::fs::remove_file(folder.path().join("run/probe")).unwrap();
        std::fs::copy(command.get_program(), &program).unwrap();
        set_mode(&program, 0o755);
        let mut other = std::process::Command::new(&program);
        other.args(command.get_args()).current_dir(folder.path()).uid(NOBODY).gid(NOBODY);
        command = other;
    }
    let output = command.output().unwrap();
    set_mode(&folder.path().join("run"), 0o755);
    assert_one_error(&output, "run/", &["Permission denied"]);
    assert_eq!(files(&folder.path().join("run")).into_keys().collect::<Vec<_>>(), [Path::new("model.sbk")]);
}
