//! Tests of the float network, with stock candle operations as the oracle.

use switchback::model::spec::{ClassMaps, ConvolutionSpec, HeadSpec, InputSpec, MapActivation, NetworkSpec};

use super::*;
use crate::float::NewHead;

fn spec(head: HeadSpec, stages: u8, width: u16, height: u16) -> NetworkSpec {
    let layers = [(4, 5, true), (6, 3, false), (6, 3, true), (5, 3, true)];
    let convolutions =
        layers.into_iter().map(|(filters, kernel, pool)| ConvolutionSpec { filters, kernel, pool }).collect();
    let classes = if head.activation == MapActivation::Softmax { 3 } else { 2 };
    NetworkSpec { input: InputSpec { width, height, channels: 1 }, convolutions, stages, classes, head }
}

fn checked(head: HeadSpec, stages: u8, width: u16, height: u16) -> Network {
    Network::new(spec(head, stages, width, height)).expect("a valid description")
}

fn images(batch: usize, network: &Network) -> Tensor {
    let shape = network.input();
    let values: Vec<f32> = (0..batch * shape.elements()).map(|i| (i * 7919 % 256) as f32).collect();
    Tensor::from_vec(values, (batch, shape.channels, shape.height, shape.width), &Device::Cpu).unwrap()
}

fn normalized(network: Network, seed: u64) -> Result<FloatNetwork, FloatError> {
    let mut float = FloatNetwork::new(network, Decoding::Tied, seed)?;
    float.set_input_statistics(&[127.0], &[74.0])?;
    Ok(float)
}

fn max_difference(a: &Tensor, b: &Tensor) -> Result<f32, FloatError> {
    Ok((a - b)?.abs()?.max_all()?.to_scalar::<f32>()?)
}

#[test]
fn every_head_gives_the_described_shapes_on_odd_sizes() -> Result<(), FloatError> {
    for head in [HeadSpec::EVIDENCE, HeadSpec::PAPER_BINARY, HeadSpec::PAPER_MULTI_LABEL] {
        for stages in 0..=3 {
            let network = checked(head, stages, 27, 21);
            let float = normalized(network.clone(), 1)?;
            let taps = float.activations(&images(2, &network))?;
            for (layer, map) in network.encoder().iter().zip(&taps.encoder) {
                assert_eq!(map.dims(), [2, layer.output.channels, layer.output.height, layer.output.width]);
            }
            for (layer, map) in network.decoder().iter().zip(&taps.decoder) {
                assert_eq!(map.dims(), [2, layer.output.channels, layer.output.height, layer.output.width]);
            }
            let shape = network.map_shape();
            assert_eq!(taps.maps.dims(), [2, shape.channels, shape.height, shape.width]);
            assert_eq!(taps.scores.dims(), [2, network.classes()]);
            assert!(taps.scores.to_vec2::<f32>()?.iter().flatten().all(|v| v.is_finite()));
        }
    }
    Ok(())
}

/// Eq. 4 to 6 as the paper writes them: expand, concatenate, then one 1x1 convolution.
#[test]
fn class_maps_equal_expansion_and_concatenation_first() -> Result<(), FloatError> {
    let network = checked(HeadSpec::PAPER_BINARY, 2, 16, 24);
    let float = normalized(network.clone(), 2)?;
    let taps = float.activations(&images(2, &network))?;
    let size = network.map_shape();
    let mut features = Vec::new();
    let mut weights = Vec::new();
    // Stage 1 is one deconvolution, stage 2 ends with the third.
    for (stage, map) in [&taps.encoder[3], &taps.decoder[0], &taps.decoder[2]].into_iter().enumerate() {
        let flat = map.flatten_from(1)?;
        let centred = flat.broadcast_sub(&flat.mean_keepdim(1)?)?;
        let deviation = (centred.sqr()?.mean_keepdim(1)? + 1e-5)?.sqrt()?;
        let normal = centred.broadcast_div(&deviation)?.reshape(map.shape())?;
        features.push(normal.upsample_nearest2d(size.height, size.width)?);
        weights.push(float.tensor(&head_weight(stage))?.clone());
    }
    let concatenated = Tensor::cat(&features, 1)?;
    let weight = Tensor::cat(&weights, 1)?.unsqueeze(2)?.unsqueeze(3)?;
    let bias = float.tensor("head.bias")?.reshape((1, 2, 1, 1))?;
    let expected = concatenated.conv2d(&weight, 0, 1, 1, 1)?.broadcast_add(&bias)?;
    assert!(max_difference(&taps.logits, &expected)? < 1e-5);
    assert!(max_difference(&taps.maps, &expected.relu()?)? < 1e-5);
    Ok(())
}

