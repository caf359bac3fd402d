//! The arithmetic of the tables on made-up trials, and the exact files.

use switchback::model::spec::{InputSpec, NetworkSpec};

use super::*;
use crate::evaluation::OperatingRule;
use crate::metrics::{BySize, ClassIou, Engine, SizeResult, StageId, StageResult};
use crate::report::{Content, Section, Ticks};
use crate::train::Recipe;

/// A trial of `arm` on `data` whose stages, in one engine each, reach `iou`.
fn trial(data: &str, arm: Arm, seed: u64, iou: &[(Engine, usize, f64)]) -> Trial {
    let network = NetworkSpec::table1(0.125, InputSpec { width: 96, height: 96, channels: 1 }, 2);
    let size = |area, iou| SizeResult {
        images: 3,
        area: Some(area),
        iou: Some(iou),
        mean_iou_per_image: None,
        pointing: Some(1.0),
        detection: None,
    };
    let class = |name: &str, iou| ClassIou { name: name.to_owned(), iou };
    let result = |&(engine, stage, iou): &(Engine, usize, f64)| StageResult {
        auc: Some(0.5 + iou / 2.0),
        iou: Some(iou),
        pointing: Some(2.0 * iou),
        classes: vec![class("background", Some(0.75)), class("cat", Some(iou)), class("dog", None)],
        by_size: Some(BySize { small: size(0.015625, iou / 2.0), medium: size(0.0625, iou), large: size(0.25, iou) }),
        macs: Some(2_000_000),
        ..StageResult::new(StageId { engine, stage })
    };
    Trial {
        arm,
        seed,
        data: data.to_owned(),
        data_crc32: 0,
        recipe: Recipe::default_for(&network),
        network,
        rule: OperatingRule::default(),
        results: iou.iter().map(result).collect(),
    }
}

/// Two seeds of the product and of the untied network.
fn trials() -> Vec<Trial> {
    use Engine::{Float, Int8};
    vec![
        trial("scans", Arm::Product, 0, &[(Float, 0, 0.125), (Int8, 0, 0.125), (Float, 1, 0.25), (Int8, 1, 0.25)]),
        trial("scans", Arm::Untied, 0, &[(Float, 0, 0.25), (Float, 1, 0.125)]),
        trial("scans", Arm::Product, 1, &[(Float, 0, 0.25), (Int8, 0, 0.25), (Float, 1, 0.5), (Int8, 1, 0.375)]),
        trial("scans", Arm::Untied, 1, &[(Float, 0, 0.25), (Float, 1, 0.25)]),
    ]
}

fn texts(sections: &[Section]) -> Vec<String> {
    let table = |section: &Section| match &section.content {
        Content::Table(table) => Some(table.to_text()),
        _ => None,
    };
    sections.iter().filter_map(table).collect()
}

#[test]
fn table_3_has_a_row_a_data_set_and_a_column_a_stage() {
    let mut trials = trials();
    trials.push(trial("teeth", Arm::Product, 0, &[(Engine::Int8, 0, 0.5)]));
    let findings = table3(&trials).unwrap();
    let expected = "\
data set  w/o deconvolution (baseline)              stage 1
--------  ----------------------------  -------------------
scans              18.8 [12.5 to 25.0]  31.2 [25.0 to 37.5]
teeth                             50.0
";
    assert_eq!(texts(&findings.sections)[0], expected);
    assert_eq!(findings.sections.len(), 6);
    let csv = String::from_utf8(findings.csv).unwrap();
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines[0], "data,arm,stage,engine,measure,part,relative_to,seeds,mean,least,most");
    assert_eq!(lines[1], "scans,product,0,int8,iou,all,,2,0.1875,0.125,0.25");
    assert_eq!(lines[3], "teeth,product,0,int8,iou,all,,1,0.5,0.5,0.5");
    assert!(lines.contains(&"scans,product,1,float,iou,all,,2,0.375,0.25,0.5"), "{csv}");
    assert!(lines.contains(&"scans,product,1,int8,pointing,all,,2,0.625,0.5,0.75"), "{csv}");
    // Three measures: three stages as integers, two as floats.
    assert_eq!(lines.len(), 1 + 3 * (3 + 2));
}

