//! The results as plain text for a terminal.

use std::fmt::Write;

use super::threshold::ThresholdSource;
use super::{Engine, Metrics, StageResult, ThresholdResult};

/// A row a stage and engine, in the order of `metrics.results`, then the controls; a second table by lesion size for the
/// integer rows; then the lines on thresholds, parity and erasure where these were measured. Figures that were not are a
/// dash.
pub fn table(metrics: &Metrics) -> String {
    let mut text = aligned(&main_rows(metrics));
    if metrics.results.iter().any(|result| result.threshold.is_some()) {
        text.push_str(&threshold_line(metrics));
    }
    let sizes = size_rows(metrics);
    if sizes.len() > 1 {
        _ = write!(text, "\nby lesion size (thirds of the positive images)\n{}", aligned(&sizes));
    }
    if let Some(parity) = metrics.parity {
        _ = writeln!(
            text,
            "\nparity, core against host model: {} images, {} values compared, {} mismatches",
            parity.images, parity.values_compared, parity.mismatches
        );
    }
    if let Some(erasure) = metrics.erasure {
        _ = writeln!(text, "\n{}", erasure.paragraph());
    }
    text
}

const DASH: &str = "-";

/// Stages and control networks with their names, those that are not `results` of a stage last.
fn named(metrics: &Metrics) -> impl Iterator<Item = (String, &StageResult)> {
    let stages = metrics.results.iter().map(|result| (result.id.stage.to_string(), result));
    let controls = metrics.controls.iter().flat_map(|controls| &controls.networks);
    stages.chain(controls.map(|control| (control.name.clone(), &control.result)))
}

fn main_rows(metrics: &Metrics) -> Vec<Vec<String>> {
    let multi_label = metrics.results.iter().any(|result| result.map.is_some());
    let score = if multi_label { "mAP" } else { "AUC" };
    let mut header = vec!["stage", "engine", score, "IoU", "IoU/image", "pointing", "detection", "M MAC"];
    if !multi_label {
        header.extend(["stored threshold", "IoU from labels", "IoU from masks"]);
    }
    let columns = header.len();
    let mut rows = vec![header.into_iter().map(str::to_owned).collect()];
    for (name, result) in named(metrics) {
        let mut row = vec![name, result.id.engine.name().to_owned()];
        let figures =
            [result.auc.or(result.map), result.iou, result.mean_iou_per_image, result.pointing, result.detection];
        row.extend(figures.map(figure));
        row.push(result.macs.map_or(DASH.to_owned(), |macs| format!("{:.1}", macs as f64 / 1e6)));
        if !multi_label {
            row.push(stored(result));
            row.extend([result.at_label_threshold, result.at_mask_threshold].map(at));
        }
        rows.push(row);
    }
    let controls = metrics.controls.as_ref();
    let (mask, scores) = controls.map_or((None, None), |controls| (controls.constant_mask, controls.constant_scores));
    if mask.is_some() || scores.is_some() {
        let name = if multi_label { "the same for every image" } else { "best constant mask" };
        let mut row = vec![name.to_owned(), DASH.to_owned()];
        row.extend([scores, mask.and_then(|m| m.iou), mask.and_then(|m| m.mean_iou_per_image)].map(figure));
        row.resize(columns, DASH.to_owned());
        rows.push(row);
    }
    rows
}

/// The integer rows where there are any, as they are what runs on a device; a row with its sizes each.
fn size_rows(metrics: &Metrics) -> Vec<Vec<String>> {
    let has_integers = metrics.results.iter().any(|result| result.id.engine == Engine::Int8);
    let judged = named(metrics).filter(|(_, result)| !has_integers || result.id.engine == Engine::Int8);
    let mut rows = vec![vec!["stage".to_owned()]];
    for (name, sizes) in judged.filter_map(|(name, result)| Some((name, result.by_size?.named()))) {
        if rows.len() == 1 {
            rows[0].extend(sizes.iter().flat_map(|(size, third)| {
                [format!("{size} ({}): IoU", third.images), "pointing".to_owned(), "detection".to_owned()]
            }));
        }
        let figures = sizes.iter().flat_map(|(_, third)| [third.iou, third.pointing, third.detection].map(figure));
        rows.push(std::iter::once(name).chain(figures).collect());
    }
    rows
}

/// Where the stored thresholds come from, in words.
fn threshold_line(metrics: &Metrics) -> String {
    let from = |source| metrics.results.iter().any(|result| result.threshold_source == Some(source));
    let stored = match (from(ThresholdSource::Labels), from(ThresholdSource::Masks)) {
        (true, false) => "from image labels",
        (false, true) => "from masks",
        _ => "as each row says",
    };
    let rate = metrics.allowed_false_alarm_rate.map_or(String::new(), |rate| format!("at most {} % of ", 100.0 * rate));
    format!(
        "stored threshold: {stored}; figures left of it are measured there. \
         From labels: {rate}the validation negatives show a mask anywhere, but between 20 and 40 % of the median peak of the positives; from masks: best IoU on the validation masks.\n"
    )
}

