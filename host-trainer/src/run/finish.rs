//! From trained weights to a complete run folder: every stage calibrated, quantized, judged and written, the last one
//! compared with the host model.

use std::collections::BTreeMap;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use switchback::model::{Model, ModelArrays};
use switchback::stream::KernelSet;

use super::folder::write_json;
use super::report_page::{self, StageMaps};
use super::{PlanFile, RunError, RunFolder, RunInfo};
use crate::data::{DataSet, Image8, Split, Task, load_image, resize};
use crate::evaluation::{
    EvaluationSet, OperatingPoint, OperatingRule, compare_with_host_model, constant_controls, core_predictions, judge,
    judge_float,
};
use crate::files::write_atomically;
use crate::float::FloatNetwork;
use crate::metrics::threshold::ThresholdSource;
use crate::metrics::{self, ControlResult, Controls, Engine, Metrics, StageId};
use crate::quantize::{Calibration, Identity, q16, quantize};
use crate::{engine, report};

/// Images of the train split that calibration looks at, evenly spread.
const CALIBRATION_IMAGES: usize = 512;

/// Bytes of a data set's name in a model file.
const DATA_NAME_BYTES: usize = 64;

/// How a run is finished.
#[derive(Clone, Debug)]
pub struct FinishOptions {
    /// How the stored thresholds are chosen.
    pub rule: OperatingRule,
    /// Test images that core and host model are compared on; all where there are fewer.
    pub parity_images: usize,
    /// Other networks trained on the same images, to show beside the stages.
    pub controls: Vec<ControlResult>,
    /// The command line, for the files' provenance.
    pub command: String,
}

/// What finishing gave.
#[derive(Clone, Debug)]
pub struct Finished {
    /// The whole of `metrics.json`.
    pub metrics: Metrics,
    /// The whole of `plan.json`.
    pub plan: PlanFile,
}

/// One stage as integers, judged.
pub(crate) struct QuantizedStage {
    bytes: switchback::model::AlignedBytes,
    /// Float, int8.
    pub results: [metrics::StageResult; 2],
    maps: StageMaps,
}

/// Quantizes and judges the networks of all stages (stage 0 first) and writes `model.sbk`, `plan.json`, `metrics.json`,
/// `report.html` and the stages' models.
///
/// # Errors
/// [`RunError`]; what was there before stays where a file cannot be written, and no model is written that core and host
/// model disagree on.
pub fn finish(
    folder: &RunFolder,
    info: &RunInfo,
    data: &DataSet,
    stages: &[FloatNetwork],
    options: &FinishOptions,
    progress: &MultiProgress,
) -> Result<Finished, RunError> {
    let last = stages.last().ok_or(RunError::NotARun { path: folder.path().into(), missing: "float.safetensors" })?;
    let network = last.network();
    let bar = |what: &str| progress.add(bar(what));
    let validation = EvaluationSet::load(data, Split::Val, network, &bar("loading validation images"))?;
    let test = EvaluationSet::load(data, Split::Test, network, &bar("loading test images"))?;
    for (set, split) in [(&validation, "val"), (&test, "test")] {
        if set.is_empty() {
            return Err(RunError::EmptySplit { split });
        }
    }
    let calibration_images = calibration_images(data, last)?;
    let identity = identity(data, info.seed);

    let mut quantized = Vec::new();
    for (stage, float) in stages.iter().enumerate() {
        let bar = bar(&format!("stage {stage}: quantizing and judging"));
        bar.set_length((2 * (validation.len() + test.len()) + calibration_images.len()) as u64);
        quantized.push(quantize_stage(
            float,
            stage,
            &identity,
            &calibration_images,
            (&validation, &test),
            options.rule,
            &bar,
        )?);
        bar.finish_and_clear();
    }
    let model_bytes = quantized.last().map(|stage| stage.bytes.clone()).unwrap_or_default();
    let model = Model::parse(model_bytes.as_slice()).map_err(crate::quantize::QuantizeError::from)?;
    let parity = prove_parity(&model, &test, options.parity_images, &bar("comparing with the host model"))?;

    let metrics = Metrics {
        format: metrics::FORMAT,
        command: options.command.clone(),
        seed: info.seed,
        versions: BTreeMap::from([("switchback".to_owned(), env!("CARGO_PKG_VERSION").to_owned())]),
        split: Split::Test.name().to_owned(),
        images: test.len(),
        allowed_false_alarm_rate: (data.task == Task::Binary).then_some(options.rule.false_alarms),
        results: quantized.iter().flat_map(|stage| stage.results.clone()).collect(),
        parity: Some(parity),
        controls: Some(Controls { networks: options.controls.clone(), ..constant_controls(&validation, &test) }),
        erasure: None,
    };
    let plan = PlanFile::of_model(&model, usize::MAX, KernelSet::SCALAR, options.command.clone());
    let stage_maps: Vec<&StageMaps> = quantized.iter().map(|stage| &stage.maps).collect();
    let page = report_page::input(folder, info, network, &metrics, &plan, &test, &stage_maps)?;

    for (stage, quantized) in quantized.iter().enumerate() {
        write_bytes(&folder.stage_model(stage), quantized.bytes.as_slice())?;
    }
    folder.write_spec(network.spec())?;
    last.save(&folder.float())?;
    write_json(&folder.plan(), &plan)?;
    write_json(&folder.metrics(), &metrics)?;
    report::write(&page, &folder.report())?;
    write_bytes(&folder.model(), model_bytes.as_slice())?;
    Ok(Finished { metrics, plan })
}

