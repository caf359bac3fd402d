//! Whole trainings of tiny networks on images written for them.

use std::path::Path;

use image::GrayImage;
use indicatif::{MultiProgress, ProgressDrawTarget};
use switchback::model::Network;
use switchback::model::spec::{ConvolutionSpec, HeadSpec, InputSpec, NetworkSpec};

use super::images::Images;
use super::store::Room;
use super::validation::validate;
use super::*;
use crate::data::{DataSet, OpenOptions, Split};
use crate::float::{Decoding, FloatNetwork, Method, Pooling, Supervision, read_tensors, write_tensors};

const SIDE: u16 = 16;

/// A learning rate at which the tiny network's loss explodes, while it learns at an eighth of it.
const TOO_FAST: f32 = 2.0;

/// Images of noise, `labels(i)` of which have bright squares: `left`, `right` or both.
fn data_set(folder: &Path, labels: impl Fn(u32) -> &'static str) -> DataSet {
    std::fs::create_dir_all(folder.join("images")).unwrap();
    let mut table = String::from("file,labels,split\n");
    for i in 0..48_u32 {
        let label = labels(i);
        let image = GrayImage::from_fn(20, 20, |x, y| {
            let noise = (x * 37 + y * 101 + i * 71) * 7919 % 97;
            let square = |left: u32| (left..left + 5).contains(&x) && (4 + i % 8..9 + i % 8).contains(&y);
            let bright = (label.contains("left") && square(2)) || (label.contains("right") && square(12));
            image::Luma([noise as u8 + if bright { 120 } else { 0 }])
        });
        image.save(folder.join(format!("images/{i}.png"))).unwrap();
        let split = ["train", "train", "train", "train", "val", "test"][i as usize / 4 % 6];
        table += &format!("{i}.png,{label},{split}\n");
    }
    std::fs::write(folder.join("labels.csv"), table).unwrap();
    DataSet::open(folder, &OpenOptions::default()).unwrap()
}

fn binary(folder: &Path) -> DataSet {
    data_set(folder, |i| if i % 2 == 0 { "normal" } else { "left" })
}

fn spec(classes: u8, head: HeadSpec) -> NetworkSpec {
    let convolutions = [(4, 5, true), (6, 3, true)].into_iter().map(|(filters, kernel, pool)| ConvolutionSpec {
        filters,
        kernel,
        pool,
    });
    let input = InputSpec { width: SIDE, height: SIDE, channels: 1 };
    NetworkSpec { input, convolutions: convolutions.collect(), stages: 1, classes, head }
}

fn recipe(spec: &NetworkSpec, epochs: [usize; 3]) -> Recipe {
    let mut recipe = Recipe { batch: 8, warmup_steps: 3, hidden: 8, ..Recipe::default_for(spec) };
    [recipe.classification.epochs, recipe.baseline.epochs, recipe.stage.epochs] = epochs;
    recipe
}

fn run(
    spec: &NetworkSpec,
    data: &DataSet,
    recipe: Recipe,
    resume: bool,
    out: &Path,
) -> Result<Vec<FloatNetwork>, TrainError> {
    train_hidden(spec, data, &options(recipe, resume, out))
}

fn run_with(
    method: Method,
    spec: &NetworkSpec,
    data: &DataSet,
    recipe: Recipe,
    resume: bool,
    out: &Path,
) -> Result<Vec<FloatNetwork>, TrainError> {
    train_hidden(spec, data, &TrainOptions { method, ..options(recipe, resume, out) })
}

fn options(recipe: Recipe, resume: bool, out: &Path) -> TrainOptions {
    let (method, out) = (Method::default(), out.to_path_buf());
    TrainOptions { seed: 3, recipe, method, resume, image_memory: IMAGE_MEMORY, out }
}

fn train_hidden(spec: &NetworkSpec, data: &DataSet, options: &TrainOptions) -> Result<Vec<FloatNetwork>, TrainError> {
    train_on(&Devices::cpu(), spec, data, options)
}

fn train_on(
    devices: &Devices,
    spec: &NetworkSpec,
    data: &DataSet,
    options: &TrainOptions,
) -> Result<Vec<FloatNetwork>, TrainError> {
    train(spec, data, options, devices, &MultiProgress::with_draw_target(ProgressDrawTarget::hidden()))
}