#[test]
fn an_evidence_head_scores_the_negative_class_by_its_constant() -> Result<(), FloatError> {
    let network = checked(HeadSpec::EVIDENCE, 1, 16, 16);
    let scores = normalized(network.clone(), 3)?.forward(&images(3, &network))?.scores.to_vec2::<f32>()?;
    assert!(scores.iter().all(|row| row[0] == 0.5), "{scores:?}");
    Ok(())
}

/// A stage reads the convolution's own tensor; with a copy in its place, the gradients of the two add up to the tied one.
#[test]
fn the_tied_weights_get_gradient_from_both_ways() -> Result<(), FloatError> {
    let network = checked(HeadSpec::EVIDENCE, 1, 16, 16);
    let float = normalized(network.clone(), 4)?;
    let batch = images(2, &network);
    let weight = &float.tensors()["conv3.weight"];
    let (encoder, switches) = float.encode(&batch)?;
    let gradients_through = |deconvolution: &Var| -> Result<_, FloatError> {
        let bias = float.tensor("deconv1.bias")?;
        let x = unpool_deconv(&encoder[3], deconvolution, bias, switches[3].as_ref(), (4, 4))?;
        let logits = float.logits(&[encoder[3].clone(), x])?;
        Ok(float.output(&logits, 0.5)?.scores.sum_all()?.backward()?)
    };
    let copy = Var::from_tensor(&weight.copy()?.detach())?;
    let (tied, untied) = (gradients_through(weight)?, gradients_through(&copy)?);
    let (up, down) = (untied.get(&copy).unwrap(), untied.get(weight).unwrap());
    assert!(max_difference(up, &up.zeros_like()?)? > 1e-4 && max_difference(down, &down.zeros_like()?)? > 1e-4);
    assert!(max_difference(tied.get(weight).unwrap(), &(up + down)?)? < 1e-5);
    Ok(())
}

#[test]
fn an_untied_network_with_its_convolutions_weights_equals_the_tied_one() -> Result<(), FloatError> {
    let network = checked(HeadSpec::EVIDENCE, 2, 27, 21);
    let tied = normalized(network.clone(), 3)?;
    // Copies: a variable that is made of a variable is the same one.
    let copy = |name: &str| -> Result<Tensor, FloatError> { Ok(tied.tensor(name)?.copy()?.detach()) };
    let mut tensors: BTreeMap<String, Tensor> =
        tied.tensors().keys().map(|name| Ok((name.clone(), copy(name)?))).collect::<Result<_, FloatError>>()?;
    for layer in network.decoder() {
        let weight = copy(&format!("{}.weight", network.convolution_name(layer.convolution)))?;
        tensors.insert(format!("{}.weight", network.deconvolution_name(layer)), weight);
    }
    let untied = FloatNetwork::from_stored(network.clone(), Decoding::Untied, tensors)?;
    let batch = images(2, &network);
    assert_eq!(max_difference(&tied.forward(&batch)?.maps, &untied.forward(&batch)?.maps)?, 0.0);

    // But its gradients stay apart.
    let gradients = untied.forward_leaky(&batch, 0.1)?.scores.sum_all()?.backward()?;
    let gradient = |name: &str| gradients.get(untied.tensor(name).unwrap()).cloned().unwrap();
    assert!(max_difference(&gradient("conv3.weight"), &gradient("deconv1.weight"))? > 0.0);
    Ok(())
}

