//! The model file: what is written is read back, and nothing else is taken.

use parity::random_model;
use parity::specs::networks;
use proptest::prelude::*;
use switchback::model::header::{HeadNumbers, Header, MapScales, Provenance};
use switchback::model::layout::{HEADER_START, field};
use switchback::model::spec::{HeadSpec, InputSpec, NetworkSpec};
use switchback::model::{AlignedBytes, EncodeError, FORMAT_VERSION, Layout, Model, ModelArrays, ModelError, Network};

fn small() -> ModelArrays {
    of_channels(1)
}

fn coloured() -> ModelArrays {
    of_channels(3)
}

fn of_channels(channels: u8) -> ModelArrays {
    let input = InputSpec { width: 16, height: 12, channels };
    let mut spec = NetworkSpec::table1(0.125, input, 2);
    spec.convolutions.truncate(3);
    spec.stages = 2;
    random_model::arrays(&Network::new(spec).expect("a network"), 11)
}

fn encoded(arrays: &ModelArrays) -> AlignedBytes {
    arrays.encode().expect("arrays of the network's own sizes")
}

fn parse(bytes: &[u8]) -> Result<(), ModelError> {
    Model::parse(AlignedBytes::from(bytes).as_slice()).map(|_| ())
}

/// Bytes with a checksum that fits them.
fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
    random_model::seal(&mut bytes);
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn what_is_written_is_read(network in networks(), seed in any::<u64>()) {
        let arrays = random_model::arrays(&network, seed);
        let bytes = encoded(&arrays);
        let model = Model::parse(bytes.as_slice()).expect("a valid model");
        prop_assert_eq!(model.header(), &arrays.header);
        prop_assert_eq!(model.network(), &network);
        prop_assert_eq!(&model.crc32().to_le_bytes()[..], &bytes.as_slice()[field::CRC32]);
        for (i, written) in arrays.convolutions.iter().enumerate() {
            let read = model.convolution(i);
            prop_assert_eq!(read.weights, &written.weights);
            prop_assert!(read.bias.iter().map(|b| b.get()).eq(written.bias.iter().copied()));
            prop_assert!(read.multipliers.iter().map(|r| r.get()).eq(written.multipliers.iter().copied()));
            prop_assert_eq!(read.ratios, &written.ratios);
            prop_assert!(
                read.deconvolution_bias.iter().map(|b| b.get()).eq(written.deconvolution_bias.iter().copied())
            );
            prop_assert_eq!(read.weights.as_ptr().addr() % 16, 0);
        }
        for (stage, written) in arrays.head_weights.iter().enumerate() {
            prop_assert_eq!(model.head_weights(stage), written);
        }
        prop_assert_eq!(model.input_table(), &arrays.input_table);
        prop_assert!(model.exponentials().iter().map(|e| e.get()).eq(arrays.exponentials.iter().copied()));
    }

    #[test]
    fn resealed_damage_never_panics(
        network in networks(), seed in any::<u64>(), at in any::<prop::sample::Index>(), value in any::<u8>(),
    ) {
        let mut bytes = random_model::bytes(&network, seed).as_slice().to_vec();
        let at = at.index(bytes.len());
        bytes[at] = value;
        // Refused or taken; where it is taken, it runs within its arena.
        let bytes = AlignedBytes::from(&sealed(bytes)[..]);
        if let Ok(model) = Model::parse(bytes.as_slice()) {
            let pixels = random_model::image(model.network(), seed);
            parity::recorder::run_core(&model, &pixels, 0x77);
        }
    }
}

#[test]
fn a_model_cut_anywhere_is_refused() {
    let bytes = encoded(&small());
    for length in 0..bytes.as_slice().len() {
        let error = parse(&bytes.as_slice()[..length]).expect_err("a cut model");
        if length >= HEADER_START {
            assert_eq!(error, ModelError::Length { found: length, expected: bytes.as_slice().len() });
        } else {
            assert_eq!(error, ModelError::TooShort { found: length, expected: HEADER_START });
        }
    }
}

#[test]
fn a_longer_file_is_refused() {
    let bytes = encoded(&small());
    let mut longer = bytes.as_slice().to_vec();
    longer.push(0);
    let expected = bytes.as_slice().len();
    assert_eq!(parse(&longer), Err(ModelError::Length { found: expected + 1, expected }));
}