fn assert_same_bits(a: &[FloatNetwork], b: &[FloatNetwork]) {
    assert_eq!(a.len(), b.len());
    for (stage, (a, b)) in a.iter().zip(b).enumerate() {
        assert!(a.tensors().keys().eq(b.tensors().keys()));
        for (name, var) in a.tensors() {
            let bits = |var: &candle_core::Var| -> Vec<u32> {
                var.flatten_all().unwrap().to_vec1::<f32>().unwrap().into_iter().map(f32::to_bits).collect()
            };
            assert_eq!(bits(var), bits(&b.tensors()[name]), "stage {stage}, {name}");
        }
    }
}

/// Makes the checkpoints of a finished shorter run those of an interrupted longer one.
fn lengthen(out: &Path, longer: &Recipe) {
    for file in ["training.safetensors", "phase-start.safetensors"] {
        let path = out.join("checkpoint").join(file);
        let stored = read_tensors(&path).unwrap();
        let mut notes = stored.notes;
        let mut run: serde_json::Value = serde_json::from_str(&notes["run"]).unwrap();
        run["recipe"] = serde_json::json!(longer);
        notes.insert("run".into(), run.to_string());
        let tensors = stored.tensors.iter().map(|(name, tensor)| (name.clone(), tensor));
        write_tensors(&path, tensors, Some(notes)).unwrap();
    }
}

#[test]
fn a_resumed_run_gives_the_bits_of_an_uninterrupted_one() -> Result<(), TrainError> {
    let folder = tempfile::tempdir().unwrap();
    let data = binary(&folder.path().join("data"));
    let spec = spec(2, HeadSpec::EVIDENCE);
    let whole = run(&spec, &data, recipe(&spec, [2, 1, 2]), false, &folder.path().join("whole"))?;
    // Interrupted in the first phase, and in the last.
    for (name, epochs) in [("early", [1, 0, 0]), ("late", [2, 1, 1])] {
        let out = folder.path().join(name);
        run(&spec, &data, recipe(&spec, epochs), false, &out)?;
        let longer = recipe(&spec, [2, 1, 2]);
        lengthen(&out, &longer);
        let resumed = run(&spec, &data, longer, true, &out)?;
        assert_same_bits(&whole, &resumed);
        let log = |run: &str| std::fs::read_to_string(folder.path().join(run).join("log.csv")).unwrap();
        assert_eq!(log(name), log("whole"));
    }
    // A finished run resumes to itself.
    let again = run(&spec, &data, recipe(&spec, [2, 1, 2]), true, &folder.path().join("whole"))?;
    assert_same_bits(&whole, &again);
    Ok(())
}

#[test]
fn several_devices_train_to_the_same_network() -> Result<(), TrainError> {
    let folder = tempfile::tempdir().unwrap();
    let data = binary(&folder.path().join("data"));
    let spec = spec(2, HeadSpec::EVIDENCE);
    // Only sums differ, in their order; what is frozen stays so on every device.
    let recipe = Recipe { trained: TrainedConvolutions::Tied, ..recipe(&spec, [0, 1, 2]) };
    let one = run(&spec, &data, recipe.clone(), false, &folder.path().join("one"))?;
    let three = options(recipe, false, &folder.path().join("three"));
    let three = train_on(&Devices::cpu_parts(3), &spec, &data, &three)?;
    for (one, three) in one.iter().zip(&three) {
        for (name, var) in one.tensors() {
            let difference =
                (var.as_tensor() - three.tensors()[name].as_tensor())?.abs()?.max_all()?.to_scalar::<f32>()?;
            let most = if name.starts_with("conv1.") { 0.0 } else { 1e-5 };
            assert!(difference <= most, "{name} differs by {difference}");
        }
    }
    for (one, three) in log_rows(&folder.path().join("one")).iter().zip(log_rows(&folder.path().join("three"))) {
        assert!((one.loss - three.loss).abs() < 1e-5 && one.validation == three.validation, "{one:?} and {three:?}");
    }
    Ok(())
}

