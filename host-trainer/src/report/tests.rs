//! A page from synthetic data: what a whole run gives, a run without masks, and names that look like markup.

use image::{Rgb, RgbImage};

use super::*;
use crate::metrics::{
    BySize, ClassIou, Controls, Engine, FORMAT, MaskControl, MaskThresholdResult, Metrics, Parity, SizeResult, StageId,
    StageResult, threshold::ThresholdSource,
};

const SIDE: usize = 96;
const STAGES: usize = 4;

/// Where the lesion of tile `index` is, and its radius, in shares of the image's side; odd tiles have none.
fn lesion(index: usize) -> Option<(f32, f32, f32)> {
    let place = [(0.32, 0.4, 0.09), (0.68, 0.6, 0.14), (0.6, 0.28, 0.05)][index / 2 % 3];
    index.is_multiple_of(2).then_some(place)
}

/// The distance of a pixel's centre from the lesion's, in radii.
fn radii((x, y, radius): (f32, f32, f32), column: usize, row: usize, side: usize) -> f32 {
    let centre = |at: usize| (at as f32 + 0.5) / side as f32;
    (centre(column) - x).hypot(1.2 * (centre(row) - y)) / radius
}

fn tile(index: usize) -> Tile {
    let image = RgbImage::from_fn(SIDE as u32, SIDE as u32, |x, y| {
        let (column, row) = (x as usize, y as usize);
        let lungs = [(0.3, 0.5, 0.2), (0.7, 0.5, 0.2)];
        let air = lungs.iter().map(|&lung| (-radii(lung, column, row, SIDE).powi(4)).exp()).sum::<f32>();
        let bright = lesion(index).map_or(0.0, |lesion| (-radii(lesion, column, row, SIDE).powi(2)).exp());
        let noise = (column * 7919 + row * 104_729 + index * 31) % 23;
        let rib = if (row + column / 6) % 14 < 3 { 18.0 } else { 0.0 };
        Rgb([(150.0 - 110.0 * air + rib + 70.0 * bright + noise as f32) as u8; 3])
    });
    let square = |side: usize, value: &dyn Fn(usize, usize) -> u8| ByteMap {
        width: side,
        height: side,
        values: (0..side * side).map(|pixel| value(pixel % side, pixel / side)).collect(),
    };
    let truth = square(SIDE, &|x, y| u8::from(lesion(index).is_some_and(|lesion| radii(lesion, x, y, SIDE) <= 1.0)));
    let maps = (0..STAGES)
        .map(|stage| {
            let side = 6 << stage;
            let blur = 2.6 - 0.5 * stage as f32;
            square(side, &|x, y| {
                let evidence = lesion(index).map_or(0.0, |lesion| (-(radii(lesion, x, y, side) / blur).powi(2)).exp());
                let distraction = 0.25 * (-radii((0.5, 0.8, 0.2), x, y, side).powi(2)).exp();
                (230.0 * (evidence + distraction).min(1.0)) as u8
            })
        })
        .collect();
    Tile {
        name: format!("test_{index:03}.png"),
        label: if lesion(index).is_some() { "lesion" } else { "normal" }.to_owned(),
        score: if lesion(index).is_some() { 0.94 } else { 0.07 },
        image,
        truth: Some(truth),
        maps,
    }
}

fn result(engine: Engine, stage: usize) -> StageResult {
    let iou = 0.21 + 0.09 * stage as f64 - if engine == Engine::Int8 { 0.004 } else { 0.0 };
    let size = |images, shift: f64| SizeResult {
        images,
        iou: Some(iou + shift),
        mean_iou_per_image: Some(iou + shift - 0.02),
        pointing: Some(0.7 + shift),
    };
    StageResult {
        id: StageId { engine, stage },
        auc: Some(0.981),
        map: None,
        iou: Some(iou),
        mean_iou_per_image: Some(iou - 0.03),
        pointing: Some(0.55 + 0.1 * stage as f64),
        by_size: Some(BySize { small: size(33, -0.15), medium: size(33, 0.0), large: size(34, 0.12) }),
        classes: vec![ClassIou { name: "lesion".into(), iou: Some(iou) }],
        threshold: Some(96),
        threshold_source: Some(ThresholdSource::Labels),
        false_alarm_rate: Some(0.06),
        at_mask_threshold: Some(MaskThresholdResult { threshold: 71, iou: iou + 0.02, mean_iou_per_image: iou }),
    }
}