#[test]
fn a_newer_version_is_refused_by_number() {
    let mut bytes = encoded(&small()).as_slice().to_vec();
    bytes[field::VERSION].copy_from_slice(&(FORMAT_VERSION + 1).to_le_bytes());
    assert_eq!(parse(&sealed(bytes)), Err(ModelError::Version { found: FORMAT_VERSION + 1 }));
}

#[test]
fn another_kind_of_file_is_refused() {
    assert_eq!(parse(&[b'P'; 64]), Err(ModelError::NotAModel));
}

#[test]
fn a_misplaced_model_is_refused() {
    let bytes = encoded(&small());
    let mut memory = AlignedBytes::zeroed(bytes.as_slice().len() + 4);
    memory.as_mut_slice()[4..].copy_from_slice(bytes.as_slice());
    assert_eq!(Model::parse(&memory.as_slice()[4..]).err(), Some(ModelError::Misaligned { remainder: 4 }));
}

/// Each entry spoils one number; the error names it.
#[test]
fn numbers_outside_the_contract_are_refused_by_name() {
    type Spoil = fn(&mut ModelArrays);
    let cases: [(Spoil, &str, usize, usize, i64); 15] = [
        (|m| m.convolutions[1].weights[7] = -128, "weights of convolution", 1, 7, -128),
        (|m| m.convolutions[2].multipliers[3] = 0, "multipliers of convolution", 2, 3, 0),
        (|m| m.convolutions[2].multipliers[3] = (1 << 23) + 1, "multipliers of convolution", 2, 3, (1 << 23) + 1),
        (|m| m.convolutions[2].ratios[0] = 0, "scale ratios of convolution", 2, 0, 0),
        (|m| m.convolutions[2].ratios[0] = 16, "scale ratios of convolution", 2, 0, 16),
        (|m| m.header.deconvolution_multipliers[1] = -5, "multiplier of deconvolution", 1, 0, -5),
        (|m| m.header.head.stage_gains[0].0 = 5, "gain of head stage", 0, 0, 5),
        (|m| m.header.head.bias_q16[0] = i32::MIN, "bias of class map", 0, 0, i32::MIN as i64),
        (|m| m.header.head.bias_q16[1] = 1 << 30, "bias of class map", 1, 0, 1 << 30),
        (|m| m.header.head.map_scale_q24 = 0, "scale of class maps", 0, 0, 0),
        (|m| m.header.head.map_scale_q24 = (64 << 24) + 1, "scale of class maps", 0, 0, (64 << 24) + 1),
        (|m| m.header.head.inverse_sharpness_q24 = (4 << 24) + 1, "inverse sharpness", 0, 0, (4 << 24) + 1),
        (|m| m.header.head.mask_threshold = 0, "mask threshold", 0, 0, 0),
        (|m| m.exponentials[9] = 1 << 31 | 1, "exponential", 0, 9, 1 << 31 | 1),
        (|m| m.input_table[256 + 200] = -128, "input table of channel", 1, 200, -128),
    ];
    for (spoil, name, at, of, number) in cases {
        let mut arrays = coloured();
        spoil(&mut arrays);
        match parse(encoded(&arrays).as_slice()) {
            Err(ModelError::Value { what, index, element, found }) => {
                assert_eq!((what, index, element, found), (name, at, of, number));
            }
            other => panic!("{name}: {other:?}"),
        }
        let said = parse(encoded(&arrays).as_slice()).expect_err("refused").to_string();
        assert!(said.contains(name) && said.contains(&format!("found {number}")), "{said}");
    }
    let mut arrays = coloured();
    arrays.header.head.bias_q16[0] = 1 - (1 << 30);
    assert_eq!(parse(encoded(&arrays).as_slice()), Ok(()), "the largest magnitude that is allowed");
}

#[test]
fn an_accumulator_that_could_overflow_is_refused_by_channel() {
    let mut arrays = small();
    arrays.convolutions[1].bias[2] = i32::MAX;
    let error = parse(encoded(&arrays).as_slice()).expect_err("a bias beyond the bound");
    assert!(
        matches!(error, ModelError::Overflow { convolution: 1, deconvolution: false, channel: 2, .. }),
        "{error:?}"
    );
    let mut arrays = small();
    arrays.convolutions[2].deconvolution_bias[1] = i32::MIN;
    let error = parse(encoded(&arrays).as_slice()).expect_err("a bias beyond the bound");
    assert!(matches!(error, ModelError::Overflow { convolution: 2, deconvolution: true, channel: 1, .. }), "{error:?}");
}

