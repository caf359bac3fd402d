//! Random network descriptions, small enough to run by the thousand, odd enough to meet every border.

use proptest::prelude::*;
use switchback::model::Network;
use switchback::model::spec::{
    ClassMaps, ConvolutionSpec, Features, HeadSpec, InputSpec, MapActivation, NetworkSpec, Normalization,
};

/// Networks of one to four convolutions, odd and even sizes, with and without pools, every head.
pub fn networks() -> impl Strategy<Value = Network> {
    let input = (1u16..24, 1u16..24, prop_oneof![Just(1u8), Just(3u8)]);
    // Fours and eights are what the fast kernels take, many of them only in parts.
    let filters = prop_oneof![1u16..7, Just(4), Just(8), Just(8), Just(24)];
    let convolution = (filters, prop_oneof![Just(1u8), Just(3), Just(5), Just(11)], any::<bool>());
    let convolutions = proptest::collection::vec(convolution, 1..5);
    (input, convolutions, 0u8..5, heads()).prop_filter_map("not a network", |(input, convolutions, stages, head)| {
        let (width, height, channels) = input;
        let (classes, head) = head;
        let convolutions: heapless_vec::Convolutions =
            convolutions.into_iter().map(|(filters, kernel, pool)| ConvolutionSpec { filters, kernel, pool }).collect();
        let input = InputSpec { width, height, channels };
        Network::new(NetworkSpec { input, convolutions, stages, classes, head }).ok()
    })
}

fn heads() -> impl Strategy<Value = (u8, HeadSpec)> {
    let features = prop_oneof![Just(Features::AllStages), Just(Features::LastStage)];
    let normalization =
        prop_oneof![Just(Normalization::Standardize), Just(Normalization::Rms), Just(Normalization::None)];
    let maps = prop_oneof![
        Just((2, ClassMaps::Evidence, MapActivation::Relu)),
        Just((2, ClassMaps::PerClass, MapActivation::Relu)),
        Just((3, ClassMaps::PerClass, MapActivation::Relu)),
        Just((2, ClassMaps::PerClass, MapActivation::Softmax)),
        Just((5, ClassMaps::PerClass, MapActivation::Softmax)),
    ];
    let sharpness = prop_oneof![Just(5.0f32), Just(0.25), Just(1.5), Just(64.0)];
    (features, normalization, maps, sharpness).prop_map(
        |(features, normalization, (classes, maps, activation), sharpness)| {
            (classes, HeadSpec { features, normalization, maps, activation, sharpness })
        },
    )
}

/// The list type that the description uses.
mod heapless_vec {
    use switchback::model::spec::{ConvolutionSpec, MAX_CONVOLUTIONS};
    pub type Convolutions = heapless::Vec<ConvolutionSpec, MAX_CONVOLUTIONS>;
}
