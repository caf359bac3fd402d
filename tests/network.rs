//! A network's description: what is refused by name, and the shapes, names and counts that follow from it.

use switchback::model::spec::{
    ClassMaps, ConvolutionSpec, Features, HeadSpec, InputSpec, MAX_CLASSES, MAX_FILTERS, MAX_KERNEL, MAX_SIDE,
    MapActivation, NetworkSpec,
};
use switchback::model::{MAX_MAP_ELEMENTS, MapShape, Network, SpecError};

/// Three blocks, the second of two convolutions; two stages.
fn spec() -> NetworkSpec {
    let convolution = |filters, kernel, pool| ConvolutionSpec { filters, kernel, pool };
    NetworkSpec {
        input: InputSpec { width: 21, height: 12, channels: 3 },
        convolutions: [
            convolution(4, 5, true),
            convolution(6, 3, false),
            convolution(8, 3, true),
            convolution(10, 1, false),
        ]
        .into_iter()
        .collect(),
        stages: 2,
        classes: 5,
        head: HeadSpec::PAPER_MULTI_LABEL,
    }
}

fn network() -> Network {
    Network::new(spec()).expect("a network")
}

fn refused(change: fn(&mut NetworkSpec)) -> SpecError {
    let mut spec = spec();
    change(&mut spec);
    Network::new(spec).expect_err("refused")
}

#[test]
fn numbers_outside_their_range_are_refused_by_name() {
    let out = |what, found, least, most| SpecError::OutOfRange { what, found, least, most };
    let (side, filters, kernel, classes) =
        (u32::from(MAX_SIDE), u32::from(MAX_FILTERS), u32::from(MAX_KERNEL), MAX_CLASSES as u32);
    assert_eq!(refused(|s| s.input.width = 0), out("input width", 0, 1, side));
    assert_eq!(refused(|s| s.input.width = MAX_SIDE + 1), out("input width", side + 1, 1, side));
    assert_eq!(refused(|s| s.input.height = 0), out("input height", 0, 1, side));
    assert_eq!(refused(|s| s.input.height = MAX_SIDE + 1), out("input height", side + 1, 1, side));
    assert_eq!(refused(|s| s.input.channels = 2), out("input channels (or 1)", 2, 3, 3));
    assert_eq!(refused(|s| s.convolutions.clear()), out("convolutions", 0, 1, 16));
    assert_eq!(refused(|s| s.classes = 1), out("classes", 1, 2, classes));
    assert_eq!(refused(|s| s.classes = MAX_CLASSES as u8 + 1), out("classes", classes + 1, 2, classes));
    assert_eq!(refused(|s| s.stages = 17), out("stages", 17, 0, 16));
    assert_eq!(refused(|s| s.convolutions[1].filters = 0), out("filters of a convolution", 0, 1, filters));
    assert_eq!(
        refused(|s| s.convolutions[3].filters = MAX_FILTERS + 1),
        out("filters of a convolution", filters + 1, 1, filters)
    );
    assert_eq!(refused(|s| s.convolutions[2].kernel = 17), out("kernel of a convolution", 17, 1, kernel));
    assert_eq!(refused(|s| s.convolutions[2].kernel = 4), SpecError::EvenKernel { convolution: 2, found: 4 });
    assert_eq!(
        refused(|s| s.convolutions[2].kernel = 4).to_string(),
        "kernel of convolution 3: found 4, expected an odd side"
    );
    assert_eq!(refused(|s| s.head.sharpness = 0.2), SpecError::SharpnessOutOfRange);
    assert_eq!(refused(|s| s.head.sharpness = f32::NAN), SpecError::SharpnessOutOfRange);
    assert_eq!(refused(|s| s.stages = 4), SpecError::TooManyStages { found: 4, blocks: 3 });
    assert_eq!(
        refused(|s| s.input.height = 3),
        SpecError::TooSmallToPool { convolution: 2, height: 1, width: 10 },
        "of 3 rows one is left for the second pool"
    );
}

#[test]
fn an_evidence_head_is_of_two_classes_and_a_relu() {
    let found = |classes, activation| {
        let head = HeadSpec { maps: ClassMaps::Evidence, activation, ..HeadSpec::EVIDENCE };
        Network::new(NetworkSpec { classes, head, ..spec() }).err()
    };
    assert_eq!(found(2, MapActivation::Relu), None);
    assert_eq!(found(3, MapActivation::Relu), Some(SpecError::EvidenceNotBinary { classes: 3 }));
    assert_eq!(found(2, MapActivation::Softmax), Some(SpecError::EvidenceNotBinary { classes: 2 }));
}

