//! Killed at random moments.

use std::path::Path;
use std::time::{Duration, Instant};

use rand::{RngExt as _, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::folders::{assert_equal, assert_whole, reproducible};
use crate::process::{stderr, training, write_data};

/// Runs that are killed several times each.
const RUNS: u32 = 6;

/// Kills of a run, half of them soon after the start: a run that goes on has less to do.
const KILLS: u32 = 6;

/// Kills while the models of a trained network are made and judged again.
const KILLS_AFTER_TRAINING: u32 = 20;

/// Lets a training run for a random part of `most`; whether it was killed before its end.
fn killed(folder: &Path, run: &str, most: Duration, random: &mut ChaCha8Rng) -> bool {
    let mut child = training(folder, run).spawn().unwrap();
    std::thread::sleep(most.mul_f64(random.random_range(0.0..1.0)));
    child.kill().unwrap();
    !child.wait().unwrap().success()
}

/// Lets a training end; how long it took.
fn ended(folder: &Path, run: &str) -> Duration {
    let start = Instant::now();
    let output = training(folder, run).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    assert_whole(&folder.join(run));
    start.elapsed()
}

#[test]
fn a_killed_training_goes_on_to_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    write_data(folder);
    let takes = ended(folder, "whole");
    let expected = reproducible(&folder.join("whole"));

    let mut random = ChaCha8Rng::seed_from_u64(1);
    let (mut kills, mut with_checkpoint) = (0, 0);
    for run in 0..RUNS {
        let name = format!("killed-{run}");
        let path = folder.join(&name);
        for kill in 0..KILLS {
            let most = if kill % 2 == 0 { takes } else { takes / 4 };
            kills += u32::from(killed(folder, &name, most, &mut random));
            assert_whole(&path);
            with_checkpoint += u32::from(path.join("checkpoint/training.safetensors").is_file());
        }
        ended(folder, &name);
        assert_equal(&reproducible(&path), &expected, &name);
    }
    println!("{kills} kills, {with_checkpoint} with a checkpoint");
    assert!(kills >= RUNS && with_checkpoint >= RUNS, "too few to show anything");
}

#[test]
fn killed_while_its_models_are_made_again_a_run_keeps_good_ones() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    write_data(folder);
    ended(folder, "run");
    let expected = reproducible(&folder.join("run"));
    // From the last checkpoint there is nothing to train.
    let takes = ended(folder, "run");
    let mut random = ChaCha8Rng::seed_from_u64(2);
    let kills = (0..KILLS_AFTER_TRAINING).filter(|_| {
        let killed = killed(folder, "run", takes, &mut random);
        assert_whole(&folder.join("run"));
        assert_equal(&reproducible(&folder.join("run")), &expected, "killed");
        killed
    });
    let kills = kills.count();
    println!("{kills} kills");
    assert!(kills >= 3, "too few to show anything");
}
