//! A page from synthetic data: what a whole run gives, a run without masks, and names that look like markup.

use image::{Rgb, RgbImage};

use super::*;
use crate::metrics::{
    BySize, ClassIou, ControlResult, Controls, Curves, Engine, FORMAT, MaskControl, Metrics, Parity, SizeResult,
    StageId, StageResult, ThresholdResult, threshold::ThresholdSource,
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
        group: if lesion(index).is_some() { TileGroup::Best } else { TileGroup::FalseAlarm },
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
        area: Some(0.02),
        iou: Some(iou + shift),
        mean_iou_per_image: Some(iou + shift - 0.02),
        pointing: Some(0.7 + shift),
        detection: Some(0.8 + shift),
    };
    let at = |threshold, iou| ThresholdResult {
        threshold,
        iou,
        mean_iou_per_image: iou - 0.02,
        false_alarm_rate: Some(0.06),
    };
    StageResult {
        auc: Some(0.981),
        iou: Some(iou),
        mean_iou_per_image: Some(iou - 0.03),
        pointing: Some(0.55 + 0.1 * stage as f64),
        detection: Some(0.7 + 0.08 * stage as f64),
        by_size: Some(BySize { small: size(33, -0.15), medium: size(33, 0.0), large: size(34, 0.12) }),
        classes: vec![ClassIou { name: "lesion".into(), iou: Some(iou) }],
        threshold: Some(96),
        threshold_source: Some(ThresholdSource::Labels),
        false_alarm_rate: Some(0.06),
        at_label_threshold: Some(at(96, iou)),
        at_mask_threshold: Some(at(71, iou + 0.02)),
        macs: Some(50_000_000 + 3_000_000 * stage as u64),
        ..StageResult::new(StageId { engine, stage })
    }
}

/// A control network that a stage beats.
fn shallow() -> ControlResult {
    let result = StageResult { iou: Some(0.2), macs: Some(61_000_000), ..result(Engine::Int8, 0) };
    ControlResult { name: "shallow, no deconvolution".into(), result }
}

fn column(stage: usize) -> StageColumn {
    let power = 3.0 + stage as f64;
    let iou = |level: i32| (0.25 + 0.1 * stage as f64) * (-(f64::from(level - 80) / 60.0).powi(2)).exp();
    StageColumn {
        name: format!("stage {stage}"),
        threshold: 96,
        auc: Some(0.981),
        alarm: Some((0.05, 0.9)),
        curves: Curves {
            roc: Some((0..=50).map(|i| f64::from(i) / 50.0).map(|x| (x, 1.0 - (1.0 - x).powf(power))).collect()),
            iou: Some((0..256).map(iou).collect()),
            false_alarms: Some((0..256).map(|level| 1.0 - f64::from(level) / 255.0).collect()),
        },
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
            allowed_false_alarm_rate: Some(0.05),
            results: [Engine::Float, Engine::Int8]
                .into_iter()
                .flat_map(|engine| (0..STAGES).map(move |stage| result(engine, stage)))
                .collect(),
            parity: Some(Parity { images: 400, values_compared: 48_211_200, mismatches: 0 }),
            controls: Some(Controls {
                constant_mask: Some(MaskControl { iou: Some(0.117), mean_iou_per_image: Some(0.094) }),
                constant_scores: None,
                networks: vec![shallow()],
            }),
            erasure: None,
        },
        stages: (0..STAGES).map(column).collect(),
        ranked_by_overlap: true,
        tiles: [0, 2, 4, 1, 3, 5].map(tile).into(),
    }
}

/// `SWITCHBACK_REPORT_DEMO=FILE cargo test -p host-trainer report` keeps the page for a look at it.
#[test]
fn a_whole_run_is_one_file_that_asks_for_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.html");
    let input = demo();
    write(&input, &path).unwrap();
    let html = std::fs::read_to_string(&path).unwrap();
    if let Some(keep) = std::env::var_os("SWITCHBACK_REPORT_DEMO") {
        std::fs::copy(&path, keep).unwrap();
    }
    assert_eq!(html.matches("<svg").count(), 7);
    assert_eq!(html.matches("data:image/png;base64,").count(), 6);
    assert_eq!(html.matches("<canvas").count(), 6 * (1 + STAGES));
    assert_eq!(html.matches("type=\"range\"").count(), STAGES);
    assert_eq!(html.matches("Best: the largest overlap").count() + html.matches("Nothing there:").count(), 2);
    assert_eq!(html.matches("stage 3 · AUC 0.981").count(), 1);
    // In the results and in the table by size.
    assert_eq!(html.matches("<td>shallow, no deconvolution</td>").count(), 2);
    assert_eq!(html.matches(&input.metrics.command).count(), 1);
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
    input.stages.clear();
    input.metrics.parity = None;
    input.metrics.controls = None;
    let first = &mut input.metrics.results[0];
    *first =
        StageResult { iou: None, mean_iou_per_image: None, by_size: None, at_mask_threshold: None, ..first.clone() };
    input.metrics.results.truncate(1);
    let html = render(&input).unwrap();
    assert!(html.contains("no masks for this split") && html.contains("0.981"));
    assert!(!html.contains("<canvas") && !html.contains("<svg"));
    assert!(html.contains("98\u{a0}%") && !html.contains("overlap of masks"));
}

#[test]
fn a_network_that_loses_to_a_control_is_said_to() {
    let warning = |controls: Controls| {
        let mut input = demo();
        input.metrics.controls = Some(controls);
        let html = render(&input).unwrap();
        let warned = |name: &str| html.contains(&format!("The control “{name}” overlaps the truth more"));
        [warned("best constant mask"), warned("shallow, no deconvolution")]
    };
    let constant = |iou| Some(MaskControl { iou: Some(iou), mean_iou_per_image: None });
    let mut better = shallow();
    better.result.iou = Some(0.9);
    let losing = Controls { constant_mask: constant(0.1), constant_scores: None, networks: vec![shallow()] };
    assert_eq!(warning(losing.clone()), [false, false]);
    assert_eq!(warning(Controls { constant_mask: constant(0.9), ..losing.clone() }), [true, false]);
    assert_eq!(warning(Controls { networks: vec![better], ..losing }), [false, true]);
}

#[test]
fn a_tile_that_does_not_fit_is_named() {
    let mut input = demo();
    input.tiles[1] = tile(1);
    input.tiles[1].maps.pop();
    assert_eq!(
        render(&input).unwrap_err().to_string(),
        "evidence maps of tile test_001.png: found 3, expected 4, one a stage"
    );
    input.tiles[1] = tile(1);
    input.tiles[1].maps[2].values.pop();
    let error = format!("{:#}", anyhow::Error::from(render(&input).unwrap_err()));
    assert!(error.starts_with("tile test_001.png: label map: found 575 values, expected 24x24"), "{error}");
}