#[test]
fn the_largest_accumulator_is_that_of_the_largest_input() {
    for (convolution, largest) in [(0, 127), (1, 255)] {
        let mut arrays = small();
        let filter = arrays.convolutions[convolution].weights.len() / arrays.convolutions[convolution].bias.len();
        let weights = &arrays.convolutions[convolution].weights[..filter];
        let sum: i32 = weights.iter().map(|&w| i32::from(w).abs()).sum();
        arrays.convolutions[convolution].bias[0] = (1 << 30) - 1 - largest * sum;
        assert_eq!(parse(encoded(&arrays).as_slice()), Ok(()), "convolution {convolution}");
        arrays.convolutions[convolution].bias[0] += 1;
        let (channel, bound) = (0, 1 << 30);
        let expected = ModelError::Overflow { convolution, deconvolution: false, channel, bound };
        assert_eq!(parse(encoded(&arrays).as_slice()), Err(expected));
    }
}

#[test]
fn a_header_with_something_behind_it_is_refused() {
    let mut bytes = encoded(&small()).as_slice().to_vec();
    let length = u32::from_le_bytes(bytes[field::HEADER_LENGTH].try_into().expect("four bytes"));
    // Sections start at multiples of 16: a byte more may leave them where they are.
    assert_ne!((HEADER_START + length as usize) % 16, 0, "there is a byte between header and sections");
    bytes[field::HEADER_LENGTH].copy_from_slice(&(length + 1).to_le_bytes());
    assert_eq!(parse(&sealed(bytes)), Err(ModelError::Header));
}

#[test]
fn arrays_of_another_length_are_not_written() {
    let mut arrays = small();
    arrays.convolutions[1].bias.pop();
    let error = arrays.encode().expect_err("a bias is missing");
    let filters = arrays.convolutions[1].ratios.len();
    let (found, expected) = (4 * (filters - 1), 4 * filters);
    assert!(
        matches!(error, EncodeError::Section { index: 1, found: f, expected: e, .. } if (f, e) == (found, expected)),
        "{error:?}"
    );
    let said = error.to_string();
    assert!(said.contains(&format!("found {found}")) && said.contains(&format!("expected {expected}")), "{said}");
}

#[test]
fn lists_of_another_length_are_refused() {
    let mut arrays = small();
    arrays.header.class_names.pop();
    let error = parse(encoded(&arrays).as_slice());
    assert_eq!(error, Err(ModelError::Count { what: "class names", found: 1, expected: 2 }));
}

#[test]
fn the_header_has_the_bytes_it_always_had() {
    let input = InputSpec { width: 160, height: 160, channels: 1 };
    let spec = NetworkSpec { head: HeadSpec::EVIDENCE, ..NetworkSpec::table1(0.125, input, 2) };
    let header = Header {
        network: spec,
        class_names: ["normal", "lesion"].iter().map(|&n| n.try_into().expect("short")).collect(),
        provenance: Provenance {
            producer: "p".try_into().expect("short"),
            data: "d".try_into().expect("short"),
            data_crc32: 0x0102_0304,
            seed: 5,
            threshold_from_masks: false,
        },
        scales: MapScales { input: 1.0, ..MapScales::default() },
        deconvolution_multipliers: [1, 2, 3].into_iter().collect(),
        head: HeadNumbers {
            stage_gains: [(1 << 21, 30)].into_iter().collect(),
            bias_q16: [-1, 1].into_iter().collect(),
            map_multiplier: 7,
            map_scale_q24: 8,
            inverse_sharpness_q24: 9,
            mask_threshold: 10,
            score_threshold_q16: 11,
        },
    };
    let bytes = postcard::to_allocvec(&header).expect("serializes");
    let hex: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
    assert_eq!(
        hex,
        "a001a00101050c0b01200501300301300301200301030201\
         0101000000a04002066e6f726d616c066c6573696f6e017001\
         648486880805000000803f00000302040601808080011e020102\
         0e08090a16"
    );
}

#[test]
fn sections_start_at_multiples_of_16() {
    let network = Network::new(small().header.network).expect("a network");
    let layout = Layout::new(&network, 77);
    let starts = layout.convolutions.iter().flat_map(|c| [c.weights.start, c.bias.start, c.multipliers.start]);
    assert!(starts.chain([layout.input_table.start, layout.exponentials.start]).all(|s| s % 16 == 0));
}