#[test]
fn a_map_that_is_too_large_to_be_normalized_is_refused() {
    let spec = |filters: u16, stages| NetworkSpec {
        input: InputSpec { width: 1024, height: 1024, channels: 1 },
        convolutions: [(filters, true), (1, false)]
            .into_iter()
            .map(|(filters, pool)| ConvolutionSpec { filters, kernel: 1, pool })
            .collect(),
        stages,
        ..spec()
    };
    // 512 * 512 * 32 is 2^23: the first stage gives the input of the second convolution.
    assert_eq!(Network::new(spec(32, 1)).map(drop), Ok(()));
    let found = 33 << 18;
    assert!(found > MAX_MAP_ELEMENTS);
    assert_eq!(Network::new(spec(33, 1)).map(drop), Err(SpecError::MapTooLarge { stage: 1, found }));
    // Without a stage nobody normalizes it.
    assert_eq!(Network::new(spec(33, 0)).map(drop), Ok(()));
}

#[test]
fn stages_invert_blocks_from_the_top() {
    let network = network();
    let shape = |height, width, channels| MapShape { height, width, channels };
    let encoder: Vec<_> = network.encoder().iter().map(|layer| (layer.output, layer.tied)).collect();
    let expected = [(shape(6, 10, 4), false), (shape(6, 10, 6), true), (shape(3, 5, 8), true), (shape(3, 5, 10), true)];
    assert_eq!(encoder, expected);
    let decoder: Vec<_> =
        network.decoder().iter().map(|d| (d.stage, d.convolution, d.unpool, d.ends_stage, d.output)).collect();
    let expected = [
        (1, 3, false, true, shape(3, 5, 8)),
        (2, 2, true, false, shape(6, 10, 6)),
        (2, 1, false, true, shape(6, 10, 4)),
    ];
    assert_eq!(decoder, expected);
    assert_eq!([0, 1, 2].map(|stage| network.stage_shape(stage)), [shape(3, 5, 10), shape(3, 5, 8), shape(6, 10, 4)]);
    assert_eq!([0, 1, 2].map(|stage| network.expansion_shift(stage)), [1, 1, 0]);
    assert_eq!(network.map_shape(), shape(6, 10, 5));
    // As many stages as blocks: down to the input.
    let all = Network::new(NetworkSpec { stages: 3, ..spec() }).expect("a network");
    assert_eq!(all.stage_shape(3), shape(12, 21, 3));
}

#[test]
fn the_head_reads_the_stages_that_it_says() {
    let reads = |features| {
        let network = Network::new(NetworkSpec { head: HeadSpec { features, ..spec().head }, ..spec() });
        let network = network.expect("a network");
        [0, 1, 2, 3].map(|stage| network.head_reads(stage))
    };
    assert_eq!(reads(Features::AllStages), [true, true, true, false]);
    assert_eq!(reads(Features::LastStage), [false, false, true, false]);
}

#[test]
fn a_map_belongs_to_a_class() {
    let network = network();
    assert_eq!((network.maps(), network.class_of_map(0), network.class_of_map(4)), (5, 0, 4));
    let evidence = Network::new(NetworkSpec { classes: 2, head: HeadSpec::EVIDENCE, ..spec() }).expect("a network");
    assert_eq!((evidence.maps(), evidence.class_of_map(0)), (1, 1));
}

#[test]
fn layers_are_named_as_in_the_paper() {
    let network = network();
    let convolutions = [0, 1, 2, 3].map(|i| network.convolution_name(i).to_string());
    assert_eq!(convolutions, ["conv1", "conv2_1", "conv2_2", "conv3"]);
    let deconvolutions: Vec<_> =
        network.decoder().iter().map(|layer| network.deconvolution_name(layer).to_string()).collect();
    assert_eq!(deconvolutions, ["deconv1", "deconv2_2", "deconv2_1"]);
}

#[test]
fn products_are_counted() {
    let network = network();
    // Pixels of the convolution, taps, channels, filters.
    let encoder = [12 * 21 * 25 * 3 * 4, 6 * 10 * 9 * 4 * 6, 6 * 10 * 9 * 6 * 8, 3 * 5 * 8 * 10];
    assert_eq!(network.encoder().iter().map(|layer| layer.macs()).collect::<Vec<_>>(), encoder);
    let decoder = [3 * 5 * 8 * 10, 6 * 10 * 9 * 6 * 8, 6 * 10 * 9 * 4 * 6];
    assert_eq!(network.decoder().iter().map(|layer| layer.macs()).collect::<Vec<_>>(), decoder);
    assert_eq!(network.macs(), encoder.iter().chain(&decoder).sum::<u64>());
}

#[test]
fn the_paper_s_head_is_that_of_its_number_of_classes() {
    let activation = [HeadSpec::PAPER_BINARY, HeadSpec::PAPER_MULTI_LABEL].map(|head| head.activation);
    assert_eq!(activation, [MapActivation::Relu, MapActivation::Softmax]);
    assert_eq!(HeadSpec::paper(2), HeadSpec::PAPER_BINARY);
    assert_eq!(HeadSpec::paper(3), HeadSpec::PAPER_MULTI_LABEL);
    assert_eq!(HeadSpec::recommended(2), HeadSpec::EVIDENCE);
    assert_eq!(HeadSpec::recommended(3), HeadSpec::PAPER_MULTI_LABEL);
}
