//! Model files with every kind of head, stored plans, and whole inferences.

use fuzz::model_file::{MEASURED, SEALED};
use fuzz::stored_plan::NETWORKS;
use parity::random_model;
use parity::specs::NETWORK_BYTES;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use switchback::model::Network;
use switchback::model::spec::{ConvolutionSpec, Features, HeadSpec, InputSpec, NetworkSpec};
use switchback::stream::{KernelSet, MAX_STORED_PLAN, Plan};

use crate::Seed;

/// Inputs of the target `inference`.
const INFERENCES: u64 = 16;

/// Small networks that differ in head, channels, pools, kernels and stages.
fn networks() -> Vec<Network> {
    let layer = |filters, kernel, pool| ConvolutionSpec { filters, kernel, pool };
    let spec = |input: (u16, u16, u8), convolutions: &[ConvolutionSpec], stages, classes, head| NetworkSpec {
        input: InputSpec { width: input.0, height: input.1, channels: input.2 },
        convolutions: convolutions.iter().copied().collect(),
        stages,
        classes,
        head,
    };
    let paper = HeadSpec::PAPER_BINARY;
    let specs = [
        spec((10, 9, 1), &[layer(4, 3, true), layer(4, 3, true)], 1, 2, paper),
        spec((10, 9, 1), &[layer(4, 3, true), layer(4, 3, true)], 2, 2, HeadSpec::EVIDENCE),
        spec((6, 7, 3), &[layer(4, 3, true)], 1, 3, HeadSpec::PAPER_MULTI_LABEL),
        spec((8, 8, 1), &[layer(2, 5, false), layer(4, 1, true)], 0, 2, paper),
        spec(
            (8, 8, 1),
            &[layer(4, 5, true), layer(4, 5, true)],
            2,
            2,
            HeadSpec { features: Features::LastStage, ..paper },
        ),
        spec((1, 1, 1), &[layer(1, 1, false)], 0, 2, paper),
        spec((12, 5, 1), &[layer(4, 3, false), layer(8, 3, true), layer(4, 3, false)], 1, 2, HeadSpec::EVIDENCE),
        spec((9, 16, 1), &[layer(8, 3, true), layer(8, 3, true)], 1, 2, paper),
    ];
    specs.into_iter().map(|spec| Network::new(spec).expect("a network")).collect()
}

/// Inputs of the target `model`.
pub fn files() -> Vec<Seed> {
    let fitted = [SEALED | MEASURED, SEALED, 0];
    let file = |(i, network): (usize, Network)| {
        let bytes = random_model::bytes(&network, i as u64);
        (format!("seed-{i}"), [&[fitted[i % 3]], bytes.as_slice()].concat())
    };
    networks().into_iter().enumerate().map(file).collect()
}

/// Inputs of the target `stored-plan`.
pub fn plans() -> Vec<Seed> {
    let mut seeds = Vec::new();
    for (choice, network) in NETWORKS.iter().enumerate() {
        for (name, kinds) in
            [("definitions", KernelSet::DEFINITIONS), ("scalar", KernelSet::SCALAR), ("all", KernelSet::ALL)]
        {
            let mut buffer = [0; MAX_STORED_PLAN];
            let plan = Plan::assuming_bounds(network, usize::MAX, kinds);
            seeds.push((format!("seed-{choice}-{name}"), [&[choice as u8], plan.write(&mut buffer)].concat()));
        }
    }
    seeds
}

/// Inputs of the target `inference`.
pub fn inferences() -> Vec<Seed> {
    let entropy = |seed| {
        let mut bytes = vec![0; 9 + NETWORK_BYTES];
        ChaCha8Rng::seed_from_u64(seed).fill_bytes(&mut bytes);
        (format!("seed-{seed}"), bytes)
    };
    (0..INFERENCES).map(entropy).collect()
}