#[test]
fn images_in_a_file_train_to_the_same_bits() -> Result<(), TrainError> {
    let folder = tempfile::tempdir().unwrap();
    let data = binary(&folder.path().join("data"));
    let spec = spec(2, HeadSpec::EVIDENCE);
    let out = |name: &str| folder.path().join(name);
    let trained = |image_memory: usize| {
        let options = options(recipe(&spec, [1, 1, 1]), false, &out(&format!("{image_memory}")));
        train_hidden(&spec, &data, &TrainOptions { image_memory, ..options })
    };
    let in_memory = trained(IMAGE_MEMORY)?;
    // None in memory; some of the training's 32 and none of the validation's.
    for memory in [0, 5000] {
        assert_same_bits(&in_memory, &trained(memory)?);
        let log = |memory: usize| std::fs::read_to_string(out(&format!("{memory}/log.csv"))).unwrap();
        assert_eq!(log(memory), log(IMAGE_MEMORY));
        let left: Vec<_> = std::fs::read_dir(out(&format!("{memory}/checkpoint"))).unwrap().collect();
        assert_eq!(left.len(), 2, "besides two checkpoints: {left:?}");
    }
    Ok(())
}

#[test]
fn early_stop_keeps_the_best_epoch_and_resumes_exactly() -> Result<(), TrainError> {
    let folder = tempfile::tempdir().unwrap();
    let data = binary(&folder.path().join("data"));
    let spec = spec(2, HeadSpec::EVIDENCE);
    let patient = |epochs: usize| {
        let mut recipe = recipe(&spec, [12, epochs, 1]);
        [recipe.classification.patience, recipe.baseline.patience] = [None, Some(2)];
        recipe
    };
    let whole = folder.path().join("whole");
    let trained = run(&spec, &data, patient(40), false, &whole)?;
    let rows = log_rows(&whole);
    let figures: Vec<f64> =
        rows.iter().filter(|row| row.phase == "baseline").filter_map(|row| row.validation).collect();
    assert!((3..40).contains(&figures.len()), "{figures:?}");
    let best = figures.iter().copied().fold(0.0, f64::max);
    // Stopped two epochs after the best figure was reached first.
    assert_eq!(figures.iter().position(|&figure| figure == best), Some(figures.len() - 3), "{figures:?}");

    // The kept weights are those of a run that ends at the best epoch, of equal ones the last.
    let kept = 1 + figures.iter().rposition(|&figure| figure == best).unwrap();
    let short = run(&spec, &data, recipe(&spec, [12, kept, 0]), false, &folder.path().join("short"))?;
    assert_same_bits(&trained[..1], &short[..1]);

    // Interrupted one epoch before it stops.
    let out = folder.path().join("interrupted");
    let mut stopped = patient(figures.len() - 1);
    stopped.stage.epochs = 0;
    run(&spec, &data, stopped, false, &out)?;
    lengthen(&out, &patient(40));
    assert_same_bits(&trained, &run(&spec, &data, patient(40), true, &out)?);
    assert_eq!(log_rows(&out), rows);
    // A finished run resumes to itself.
    assert_same_bits(&trained, &run(&spec, &data, patient(40), true, &whole)?);
    Ok(())
}

/// The rows of a run's log.
fn log_rows(out: &Path) -> Vec<log::LogRow> {
    csv::Reader::from_path(out.join("log.csv")).unwrap().deserialize().map(|row| row.unwrap()).collect()
}

/// A recipe whose first phase starts at `learning_rate` with nothing to hold it.
fn too_fast(spec: &NetworkSpec, learning_rate: f32) -> Recipe {
    let mut recipe = Recipe { clip: None, warmup_steps: 0, ..recipe(spec, [3, 1, 1]) };
    recipe.classification.learning_rate = learning_rate;
    recipe
}

