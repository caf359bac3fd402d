use candle_core::{Device, Tensor};
use switchback::model::Network;
use switchback::model::spec::{ConvolutionSpec, HeadSpec, InputSpec, NetworkSpec};

use super::super::weights_file::write_tensors;
use crate::float::{Decoding, FloatError, FloatNetwork};

/// Two convolutions of one block, the second pooled, on colour images.
fn float(filters: u16) -> FloatNetwork {
    let convolution = |pool| ConvolutionSpec { filters, kernel: 3, pool };
    let spec = NetworkSpec {
        input: InputSpec { width: 16, height: 16, channels: 3 },
        convolutions: [convolution(false), convolution(true)].into_iter().collect(),
        stages: 1,
        classes: 3,
        head: HeadSpec::PAPER_MULTI_LABEL,
    };
    FloatNetwork::new(Network::new(spec).unwrap(), Decoding::Tied, 1).unwrap()
}

/// What `fixtures/two_convolutions.pth` holds at place `i` of each tensor.
fn value(i: usize) -> f32 {
    (i % 13) as f32 / 8.0 - 0.75
}

fn assert_holds_the_values(float: &FloatNetwork) {
    for name in ["conv1_1.weight", "conv1_1.bias", "conv1_2.weight", "conv1_2.bias"] {
        let found: Vec<f32> = float.tensor(name).unwrap().flatten_all().unwrap().to_vec1().unwrap();
        assert!(found.iter().enumerate().all(|(i, &found)| found == value(i)), "{name}: {found:?}");
    }
}

#[test]
fn pytorch_files_are_read_with_halves_as_floats() -> Result<(), FloatError> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/float/fixtures/two_convolutions.pth");
    let float = float(4);
    float.start_from(&path)?;
    assert_holds_the_values(&float);
    Ok(())
}

#[test]
fn torchvisions_names_are_taken_in_the_order_of_their_numbers() -> Result<(), FloatError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vgg.safetensors");
    let tensor = |shape: &[usize]| {
        let values: Vec<f32> = (0..shape.iter().product()).map(value).collect();
        Tensor::from_vec(values, shape, &Device::Cpu)
    };
    // As text, 10 would come before 2.
    let layers = [("features.2", 3), ("features.10", 4)];
    let mut tensors = vec![("classifier.0.weight".to_owned(), tensor(&[5, 2])?)];
    for (name, channels) in layers {
        tensors.push((format!("{name}.weight"), tensor(&[4, channels, 3, 3])?));
        tensors.push((format!("{name}.bias"), tensor(&[4])?));
    }
    let write = |tensors: &[(String, Tensor)]| {
        write_tensors(&path, tensors.iter().map(|(name, tensor)| (name.clone(), tensor)), None)
    };
    write(&tensors)?;
    let four = float(4);
    four.start_from(&path)?;
    assert_holds_the_values(&four);

    let refusal = float(8).start_from(&path).unwrap_err().to_string();
    let expected = "found features.2.weight [4, 3, 3, 3], features.10.weight [4, 4, 3, 3], expected the convolutions \
                    conv1_1.weight [8, 3, 3, 3], conv1_2.weight [8, 8, 3, 3]";
    assert!(refusal.ends_with(expected), "{refusal}");
    // Without convolutions everything that is there is listed.
    write(&tensors[..1])?;
    let refusal = four.start_from(&path).unwrap_err().to_string();
    assert!(refusal.contains("found classifier.0.weight [5, 2], expected"), "{refusal}");
    std::fs::write(folder.path().join("w.pth"), "text").unwrap();
    assert!(matches!(four.start_from(&folder.path().join("w.pth")), Err(FloatError::NotPyTorch { .. })));
    Ok(())
}
