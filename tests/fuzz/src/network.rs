//! `network.toml` -> description -> network -> plans.

use host_trainer::run::RunFolder;
use parity::sound_plan::assert_sound;
use switchback::model::{Layout, Network};
use switchback::stream::{KernelSet, Plan};

use crate::scratch::Scratch;

thread_local! {
    static FOLDER: Scratch = Scratch::new();
}

/// Reads the description of an input and plans its network.
///
/// # Panics
/// If a network is taken whose plans are not sound, or are not what their own budget gives.
pub fn run(input: &[u8]) {
    let spec = FOLDER.with(|folder| {
        folder.write("network.toml", input);
        RunFolder::new(folder.path()).spec()
    });
    let spec = match spec {
        Ok(spec) => spec,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    let network = match Network::new(spec) {
        Ok(network) => network,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    assert!(Layout::new(&network, 0).file_length > 256);
    let smallest = Plan::new(&network);
    assert_sound(&smallest);
    for kinds in [KernelSet::SCALAR, KernelSet::ALL] {
        for budget in [smallest.arena_bytes(), 2 * smallest.arena_bytes(), usize::MAX] {
            let plan = Plan::assuming_bounds(&network, budget, kinds);
            assert_sound(&plan);
            assert!((smallest.arena_bytes()..=budget).contains(&plan.arena_bytes()));
            assert_eq!(Plan::assuming_bounds(&network, plan.arena_bytes(), kinds), plan);
        }
    }
}
