//! A network of VGG-16's layers with another program's weights, from training to the bits of the core (section 4.2, "Object
//! segmentation").

use candle_core::{Device, Tensor};
use image::RgbImage;
use indicatif::{MultiProgress, ProgressDrawTarget};
use switchback::model::Network;
use switchback::model::spec::{HeadSpec, InputSpec, NetworkSpec};

use super::*;
use crate::data::{DataSet, OpenOptions};
use crate::evaluation::OperatingRule;
use crate::float::{FloatNetwork, Method, write_tensors};
use crate::train::{Devices, IMAGE_MEMORY, Preset, TrainOptions, train};

/// Positions of the convolutions in torchvision's VGG-16.
const TORCHVISION: [usize; 13] = [0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28];

/// Colour noise with red or blue squares, labelled so.
fn data_set(folder: &std::path::Path) -> DataSet {
    std::fs::create_dir_all(folder.join("images")).unwrap();
    let mut table = String::from("file,labels,split\n");
    for i in 0..24_u32 {
        let (red, blue) = (i % 2 == 0, i % 3 == 0);
        let image = RgbImage::from_fn(40, 40, |x, y| {
            let noise = ((x * 37 + y * 101 + i * 71) * 7919 % 97) as u8;
            let square = |left: u32| (left..left + 12).contains(&x) && (8 + i % 8..20 + i % 8).contains(&y);
            image::Rgb([noise + 120 * u8::from(red && square(4)), noise, noise + 120 * u8::from(blue && square(22))])
        });
        image.save(folder.join(format!("images/{i}.png"))).unwrap();
        let labels = [(red, "red"), (blue, "blue")].map(|(shown, name)| if shown { name } else { "" }).join(" ");
        table += &format!("{i}.png,{},{}\n", labels.trim(), ["train", "train", "val", "test"][i as usize / 6]);
    }
    std::fs::write(folder.join("labels.csv"), table).unwrap();
    std::fs::write(folder.join("classes.txt"), "background\nred\nblue\n").unwrap();
    DataSet::open(folder, &OpenOptions::default()).unwrap()
}

/// Random weights for `network` under torchvision's names.
fn write_weights(path: &std::path::Path, network: &Network) {
    let float = FloatNetwork::new(network.clone(), Method::default(), 9).unwrap();
    let mut tensors: Vec<(String, Tensor)> = Vec::new();
    for (i, position) in TORCHVISION.into_iter().enumerate() {
        for part in ["weight", "bias"] {
            let tensor = float.tensor(&format!("{}.{part}", network.convolution_name(i))).unwrap();
            tensors.push((format!("features.{position}.{part}"), tensor.detach()));
        }
    }
    tensors.push(("classifier.0.weight".into(), Tensor::zeros((3, 4), candle_core::DType::F32, &Device::Cpu).unwrap()));
    write_tensors(path, tensors.iter().map(|(name, tensor)| (name.clone(), tensor)), None).unwrap();
}

fn values(float: &FloatNetwork, name: &str) -> Vec<f32> {
    float.tensor(name).unwrap().flatten_all().unwrap().to_vec1().unwrap()
}

#[test]
fn vgg16_trains_its_tied_layers_and_becomes_the_cores_integers() {
    let temporary = tempfile::tempdir().unwrap();
    let data_path = temporary.path().join("data");
    let data = data_set(&data_path);
    let input = InputSpec { width: 32, height: 32, channels: 3 };
    let spec = NetworkSpec { head: HeadSpec::PAPER_MULTI_LABEL, stages: 2, ..NetworkSpec::table2(0.125, input, 3) };
    let network = Network::new(spec.clone()).unwrap();
    let weights = temporary.path().join("vgg16.safetensors");
    write_weights(&weights, &network);

    let set = ["baseline", "stage"].map(|phase| (format!("{phase}.epochs"), toml::Value::Integer(1)));
    let mut recipe = Preset::built_in("voc").recipe(&spec, &set).unwrap();
    recipe.first_weights = Some(weights);
    let out = temporary.path().join("run");
    let (method, image_memory) = (Method::default(), IMAGE_MEMORY);
    let options = TrainOptions { seed: 1, recipe, method, resume: false, image_memory, out: out.clone() };
    let progress = MultiProgress::with_draw_target(ProgressDrawTarget::hidden());
    let stages = train(&spec, &data, &options, &Devices::cpu(), &progress).unwrap();

    // Stage 0 moves no convolution, stage 1 the last block, stage 2 that and the one before, each from VGG-16's weights.
    let first = FloatNetwork::new(network.clone(), Method::default(), 9).unwrap();
    let moved = |float: &FloatNetwork| -> Vec<usize> {
        let names = (0..13).map(|i| format!("{}.weight", network.convolution_name(i)));
        names.enumerate().filter(|(_, name)| values(float, name) != values(&first, name)).map(|(i, _)| i).collect()
    };
    assert_eq!(moved(&stages[0]), Vec::<usize>::new());
    assert_eq!(moved(&stages[1]), [10, 11, 12]);
    assert_eq!(moved(&stages[2]), [7, 8, 9, 10, 11, 12]);
    assert_eq!(values(&stages[2], "input.mean"), [0.485 * 255.0, 0.456 * 255.0, 0.406 * 255.0]);

    let folder = RunFolder::new(&out);
    let info = RunInfo {
        format: 1,
        command: "test".into(),
        version: "0".into(),
        seed: 1,
        data: data_path,
        negative: None,
        masks: None,
        skipped: Vec::new(),
        training_seconds: 0.0,
    };
    let options = FinishOptions {
        rule: OperatingRule::default(),
        parity_images: 2,
        controls: Vec::new(),
        command: "test".into(),
    };
    let finished = finish(&folder, &info, &data, &stages, &options, &progress).unwrap();
    let parity = finished.metrics.parity.unwrap();
    assert!(parity.images == 2 && parity.values_compared > 10_000 && parity.mismatches == 0, "{parity:?}");
    assert!(folder.model().exists());
}
