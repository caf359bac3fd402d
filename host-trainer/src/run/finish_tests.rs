//! What is stored does not depend on the masks that judge it.

use std::path::Path;

use indicatif::{MultiProgress, ProgressBar};
use switchback::model::Network;
use switchback::model::spec::{ConvolutionSpec, HeadSpec, InputSpec, NetworkSpec};

use super::*;
use crate::data::{DataSet, OpenOptions, Split};
use crate::evaluation::{OperatingRule, ThresholdChoice};
use crate::float::{Decoding, FloatNetwork};
use crate::metrics::StageResult;
use crate::phantom::{Counts, PhantomOptions, write_data_set};

const SIDE: u16 = PhantomOptions::SMALLEST as u16;

fn networks() -> Vec<FloatNetwork> {
    let network = |stages| {
        let convolutions = [ConvolutionSpec { filters: 4, kernel: 3, pool: true }; 2].into_iter().collect();
        let input = InputSpec { width: SIDE, height: SIDE, channels: 1 };
        Network::new(NetworkSpec { input, convolutions, stages, classes: 2, head: HeadSpec::EVIDENCE }).unwrap()
    };
    [0, 1]
        .map(|stages| {
            let mut float = FloatNetwork::new(network(stages), Decoding::Tied, 5).unwrap();
            float.set_input_statistics(&[110.0], &[50.0]).unwrap();
            float
        })
        .into()
}

/// The files of the finished run, and its figures.
fn finished(data: &Path, threshold: ThresholdChoice) -> (Vec<Vec<u8>>, Vec<StageResult>) {
    let out = tempfile::tempdir().unwrap();
    let folder = RunFolder::new(out.path());
    std::fs::write(folder.log(), "phase,step,loss,learning_rate,validation\n").unwrap();
    let info = RunInfo {
        format: 1,
        command: "test".into(),
        version: "0".into(),
        seed: 1,
        data: data.into(),
        negative: None,
        masks: None,
        skipped: Vec::new(),
        training_seconds: 0.0,
    };
    let rule = OperatingRule { threshold, false_alarms: 0.25 };
    let options = FinishOptions { rule, parity_images: 1, controls: Vec::new(), command: "test".into() };
    let set = DataSet::open(data, &OpenOptions::default()).unwrap();
    let finished = finish(&folder, &info, &set, &networks(), &options, &MultiProgress::new()).unwrap();
    let models = [folder.model(), folder.stage_model(0), folder.stage_model(1)];
    (models.map(|model| std::fs::read(model).unwrap()).into(), finished.metrics.results)
}

/// Paths of the masks of one split.
fn masks(data: &Path, split: Split) -> Vec<std::path::PathBuf> {
    let set = DataSet::open(data, &OpenOptions::default()).unwrap();
    set.split(split).filter_map(|sample| sample.mask.clone()).collect()
}

#[test]
fn masks_change_no_digit_of_what_is_stored() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let options = PhantomOptions { width: SIDE.into(), height: SIDE.into(), seed: 3 };
    write_data_set(&data, &options, Counts { train: 8, val: 12, test: 12 }, &ProgressBar::hidden()).unwrap();
    let (models, figures) = finished(&data, ThresholdChoice::Labels);
    let (models_by_masks, _) = finished(&data, ThresholdChoice::Masks);
    assert!(figures.iter().all(|result| result.iou.is_some() && result.at_mask_threshold.is_some()));

    // Masks of the test split that say the opposite: judged otherwise, stored the same, whatever the threshold is from.
    for path in masks(&data, Split::Test) {
        let mut mask = image::open(&path).unwrap().into_luma8();
        mask.pixels_mut().for_each(|pixel| pixel.0[0] = 255 - pixel.0[0]);
        mask.save(&path).unwrap();
    }
    let (changed, changed_figures) = finished(&data, ThresholdChoice::Labels);
    assert_eq!(changed, models);
    assert_ne!(changed_figures, figures);
    assert_eq!(finished(&data, ThresholdChoice::Masks).0, models_by_masks);

    // No mask at all: the same model, thresholds and scores.
    for path in [masks(&data, Split::Val), masks(&data, Split::Test)].concat() {
        std::fs::remove_file(path).unwrap();
    }
    let (without, scores) = finished(&data, ThresholdChoice::Labels);
    assert_eq!(without, models);
    let of_labels = |results: &[StageResult]| -> Vec<_> {
        results.iter().map(|r| (r.threshold, r.threshold_source, r.auc, r.alarm, r.false_alarm_rate)).collect()
    };
    assert_eq!(of_labels(&scores), of_labels(&figures));
    assert!(scores.iter().all(|result| result.iou.is_none()));
}