#[test]
fn a_phase_that_diverges_starts_again_with_half_the_rate_and_resumes_exactly() -> Result<(), TrainError> {
    let folder = tempfile::tempdir().unwrap();
    let data = binary(&folder.path().join("data"));
    let spec = spec(2, HeadSpec::EVIDENCE);
    let whole = folder.path().join("whole");
    let trained = run(&spec, &data, too_fast(&spec, TOO_FAST), false, &whole)?;
    let rows = log_rows(&whole);
    assert!([2.0, 4.0, 8.0].map(|slower| TOO_FAST / slower).contains(&rows[0].learning_rate), "{:?}", rows[0]);
    // The log is of the try that counts.
    assert_eq!(rows.iter().map(|row| row.step).collect::<Vec<_>>(), (1..=rows.len()).collect::<Vec<_>>());
    assert_eq!(rows.iter().filter(|row| row.phase == "classification").count(), 3 * 4);
    assert!(rows.iter().all(|row| row.loss.is_finite()));

    // Interrupted after the first epoch, before anything went astray, and after the second, in a later try.
    for epochs in [1, 2] {
        let out = folder.path().join(format!("interrupted-{epochs}"));
        let longer = too_fast(&spec, TOO_FAST);
        let mut stopped = longer.clone();
        [stopped.classification.epochs, stopped.baseline.epochs, stopped.stage.epochs] = [epochs, 0, 0];
        run(&spec, &data, stopped, false, &out)?;
        lengthen(&out, &longer);
        assert_same_bits(&trained, &run(&spec, &data, longer, true, &out)?);
        assert_eq!(log_rows(&out), rows);
    }
    Ok(())
}

#[test]
fn a_checkpoint_of_another_recipe_is_refused_by_name() -> Result<(), TrainError> {
    let folder = tempfile::tempdir().unwrap();
    let data = binary(&folder.path().join("data"));
    let spec = spec(2, HeadSpec::EVIDENCE);
    let out = folder.path().join("out");
    run(&spec, &data, recipe(&spec, [1, 0, 0]), false, &out)?;
    let other = Recipe { leak: 0.5, ..recipe(&spec, [1, 0, 0]) };
    let error = run(&spec, &data, other, true, &out).err();
    assert!(matches!(&error, Some(TrainError::OtherRun { what, .. }) if what == "recipe"), "{error:?}");
    Ok(())
}

#[test]
fn the_loss_falls_in_a_binary_and_in_a_multi_label_problem() -> Result<(), TrainError> {
    let folder = tempfile::tempdir().unwrap();
    let two = spec(2, HeadSpec::EVIDENCE);
    let several = spec(3, HeadSpec::PAPER_MULTI_LABEL);
    let many = data_set(&folder.path().join("many"), |i| ["", "left", "right", "left right"][i as usize % 4]);
    for (name, spec, data) in [("binary", &two, binary(&folder.path().join("two"))), ("multi-label", &several, many)] {
        let out = folder.path().join(name);
        let networks = run(spec, &data, recipe(spec, [16, 8, 12]), false, &out)?;
        assert_eq!(networks.iter().map(|float| float.network().stages()).collect::<Vec<_>>(), [0, 1]);
        assert!((0..2).all(|stage| stage_path(&out, stage).exists()));
        let rows = log_rows(&out);
        let phase = |phase: &str| rows.iter().filter(|row| row.phase == phase).cloned().collect::<Vec<_>>();
        for phase in ["classification", "baseline"].map(phase) {
            let mean = |rows: &[log::LogRow]| rows.iter().map(|row| row.loss).sum::<f32>() / rows.len() as f32;
            let (first, last) = (mean(&phase[..4]), mean(&phase[phase.len() - 4..]));
            assert!(last < 0.9 * first, "{name}: loss {first} to {last}");
        }
        let figure = phase("stage-1").last().and_then(|row| row.validation).unwrap();
        assert!(figure > 0.9, "{name}: validation {figure}");
    }
    Ok(())
}

#[test]
fn a_network_that_says_the_same_everywhere_is_noticed() -> Result<(), TrainError> {
    let folder = tempfile::tempdir().unwrap();
    let data = binary(&folder.path().join("data"));
    let network = Network::new(spec(2, HeadSpec::EVIDENCE)).unwrap();
    let hidden = MultiProgress::with_draw_target(ProgressDrawTarget::hidden());
    let mut room = Room { memory: IMAGE_MEMORY, folder: folder.path().into() };
    let images = Images::load(&data, Split::Val, &network, (SIDE.into(), SIDE.into()), &mut room, &hidden)?;
    let float = FloatNetwork::new(network, Decoding::Tied, 1)?.with_classifier(8, 2)?;
    for (phase, tensor) in [(Phase::Classification, "fc3.weight"), (Phase::Stage(1), "head.stage1.weight")] {
        let constant = || validate(phase, &float, &images).map(|validation| validation.constant);
        assert!(!constant()?, "{phase}");
        let var = &float.tensors()[tensor];
        var.set(&var.zeros_like()?)?;
        assert!(constant()?, "{phase}");
    }
    Ok(())
}

