//! What the report page of a run shows: facts, log, and test images with every stage's evidence.

use switchback::model::Network;

use super::{PlanFile, RunError, RunFolder, RunInfo};
use crate::engine::Prediction;
use crate::evaluation::{EvaluationSet, curves, image_iou, ranked_positives};
use crate::metrics::{Engine, EvidenceMap, Metrics, StageId};
use crate::pictures::Picture;
use crate::report::{ByteMap, LossRow, ReportInput, StageColumn, Tile, TileGroup};

/// Test images shown of each group.
const TILES: usize = 3;

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
    let overlaps = stages.last().map(|maps| image_iou((test, &maps.predictions), maps.threshold)).transpose()?;
    let overlaps = overlaps.unwrap_or_default();
    let chosen = stages.last().map_or_else(Vec::new, |maps| chosen(test, maps, &overlaps));
    let tiles = chosen.into_iter().map(|(group, i)| tile(test, stages, group, i)).collect::<Result<_, _>>()?;
    let columns = stages.iter().map(|maps| column(metrics, test, maps)).collect::<Result<_, RunError>>()?;
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
        stages: columns,
        ranked_by_overlap: overlaps.iter().any(Option::is_some),
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
        (
            "arena in SRAM",
            format!("{} for the fastest plan, {} at least", kib(plan.arena_bytes), kib(plan.smallest_arena_bytes)),
        ),
        ("work an image", format!("{:.1} M multiply-accumulates, zeros counted", plan.macs_dense as f64 / 1e6)),
        ("training", format!("{:.0} s, seed {}", info.training_seconds, info.seed)),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

fn read_log(folder: &RunFolder) -> Result<Vec<LossRow>, RunError> {
    let path = folder.log();
    let unreadable = |e: csv::Error| RunError::Unreadable { path: path.clone(), reason: e.to_string() };
    csv::Reader::from_path(&path).map_err(unreadable)?.deserialize().collect::<Result<_, _>>().map_err(unreadable)
}

fn column(metrics: &Metrics, test: &EvaluationSet, maps: &StageMaps) -> Result<StageColumn, RunError> {
    let id = StageId { engine: Engine::Int8, stage: maps.stage };
    let result = metrics.results.iter().find(|result| result.id == id);
    let alarm = result.and_then(|result| result.alarm);
    Ok(StageColumn {
        name: if maps.stage == 0 { "stage 0 (baseline)".into() } else { format!("stage {}", maps.stage) },
        threshold: maps.threshold,
        auc: result.and_then(|result| result.auc),
        alarm: alarm.and_then(|alarm| alarm.false_alarm_rate.zip(alarm.sensitivity)),
        curves: curves((test, &maps.predictions))?,
    })
}

/// The first, the middle and the last of the ranked positives, then the negatives with the strongest evidence.
fn chosen(test: &EvaluationSet, last: &StageMaps, overlaps: &[Option<f64>]) -> Vec<(TileGroup, usize)> {
    let positives = ranked_positives(test, &last.predictions, overlaps);
    let mut negatives: Vec<usize> = (0..test.len()).filter(|&i| !test.is_positive(i)).collect();
    let each = TILES.min(positives.len().div_ceil(3));
    let starts = [0, (positives.len() - each) / 2, positives.len() - each];
    let mut tiles: Vec<(TileGroup, usize)> = Vec::new();
    for (group, start) in [TileGroup::Best, TileGroup::Median, TileGroup::Worst].into_iter().zip(starts) {
        for &i in &positives[start..start + each] {
            if tiles.iter().all(|tile| tile.1 != i) {
                tiles.push((group, i));
            }
        }
    }
    let peak = |i: usize| last.predictions[i].evidence().iter().copied().fold(0.0, f32::max);
    negatives.sort_by(|&a, &b| peak(b).total_cmp(&peak(a)));
    tiles.extend(negatives.into_iter().take(TILES).map(|i| (TileGroup::FalseAlarm, i)));
    tiles
}