/// Quantizes the network of one stage and judges it beside the float one, each at the thresholds that it chooses itself.
pub(crate) fn quantize_stage(
    float: &FloatNetwork,
    stage: usize,
    identity: &Identity,
    calibration_images: &[Image8],
    (validation, test): (&EvaluationSet, &EvaluationSet),
    rule: OperatingRule,
    bar: &ProgressBar,
) -> Result<QuantizedStage, RunError> {
    let calibration = calibrate(float, calibration_images, bar)?;
    let mut arrays = quantize(float, &calibration, identity)?;

    // The integer model chooses its own thresholds, on the validation split; then it is encoded with them.
    let first = encode(&arrays)?;
    let model = Model::parse(first.as_slice()).map_err(crate::quantize::QuantizeError::from)?;
    let validated = core_predictions(&model, &validation.images, bar)?;
    let point = OperatingPoint::choose(rule, validation, &validated)?;
    if let Some(point) = point {
        arrays.header.head.mask_threshold = point.mask.level;
        arrays.header.provenance.threshold_from_masks = point.mask.source == ThresholdSource::Masks;
        arrays.header.head.score_threshold_q16 = q16(point.margin);
    }
    let bytes = encode(&arrays)?;
    let model = Model::parse(bytes.as_slice()).map_err(crate::quantize::QuantizeError::from)?;
    let tested = core_predictions(&model, &test.images, bar)?;
    let int8 = judge(StageId { engine: Engine::Int8, stage }, rule, point, (validation, &validated), (test, &tested))?;

    let map_scale = f64::from(arrays.header.head.map_scale_q24) / 2f64.powi(24);
    let float_result = judge_float(float, stage, map_scale, rule, (validation, test), bar)?;
    let macs = Some(float.network().macs());
    Ok(QuantizedStage {
        bytes,
        maps: StageMaps { stage, threshold: arrays.header.head.mask_threshold, predictions: tested },
        results: [float_result, int8].map(|result| metrics::StageResult { macs, ..result }),
    })
}

/// Runs a network over calibration images.
pub(crate) fn calibrate(float: &FloatNetwork, images: &[Image8], bar: &ProgressBar) -> Result<Calibration, RunError> {
    let mut calibration = Calibration::new(float.network());
    for images in images.chunks(engine::float::BATCH) {
        calibration.see(float, &engine::float::batch(float.network(), images)?)?;
        bar.inc(images.len() as u64);
    }
    Ok(calibration)
}

fn encode(arrays: &ModelArrays) -> Result<switchback::model::AlignedBytes, RunError> {
    Ok(arrays.encode().map_err(crate::quantize::QuantizeError::from)?)
}

fn prove_parity(
    model: &Model<'_>,
    test: &EvaluationSet,
    most: usize,
    bar: &ProgressBar,
) -> Result<metrics::Parity, RunError> {
    let images = &test.images[..test.len().min(most)];
    bar.set_length(images.len() as u64);
    let outcome = compare_with_host_model(model, images, bar)?;
    bar.finish_and_clear();
    match outcome.first_difference {
        Some((image, tap)) => Err(RunError::Parity {
            mismatches: outcome.counts.mismatches,
            compared: outcome.counts.values_compared,
            tap,
            image: test.names[image].clone(),
        }),
        None => Ok(outcome.counts),
    }
}

/// Images of the train split, as the network sees them on a device: resized, not cropped.
pub(crate) fn calibration_images(data: &DataSet, float: &FloatNetwork) -> Result<Vec<Image8>, RunError> {
    let input = float.network().input();
    let train: Vec<_> = data.split(Split::Train).collect();
    let step = train.len().div_ceil(CALIBRATION_IMAGES).max(1);
    let load = |path| Ok(resize(&load_image(path, input.channels)?, input.width, input.height));
    train.iter().step_by(step).map(|sample| load(&sample.path)).collect()
}

fn write_bytes(path: &std::path::Path, bytes: &[u8]) -> Result<(), RunError> {
    Ok(write_atomically(path, |file| std::io::Write::write_all(file, bytes))?)
}

/// What the model files of a run say about where they come from.
pub(crate) fn identity(data: &DataSet, seed: u64) -> Identity {
    Identity { classes: data.classes.clone(), data: data_name(data), data_crc32: data_crc32(data), seed }
}

/// The last part of the data set's folder, cut to what a model file has room for.
pub(crate) fn data_name(data: &DataSet) -> String {
    let name = data.root.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let mut name: String = name.chars().filter(|c| !c.is_control()).collect();
    while name.len() > DATA_NAME_BYTES {
        name.pop();
    }
    name
}

/// CRC-32 of the list of files, labels and splits.
fn data_crc32(data: &DataSet) -> u32 {
    let algorithm = crc::Crc::<u32>::new(&crc::CRC_32_ISO_HDLC);
    let mut digest = algorithm.digest();
    for sample in &data.samples {
        digest.update(format!("{} {:?} {}\n", sample.name, sample.labels, sample.split).as_bytes());
    }
    digest.finalize()
}

/// A progress bar with its time to go.
pub(crate) fn bar(what: &str) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg:<34} {bar:32} {pos}/{len} {eta}");
    let bar = ProgressBar::new(0).with_message(what.to_owned());
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