#[test]
fn table_4_has_a_column_a_class_and_a_dash_where_none_was_seen() {
    let findings = table4(&trials()).unwrap();
    let expected = "\
stage     background   cat  dog                 mean
--------  ----------  ----  ---  -------------------
baseline        75.0  18.8    -  18.8 [12.5 to 25.0]
stage 1         75.0  31.2    -  31.2 [25.0 to 37.5]
";
    assert_eq!(texts(&findings.sections)[0], expected);
    let csv = String::from_utf8(findings.csv).unwrap();
    assert!(csv.contains("\nscans,product,1,int8,iou,cat,,2,0.3125,0.25,0.375\n"), "{csv}");
}

#[test]
fn the_ablation_takes_differences_seed_by_seed() {
    let findings = ablation(&trials()).unwrap();
    let floats = &texts(&findings.sections)[0];
    let untied = floats.lines().nth(3).unwrap().split("  ").map(str::trim).filter(|cell| !cell.is_empty());
    // 0.125 less 0.25, and 0.25 less 0.5.
    let expected = ["untied", "1", "18.8 [12.5 to 25.0]", "-18.8 [-25.0 to -12.5]"];
    assert_eq!(untied.take(4).collect::<Vec<_>>(), expected);
    let csv = String::from_utf8(findings.csv).unwrap();
    assert!(csv.contains("\nscans,untied,1,float,iou,all,product,2,-0.1875,-0.25,-0.125\n"), "{csv}");
    let untied = findings.facts.iter().find(|(name, _)| name == "untied").map(|(_, what)| what.as_str());
    assert_eq!(untied, Some("Deconvolutions with weights of their own"));
    // The integers have the product alone.
    assert_eq!(texts(&findings.sections)[1].lines().count(), 3);
}

#[test]
fn scale_draws_a_curve_a_stage_and_says_how_large_the_thirds_are() {
    let findings = scale(&trials()).unwrap();
    let Content::Plot(plot) = &findings.sections[0].content else { panic!("the first section is a plot") };
    assert_eq!(
        plot.axes.x_ticks.clone(),
        Ticks::Names(["small (1.6 %)", "medium (6.2 %)", "large (25.0 %)"].map(str::to_owned).into())
    );
    let points: Vec<f64> = plot.lines[1].points.iter().map(|point| point.1).collect();
    assert_eq!((points, plot.lines[1].ranges[0]), (vec![15.625, 31.25, 31.25], (12.5, 18.75)));
    assert_eq!(findings.sections[0].file, "scale-scans-iou");
    // Detection was not measured: tables of dashes, no plot.
    let plots = findings.sections.iter().filter(|section| matches!(section.content, Content::Plot(_))).count();
    assert_eq!(plots, 2);
    let csv = String::from_utf8(findings.csv).unwrap();
    assert!(csv.contains("\nscans,product,1,int8,iou,small,,2,0.15625,0.125,0.1875\n"), "{csv}");
}

#[test]
fn everything_is_written_and_listed() {
    let folder = tempfile::tempdir().unwrap();
    let trials = trials();
    scale(&trials).unwrap().write(folder.path(), "scale", "cargo xtask experiment scale", &trials).unwrap();
    let file = std::fs::read_to_string(folder.path().join("experiment.json")).unwrap();
    let json: serde_json::Value = serde_json::from_str(&file).unwrap();
    assert_eq!((&json["format"], &json["experiment"]), (&2.into(), &"scale".into()));
    let files: Vec<&str> = json["files"].as_array().unwrap().iter().map(|file| file.as_str().unwrap()).collect();
    let plots = ["scale-scans-iou.svg", "scale-scans-iou.png", "scale-scans-pointing.svg", "scale-scans-pointing.png"];
    assert_eq!(files, [&["scale.csv"][..], &plots, &["report.html"]].concat());
    assert!(files.iter().all(|file| folder.path().join(file).is_file()));
    assert_eq!(json["cells"][0]["mean"], 0.09375);
    assert_eq!(json["trials"].as_array().unwrap().len(), 4);
    let controls = controls(&trials).unwrap().to_text();
    assert!(controls.contains("untied       1   float"), "{controls}");
}