fn stored(result: &StageResult) -> String {
    let source = match result.threshold_source {
        Some(ThresholdSource::Labels) => " labels",
        Some(ThresholdSource::Masks) => " masks",
        None => "",
    };
    result.threshold.map_or(DASH.to_owned(), |level| format!("{level}{source}"))
}

fn at(result: Option<ThresholdResult>) -> String {
    result.map_or(DASH.to_owned(), |at| format!("{:.3} at {}", at.iou, at.threshold))
}

fn figure(value: Option<f64>) -> String {
    value.map_or(DASH.to_owned(), |value| format!("{value:.3}"))
}

/// Columns two spaces apart, the first flushed left and the others right, with a rule under the first row.
pub fn aligned(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(String::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for (index, row) in rows.iter().enumerate() {
        let cell = |(column, (cell, &width)): (usize, (&String, &usize))| {
            if column == 0 { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
        };
        let cells: Vec<String> = row.iter().zip(&widths).enumerate().map(cell).collect();
        text.push_str(&cells.join("  "));
        text.push('\n');
        if index == 0 {
            let rules: Vec<String> = widths.iter().map(|&width| "-".repeat(width)).collect();
            text.push_str(&rules.join("  "));
            text.push('\n');
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::{BySize, ControlResult, Controls, FORMAT, MaskControl, Parity, SizeResult, StageId};

    fn metrics(results: Vec<StageResult>) -> Metrics {
        Metrics {
            format: FORMAT,
            command: String::new(),
            seed: 0,
            versions: Default::default(),
            split: "test".into(),
            images: 4,
            allowed_false_alarm_rate: Some(0.05),
            results,
            parity: None,
            controls: None,
            erasure: None,
        }
    }

    #[test]
    fn columns_line_up_and_controls_stand_below_the_stages() {
        let at = ThresholdResult { threshold: 9, iou: 0.25, mean_iou_per_image: 0.5, false_alarm_rate: None };
        let size = |images, iou| SizeResult {
            images,
            area: None,
            iou: Some(iou),
            mean_iou_per_image: None,
            pointing: Some(0.5),
            detection: Some(1.0),
        };
        let float = StageResult {
            auc: Some(0.9876),
            mean_iou_per_image: Some(0.5),
            threshold: Some(7),
            threshold_source: Some(ThresholdSource::Labels),
            at_mask_threshold: Some(at),
            ..StageResult::new(StageId { engine: Engine::Float, stage: 0 })
        };
        let int8 = StageResult {
            id: StageId { engine: Engine::Int8, stage: 10 },
            detection: Some(0.75),
            macs: Some(12_345_678),
            by_size: Some(BySize { small: size(1, 0.1), medium: size(1, 0.2), large: size(2, 0.3) }),
            ..float.clone()
        };
        let control = StageResult { macs: Some(40_000_000), ..int8.clone() };
        let metrics = Metrics {
            parity: Some(Parity { images: 4, values_compared: 100, mismatches: 0 }),
            controls: Some(Controls {
                constant_mask: Some(MaskControl { iou: Some(0.125), mean_iou_per_image: None }),
                constant_scores: None,
                networks: vec![ControlResult { name: "shallow".into(), result: control }],
            }),
            ..metrics(vec![float, int8])
        };
        let expected = "\
stage               engine    AUC    IoU  IoU/image  pointing  detection  M MAC  stored threshold  IoU from labels  IoU from masks
------------------  ------  -----  -----  ---------  --------  ---------  -----  ----------------  ---------------  --------------
0                    float  0.988      -      0.500         -          -      -          7 labels                -      0.250 at 9
10                    int8  0.988      -      0.500         -      0.750   12.3          7 labels                -      0.250 at 9
shallow               int8  0.988      -      0.500         -      0.750   40.0          7 labels                -      0.250 at 9
best constant mask       -      -  0.125          -         -          -      -                 -                -               -
stored threshold: from image labels; figures left of it are measured there. \
From labels: at most 5 % of the validation negatives show a mask anywhere, but between 20 and 40 % of the median peak of the positives; from masks: best IoU on the validation masks.

by lesion size (thirds of the positive images)
stage    small (1): IoU  pointing  detection  medium (1): IoU  pointing  detection  large (2): IoU  pointing  detection
-------  --------------  --------  ---------  ---------------  --------  ---------  --------------  --------  ---------
10                0.100     0.500      1.000            0.200     0.500      1.000           0.300     0.500      1.000
shallow           0.100     0.500      1.000            0.200     0.500      1.000           0.300     0.500      1.000

parity, core against host model: 4 images, 100 values compared, 0 mismatches
";
        assert_eq!(table(&metrics), expected);
    }

    #[test]
    fn several_labels_have_no_threshold() {
        let result = StageResult { map: Some(0.5), ..StageResult::new(StageId { engine: Engine::Int8, stage: 1 }) };
        let text = table(&metrics(vec![result]));
        assert!(text.contains("mAP") && !text.contains("threshold") && !text.contains("lesion size"), "{text}");
    }
}
