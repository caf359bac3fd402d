//! Frames into sessions, and pins that follow their results.

mod alarm;
mod capture;

use parity::random_model;
use switchback::model::spec::{InputSpec, NetworkSpec};
use switchback::model::{AlignedBytes, Network};

/// A binary network of random weights.
fn network(width: u16, height: u16, channels: u8) -> (Network, AlignedBytes) {
    let input = InputSpec { width, height, channels };
    let network = Network::new(NetworkSpec::table1(0.125, input, 2)).expect("a preset is a network");
    let bytes = random_model::bytes(&network, 3);
    (network, bytes)
}