#[test]
fn nearest_unpooling_repeats_each_value_over_its_window() -> Result<(), FloatError> {
    let network = checked(HeadSpec::EVIDENCE, 1, 27, 21);
    let tied = normalized(network.clone(), 3)?;
    let tensors = tied.tensors().iter().map(|(name, var)| (name.clone(), var.as_tensor().clone())).collect();
    let nearest = FloatNetwork::from_stored(network.clone(), Decoding::NearestUnpooling, tensors)?;
    let taps = nearest.activations(&images(2, &network))?;
    let size = network.decoder()[0].output;
    let row: Vec<u32> = (0..size.height).map(|y| (y as u32 / 2).min(taps.encoder[3].dims()[2] as u32 - 1)).collect();
    let column: Vec<u32> = (0..size.width).map(|x| (x as u32 / 2).min(taps.encoder[3].dims()[3] as u32 - 1)).collect();
    let indices = |list: Vec<u32>| Tensor::new(list, &Device::Cpu);
    let repeated = taps.encoder[3].index_select(&indices(row)?, 2)?.index_select(&indices(column)?, 3)?;
    let expected = repeated.conv_transpose2d(tied.tensor("conv3.weight")?, 1, 0, 1, 1)?.relu()?;
    assert!(max_difference(&taps.decoder[0], &expected)? < 1e-4);
    Ok(())
}

#[test]
fn a_saved_network_loads_the_same_and_a_wrong_file_is_refused_by_name() -> Result<(), FloatError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("stage-1.safetensors");
    let network = checked(HeadSpec::EVIDENCE, 1, 16, 16);
    let float = normalized(network.clone(), 5)?.with_classifier(8, 6)?;
    float.save(&path)?;
    let loaded = FloatNetwork::load(network.clone(), Decoding::Tied, &path)?;
    let batch = images(2, &network);
    assert_eq!(max_difference(&float.forward(&batch)?.maps, &loaded.forward(&batch)?.maps)?, 0.0);
    assert_eq!(max_difference(&float.classify(&batch)?, &loaded.classify(&batch)?)?, 0.0);

    let refusal = |stages| {
        FloatNetwork::load(checked(HeadSpec::EVIDENCE, stages, 16, 16), Decoding::Tied, &path)
            .err()
            .unwrap()
            .to_string()
    };
    assert_eq!(refusal(2), "tensor deconv2_2.bias: missing, expected shape [6]");
    assert_eq!(refusal(0), "tensor head.stage0.weight: missing, expected shape [1, 5]");
    let wider = checked(HeadSpec { maps: ClassMaps::PerClass, ..HeadSpec::EVIDENCE }, 1, 16, 16);
    let refusal = FloatNetwork::load(wider, Decoding::Tied, &path).err().unwrap().to_string();
    assert_eq!(refusal, "tensor head.stage1.weight: found shape [1, 6], expected [2, 6]");
    std::fs::write(&path, b"no tensors").unwrap();
    assert!(matches!(FloatNetwork::load(network, Decoding::Tied, &path), Err(FloatError::NotSafetensors { .. })));
    Ok(())
}

#[test]
fn a_continued_head_keeps_its_weights_and_a_fresh_one_does_not() -> Result<(), FloatError> {
    let baseline = normalized(checked(HeadSpec::PAPER_BINARY, 0, 16, 16), 7)?;
    let next = checked(HeadSpec::PAPER_BINARY, 1, 16, 16);
    let same = |other: &FloatNetwork, name: &str| -> Result<bool, FloatError> {
        Ok(max_difference(baseline.tensor(name)?, other.tensor(name)?)? == 0.0)
    };
    let continued = baseline.with_stages(next.clone(), NewHead::Continued, 8)?;
    let fresh = baseline.with_stages(next, NewHead::Fresh, 8)?;
    assert!(same(&continued, "head.stage0.weight")? && !same(&fresh, "head.stage0.weight")?);
    assert!(same(&continued, "conv1.weight")? && same(&fresh, "conv1.weight")?);

    // A copy: training the stage must not change the baseline.
    let first = baseline.tensor("conv1.bias")?.to_vec1::<f32>()?;
    continued.tensors()["conv1.bias"].set(&Tensor::ones(4, candle_core::DType::F32, &Device::Cpu)?)?;
    assert_eq!(baseline.tensor("conv1.bias")?.to_vec1::<f32>()?, first);
    Ok(())
}