fn tile(test: &EvaluationSet, stages: &[&StageMaps], group: TileGroup, i: usize) -> Result<Tile, RunError> {
    let image = &test.images[i];
    let labels = test.labels[i].iter().map(|&class| test.classes[class].as_str());
    let maps = stages.iter().map(|maps| {
        let prediction = &maps.predictions[i];
        let evidence = EvidenceMap::new(prediction.shape.width, prediction.shape.height, shown(test, prediction, i))?;
        Ok(ByteMap::of_levels(evidence))
    });
    let object = shown_class(test, i);
    Ok(Tile {
        group,
        name: test.names[i].clone(),
        label: labels.collect::<Vec<_>>().join(" "),
        score: stages.last().map_or(0.0, |maps| maps.predictions[i].margin() as f32),
        image: Picture::new(image.width, image.height, image.channels, &image.pixels)?.to_rgb(),
        truth: test.truth(i).map(|truth| ByteMap::of_class(truth, object as u8)),
        maps: maps.collect::<Result<_, RunError>>()?,
    })
}

/// The class whose map a tile shows: the positive one, or the image's first object.
fn shown_class(test: &EvaluationSet, i: usize) -> usize {
    test.labels[i].iter().copied().find(|&class| class > 0).unwrap_or(test.classes.len() - 1)
}

fn shown<'a>(test: &EvaluationSet, prediction: &'a Prediction, i: usize) -> &'a [f32] {
    prediction.map_of(shown_class(test, i)).unwrap_or(prediction.evidence())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Image8, Task};
    use switchback::model::MapShape;

    /// `positives` positive images and then four negatives; scores and evidence rise with the index.
    fn split(positives: usize) -> (EvaluationSet, StageMaps) {
        let count = positives + 4;
        let prediction = |i: usize| Prediction {
            scores: vec![0.0, i as f64],
            shape: MapShape { width: 1, height: 1, channels: 1 },
            maps: vec![vec![i as f32]],
            labels: vec![0],
        };
        let set = EvaluationSet {
            task: Task::Binary,
            classes: vec!["normal".into(), "lesion".into()],
            names: vec![String::new(); count],
            images: vec![Image8 { width: 1, height: 1, channels: 1, pixels: vec![0] }; count],
            labels: (0..count).map(|i| vec![usize::from(i < positives)]).collect(),
            masks: vec![None; count],
        };
        (set, StageMaps { stage: 1, threshold: 1, predictions: (0..count).map(prediction).collect() })
    }

    fn groups(positives: usize, overlaps: &[Option<f64>]) -> [Vec<usize>; 4] {
        let (set, maps) = split(positives);
        let tiles = chosen(&set, &maps, overlaps);
        [TileGroup::Best, TileGroup::Median, TileGroup::Worst, TileGroup::FalseAlarm]
            .map(|group| tiles.iter().filter(|tile| tile.0 == group).map(|tile| tile.1).collect())
    }

    #[test]
    fn the_best_the_middle_the_worst_and_the_false_alarms() {
        // Overlap falls with the index, and the tenth image has no mask.
        let overlaps: Vec<Option<f64>> = (0..14).map(|i| (i < 9).then(|| 1.0 - i as f64 / 10.0)).collect();
        let expected = [vec![0, 1, 2], vec![3, 4, 5], vec![6, 7, 8], vec![13, 12, 11]];
        assert_eq!(groups(10, &overlaps), expected);
        // Without masks the score, which rises.
        assert_eq!(groups(10, &[None; 14]), [vec![9, 8, 7], vec![6, 5, 4], vec![2, 1, 0], vec![13, 12, 11]]);
    }

    #[test]
    fn few_images_are_shown_once() {
        assert_eq!(groups(2, &[None; 6]), [vec![1], vec![], vec![0], vec![5, 4, 3]]);
        assert_eq!(groups(0, &[None; 4]), [vec![], vec![], vec![], vec![3, 2, 1]]);
    }
}