fn demo() -> ReportInput {
    let phases = ["classifier", "baseline", "stage 1", "stage 2", "stage 3"];
    let log = phases.iter().enumerate().flat_map(|(index, phase)| {
        (0..900).map(move |step| LossRow {
            phase: (*phase).to_owned(),
            step,
            loss: 0.69 * (-(step as f64) / 300.0).exp()
                + 0.1
                + 0.006 * ((step * step * 7919) % 53) as f64 * (-(step as f64) / 700.0).exp(),
            learning_rate: 0.01 / (index + 1) as f64 / if step < 450 { 1.0 } else { 2.0 },
            validation: (step % 90 == 89).then(|| 0.6 * (-(step as f64) / 320.0).exp() + 0.19),
        })
    });
    let facts = [
        ("data", "phantoms, 96 x 96"),
        ("images", "1500 train, 300 validation, 400 test"),
        ("network", "Table 1 at width 1/8"),
        ("stages", "3, tied deconvolutions"),
        ("model", "61 KiB of flash"),
        ("arena", "25 KiB of SRAM"),
        ("trained in", "11 min on 2 cores"),
    ];
    ReportInput {
        title: "Phantom chest X-rays".into(),
        finding: "a lesion".into(),
        facts: facts.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        log: log.collect(),
        metrics: Metrics {
            format: FORMAT,
            command: "cargo xtask train-and-quantize --seed 1".into(),
            seed: 1,
            versions: [("switchback".to_owned(), "0.1.0".to_owned()), ("candle".to_owned(), "0.11".to_owned())].into(),
            split: "test".into(),
            images: 400,
            results: [Engine::Float, Engine::Int8]
                .into_iter()
                .flat_map(|engine| (0..STAGES).map(move |stage| result(engine, stage)))
                .collect(),
            parity: Some(Parity { images: 400, values_compared: 48_211_200, mismatches: 0 }),
            controls: Some(Controls {
                constant_mask: Some(MaskControl { iou: Some(0.117), mean_iou_per_image: Some(0.094) }),
            }),
        },
        stages: (0..STAGES).map(|stage| StageColumn { name: format!("stage {stage}"), threshold: 96 }).collect(),
        tiles: (0..6).map(tile).collect(),
    }
}

/// `SWITCHBACK_REPORT_DEMO=FILE cargo test -p host-trainer report` keeps the page for a look at it.
#[test]
fn a_whole_run_is_one_file_that_asks_for_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.html");
    write(&demo(), &path).unwrap();
    let html = std::fs::read_to_string(&path).unwrap();
    if let Some(keep) = std::env::var_os("SWITCHBACK_REPORT_DEMO") {
        std::fs::copy(&path, keep).unwrap();
    }
    assert_eq!(html.matches("<svg").count(), 5);
    assert_eq!(html.matches("data:image/png;base64,").count(), 6);
    assert_eq!(html.matches("<canvas").count(), 6 * (1 + STAGES));
    assert_eq!(html.matches("type=\"range\"").count(), STAGES);
    assert!(html.contains("agree bit for bit: 400 images"));
    // The only address in the page is the namespace of its plots.
    let addresses = html.matches("://").count();
    assert_eq!(addresses, html.matches("http://www.w3.org/2000/svg").count());
    assert!(html.len() < 1_000_000, "{} bytes", html.len());
}

#[test]
fn markup_in_names_stays_text() {
    let evil = "</script><script>alert('x')</script>";
    let mut input = demo();
    for text in [&mut input.title, &mut input.finding, &mut input.facts[0].1, &mut input.metrics.command] {
        *text = evil.into();
    }
    input.tiles[0].name = format!("\"{evil}");
    input.stages[0].name = evil.into();
    input.log[0].phase = evil.into();
    let html = render(&input).unwrap();
    assert!(!html.contains("<script>alert"));
    assert_eq!(html.matches("</script>").count(), 2);
}

#[test]
fn without_masks_log_and_tiles_the_scores_remain() {
    let mut input = demo();
    input.log.clear();
    input.tiles.clear();
    input.metrics.parity = None;
    input.metrics.controls = None;
    let first = &mut input.metrics.results[0];
    *first =
        StageResult { iou: None, mean_iou_per_image: None, by_size: None, at_mask_threshold: None, ..first.clone() };
    input.metrics.results.truncate(1);
    let html = render(&input).unwrap();
    assert!(html.contains("no masks for this split") && html.contains("0.981"));
    assert!(!html.contains("<canvas") && !html.contains("<svg"));
}

#[test]
fn a_network_that_loses_to_a_constant_mask_is_said_to() {
    let warning = "class=\"warning\"";
    let mut input = demo();
    assert!(!render(&input).unwrap().contains(warning));
    input.metrics.controls =
        Some(Controls { constant_mask: Some(MaskControl { iou: Some(0.9), mean_iou_per_image: None }) });
    assert!(render(&input).unwrap().contains(warning));
}

#[test]
fn a_tile_that_does_not_fit_is_named() {
    let mut input = demo();
    input.tiles[1].maps.pop();
    assert_eq!(
        render(&input).unwrap_err().to_string(),
        "evidence maps of tile test_001.png: found 3, expected 4, one a stage"
    );
    input.tiles[1] = tile(1);
    input.tiles[1].maps[2].values.pop();
    let error = render(&input).unwrap_err().to_string();
    assert!(error.starts_with("tile test_001.png: label map: found 575 values, expected 24x24"), "{error}");
}
