//! Random network descriptions, small enough to run by the thousand, odd enough to meet every border.

use proptest::prelude::*;
use switchback::model::Network;
use switchback::model::spec::{
    ClassMaps, ConvolutionSpec, Features, HeadSpec, InputSpec, MAX_CONVOLUTIONS, MapActivation, NetworkSpec,
    Normalization,
};

/// The most convolutions that are drawn.
const CONVOLUTIONS: usize = 4;

/// Bytes that one network is drawn from: eight numbers and three of each convolution.
pub const NETWORK_BYTES: usize = 8 + 3 * CONVOLUTIONS;

/// Networks of one to four convolutions, odd and even sizes, with and without pools, every head.
pub fn networks() -> impl Strategy<Value = Network> {
    any::<[u8; NETWORK_BYTES]>().prop_filter_map("not a network", |choices| network(&choices))
}

/// The network that these bytes choose, if it is a valid one: a fuzzer's way to [`networks`].
pub fn network(choices: &[u8; NETWORK_BYTES]) -> Option<Network> {
    let [width, height, channels, stages, features, normalization, maps, sharpness, convolutions @ ..] = *choices;
    let side = |choice: u8| 1 + u16::from(choice) % 23;
    let input = InputSpec { width: side(width), height: side(height), channels: of(channels, [1, 3]) };
    let (classes, maps, activation) = of(
        maps,
        [
            (2, ClassMaps::Evidence, MapActivation::Relu),
            (2, ClassMaps::PerClass, MapActivation::Relu),
            (3, ClassMaps::PerClass, MapActivation::Relu),
            (2, ClassMaps::PerClass, MapActivation::Softmax),
            (5, ClassMaps::PerClass, MapActivation::Softmax),
        ],
    );
    let head = HeadSpec {
        features: of(features, [Features::AllStages, Features::LastStage]),
        normalization: of(normalization, [Normalization::Standardize, Normalization::Rms, Normalization::None]),
        maps,
        activation,
        sharpness: of(sharpness, [5.0, 0.25, 1.5, 64.0]),
    };
    let count = 1 + usize::from(stages / 5) % CONVOLUTIONS;
    let convolutions: heapless::Vec<ConvolutionSpec, MAX_CONVOLUTIONS> =
        convolutions.as_chunks().0.iter().take(count).map(convolution).collect();
    Network::new(NetworkSpec { input, convolutions, stages: stages % 5, classes, head }).ok()
}

fn convolution(&[filters, kernel, pool]: &[u8; 3]) -> ConvolutionSpec {
    // Fours and eights are what the fast kernels take, many of them only in parts.
    let few = 1 + u16::from(filters / 5) % 6;
    ConvolutionSpec {
        filters: of(filters, [few, 4, 8, 8, 24]),
        kernel: of(kernel, [1, 3, 5, 11, 15]),
        pool: of(pool, [false, true]),
    }
}

fn of<T: Copy, const N: usize>(choice: u8, values: [T; N]) -> T {
    values[usize::from(choice) % N]
}