#[test]
fn what_cannot_be_trained_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let data = binary(&folder.path().join("data"));
    let fast = |spec: &NetworkSpec| {
        let mut recipe = Recipe { clip: None, ..recipe(spec, [4, 0, 0]) };
        recipe.classification.learning_rate = 1e20;
        recipe
    };
    let two = spec(2, HeadSpec::EVIDENCE);
    let error = run(&two, &data, fast(&two), false, &out).err();
    assert!(matches!(error, Some(TrainError::Diverged { phase: Phase::Classification, tries: 4, .. })), "{error:?}");

    let three = spec(3, HeadSpec::PAPER_MULTI_LABEL);
    let error = run(&three, &data, recipe(&three, [1, 1, 1]), false, &out).err();
    assert!(matches!(error, Some(TrainError::WrongClasses { found: 3, expected: 2 })), "{error:?}");

    let many = data_set(&folder.path().join("many"), |i| ["", "left", "right", "left right"][i as usize % 4]);
    let relu = spec(3, HeadSpec::PAPER_BINARY);
    let error = run(&relu, &many, recipe(&relu, [1, 1, 1]), false, &out).err();
    assert!(matches!(error, Some(TrainError::HeadForOneLabel)), "{error:?}");
}

#[test]
fn independent_stages_start_alike_and_resume_alike() -> Result<(), TrainError> {
    let folder = tempfile::tempdir().unwrap();
    let data = binary(&folder.path().join("data"));
    let spec = spec(2, HeadSpec::PAPER_BINARY);
    let independent = |epochs| Recipe { independent_stages: true, ..recipe(&spec, epochs) };
    let whole = run(&spec, &data, independent([0, 1, 2]), false, &folder.path().join("whole"))?;
    // The stage does not depend on how long the baseline was trained.
    let other = run(&spec, &data, independent([0, 2, 2]), false, &folder.path().join("other"))?;
    assert_same_bits(&whole[1..], &other[1..]);
    let out = folder.path().join("late");
    run(&spec, &data, independent([0, 1, 1]), false, &out)?;
    lengthen(&out, &independent([0, 1, 2]));
    assert_same_bits(&whole, &run(&spec, &data, independent([0, 1, 2]), true, &out)?);
    Ok(())
}

#[test]
fn what_it_is_compared_with_learns_too() -> Result<(), TrainError> {
    let folder = tempfile::tempdir().unwrap();
    let data = binary(&folder.path().join("data"));
    let constrained = |supervision| Method { supervision, ..Method::default() };
    let methods = [
        (Method { pooling: Pooling::Max, ..Method::default() }, HeadSpec::EVIDENCE),
        (Method { pooling: Pooling::Average, ..Method::default() }, HeadSpec::EVIDENCE),
        (constrained(Supervision::Constraints), HeadSpec::PAPER_MULTI_LABEL),
        (constrained(Supervision::SmallConstraints), HeadSpec::PAPER_MULTI_LABEL),
    ];
    for (i, (method, head)) in methods.into_iter().enumerate() {
        let spec = spec(2, head);
        let out = folder.path().join(i.to_string());
        run_with(method, &spec, &data, recipe(&spec, [0, 8, 4]), false, &out)?;
        let log = std::fs::read_to_string(out.join("log.csv")).unwrap();
        let losses = |phase: &str| -> Vec<f32> {
            log.lines()
                .filter(|line| line.starts_with(phase))
                .map(|line| line.split(',').nth(3).unwrap().parse().unwrap())
                .collect()
        };
        let baseline = losses("baseline");
        let (first, last) = (baseline[0], baseline[baseline.len() - 1]);
        assert!(last < first && last.is_finite(), "{method:?}: {first} to {last}");
        assert_ne!(losses("stage-1").len(), 0, "{method:?}");
    }
    Ok(())
}
