//! What the report page of a run shows: facts, log, and test images with every stage's evidence.

use switchback::model::Network;

use super::{PlanFile, RunError, RunFolder, RunInfo};
use crate::engine::Prediction;
use crate::evaluation::EvaluationSet;
use crate::metrics::{EvidenceMap, Metrics};
use crate::pictures::Picture;
use crate::report::{ByteMap, LossRow, ReportInput, StageColumn, Tile};

/// Test images shown: positives, evenly spread over the split, then negatives.
const POSITIVE_TILES: usize = 9;
const NEGATIVE_TILES: usize = 3;

/// The integer maps of one stage over the test split.
pub(super) struct StageMaps {
    pub stage: usize,
    pub threshold: u8,
    pub predictions: Vec<Prediction>,
}

/// Gathers the page of a run.
pub(super) fn input(
    folder: &RunFolder,
    info: &RunInfo,
    network: &Network,
    metrics: &Metrics,
    plan: &PlanFile,
    test: &EvaluationSet,
    stages: &[&StageMaps],
) -> Result<ReportInput, RunError> {
    let tiles = tile_indices(test).into_iter().map(|i| tile(test, stages, i)).collect::<Result<_, _>>()?;
    let columns = stages.iter().map(|maps| StageColumn {
        name: if maps.stage == 0 { "stage 0 (baseline)".into() } else { format!("stage {}", maps.stage) },
        threshold: maps.threshold,
    });
    let name =
        info.data.file_name().map_or_else(|| info.data.display().to_string(), |n| n.to_string_lossy().into_owned());
    Ok(ReportInput {
        title: format!("{name}: where the evidence is"),
        finding: match &test.classes[..] {
            [_, positive] => positive.clone(),
            _ => "an object".into(),
        },
        facts: facts(info, network, plan),
        log: read_log(folder)?,
        metrics: metrics.clone(),
        stages: columns.collect(),
        tiles,
    })
}

fn facts(info: &RunInfo, network: &Network, plan: &PlanFile) -> Vec<(String, String)> {
    let input = network.input();
    let layers: Vec<String> = network
        .encoder()
        .iter()
        .map(|layer| format!("{}×{}×{}", layer.kernel, layer.kernel, layer.output.channels))
        .collect();
    let kib = |bytes: usize| format!("{:.1} KiB", bytes as f64 / 1024.0);
    [
        ("data", info.data.display().to_string()),
        ("input", format!("{}×{} pixels, {} channel(s)", input.width, input.height, input.channels)),
        ("convolutions", layers.join(", ")),
        ("deconvolution stages", network.stages().to_string()),
        ("class maps", format!("{}×{}", network.map_shape().width, network.map_shape().height)),
        ("model in flash", plan.flash_bytes.map_or_else(String::new, kib)),
        ("arena in SRAM", kib(plan.arena_bytes)),
        ("work an image", format!("{:.1} M multiply-accumulates, zeros counted", plan.macs_dense as f64 / 1e6)),
        ("training", format!("{:.0} s, seed {}", info.training_seconds, info.seed)),
        ("command", info.command.clone()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

fn read_log(folder: &RunFolder) -> Result<Vec<LossRow>, RunError> {
    let path = folder.log();
    let unreadable = |e: csv::Error| RunError::Unreadable { path: path.clone(), reason: e.to_string() };
    csv::Reader::from_path(&path).map_err(unreadable)?.deserialize().collect::<Result<_, _>>().map_err(unreadable)
}

fn tile_indices(test: &EvaluationSet) -> Vec<usize> {
    let spread = |indices: Vec<usize>, count: usize| -> Vec<usize> {
        let count = count.min(indices.len());
        (0..count).map(|i| indices[i * indices.len() / count]).collect()
    };
    let (positives, negatives) = (0..test.len()).partition(|&i| test.is_positive(i));
    let mut indices = spread(positives, POSITIVE_TILES);
    indices.extend(spread(negatives, NEGATIVE_TILES));
    indices
}

fn tile(test: &EvaluationSet, stages: &[&StageMaps], i: usize) -> Result<Tile, RunError> {
    let image = &test.images[i];
    let labels = test.labels[i].iter().map(|&class| test.classes[class].as_str());
    let maps = stages.iter().map(|maps| {
        let prediction = &maps.predictions[i];
        let evidence = EvidenceMap::new(prediction.shape.width, prediction.shape.height, shown(test, prediction, i))?;
        Ok(ByteMap::of_levels(evidence))
    });
    Ok(Tile {
        name: test.names[i].clone(),
        label: labels.collect::<Vec<_>>().join(" "),
        score: stages.last().map_or(0.0, |maps| maps.predictions[i].margin() as f32),
        image: Picture::new(image.width, image.height, image.channels, &image.pixels)?.to_rgb(),
        truth: test.truth(i).map(ByteMap::of_labels),
        maps: maps.collect::<Result<_, RunError>>()?,
    })
}

/// The map that a tile shows: the positive class's, or that of the image's first object.
fn shown<'a>(test: &EvaluationSet, prediction: &'a Prediction, i: usize) -> &'a [f32] {
    let object = test.labels[i].iter().copied().find(|&class| class > 0);
    let map = object.and_then(|class| (class + prediction.maps.len()).checked_sub(test.classes.len()));
    map.and_then(|map| prediction.maps.get(map)).map_or(prediction.evidence(), Vec::as_slice)
}
