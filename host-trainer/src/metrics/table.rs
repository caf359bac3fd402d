//! The results as plain text for a terminal.

use std::fmt::Write;

use super::Metrics;

/// A row a stage and engine, in the order of `metrics.results`, then the control and the parity line where they were
/// made. Figures that were not measured are a dash.
pub fn table(metrics: &Metrics) -> String {
    let multi_label = metrics.results.iter().any(|result| result.map.is_some());
    let mut header = vec!["stage", "engine", if multi_label { "mAP" } else { "AUC" }, "IoU", "IoU/image", "pointing"];
    if !multi_label {
        header.extend(["threshold", "IoU, threshold from masks"]);
    }
    let mut rows: Vec<Vec<String>> = vec![header.into_iter().map(str::to_owned).collect()];
    for result in &metrics.results {
        let mut row = vec![result.id.stage.to_string(), result.id.engine.name().to_owned()];
        row.extend([result.auc.or(result.map), result.iou, result.mean_iou_per_image, result.pointing].map(figure));
        if !multi_label {
            row.push(result.threshold.map_or(DASH.to_owned(), |level| level.to_string()));
            let at_masks = result.at_mask_threshold;
            row.push(at_masks.map_or(DASH.to_owned(), |at| format!("{:.3} at {}", at.iou, at.threshold)));
        }
        rows.push(row);
    }
    let mut text = aligned(&rows);
    if let Some(control) = metrics.controls.and_then(|controls| controls.constant_mask) {
        let (pooled, per_image) = (figure(control.iou), figure(control.mean_iou_per_image));
        _ = writeln!(text, "best constant mask: IoU {pooled}, IoU/image {per_image}");
    }
    if let Some(parity) = metrics.parity {
        _ = writeln!(
            text,
            "parity, core against host model: {} images, {} values compared, {} mismatches",
            parity.images, parity.values_compared, parity.mismatches
        );
    }
    text
}

const DASH: &str = "-";

fn figure(value: Option<f64>) -> String {
    value.map_or(DASH.to_owned(), |value| format!("{value:.3}"))
}

/// Columns flushed right and two spaces apart, with a rule under the first row.
pub fn aligned(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(String::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for (index, row) in rows.iter().enumerate() {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, &width)| format!("{cell:>width$}")).collect();
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
    use crate::metrics::{Controls, Engine, FORMAT, MaskControl, Parity, StageId, StageResult};

    #[test]
    fn columns_line_up() {
        let result = StageResult {
            id: StageId { engine: Engine::Float, stage: 0 },
            auc: Some(0.9876),
            map: None,
            iou: None,
            mean_iou_per_image: Some(0.5),
            pointing: Some(1.0),
            by_size: None,
            classes: Vec::new(),
            threshold: Some(7),
            threshold_source: None,
            false_alarm_rate: None,
            at_mask_threshold: None,
        };
        let metrics = Metrics {
            format: FORMAT,
            command: String::new(),
            seed: 0,
            versions: Default::default(),
            split: "test".into(),
            images: 4,
            results: vec![result.clone(), StageResult { id: StageId { engine: Engine::Int8, stage: 10 }, ..result }],
            parity: Some(Parity { images: 4, values_compared: 100, mismatches: 0 }),
            controls: Some(Controls {
                constant_mask: Some(MaskControl { iou: Some(0.125), mean_iou_per_image: None }),
            }),
        };
        let expected = "\
stage  engine    AUC  IoU  IoU/image  pointing  threshold  IoU, threshold from masks
-----  ------  -----  ---  ---------  --------  ---------  -------------------------
    0   float  0.988    -      0.500     1.000          7                          -
   10    int8  0.988    -      0.500     1.000          7                          -
best constant mask: IoU 0.125, IoU/image -
parity, core against host model: 4 images, 100 values compared, 0 mismatches
";
        assert_eq!(table(&metrics), expected);
    }
}
