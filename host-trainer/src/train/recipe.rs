//! How a network is trained, as data.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use switchback::model::spec::NetworkSpec;

/// The whole of section 4.2 in numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// The classification network: convolutions and fully connected layers.
    pub classification: PhaseRecipe,
    /// Convolutions with class maps and log-sum-exp, no deconvolution: stage 0.
    pub baseline: PhaseRecipe,
    /// Each deconvolution stage.
    pub stage: PhaseRecipe,
    /// A safetensors file, for instance another run's `float.safetensors`, whose convolutions the training starts from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_weights: Option<PathBuf>,
    /// Whether first weights are fitted to the images ([`FloatNetwork::fit_first_weights`](crate::float::FloatNetwork)).
    pub fitted_start: bool,
    /// Images a step.
    pub batch: usize,
    /// Images whose maps are in memory at a time; the gradients of a batch's parts are summed.
    pub micro_batch: usize,
    /// Of the gradients, 0 to below 1.
    pub momentum: f32,
    /// L2 pull of every trained tensor towards zero, at least 0.
    pub weight_decay: f32,
    /// The largest norm of the gradient over all tensors; larger ones are scaled down to it.
    pub clip: Option<f32>,
    /// Steps at the start of each phase over which the learning rate rises to its value.
    pub warmup_steps: usize,
    /// Slope of the ReLU class maps below zero while training, 0 to below 1.
    pub leak: f32,
    /// Whether a new stage starts with new class-map weights (what the stage study found to localize) or keeps those of
    /// the stage before (the paper).
    pub fresh_head: bool,
    /// Side of the resized image over the side of the random crop, 1 to 2; the paper's is 340 / 320.
    pub crop_margin: f32,
    /// Whether images are also turned upside down at random: right for textures and for views from above.
    pub flip: bool,
    /// The largest random change of an image's contrast, as a share of it, and of its brightness, in standard deviations
    /// of the grey levels; 0 to below 1.
    pub exposure: f32,
    /// Nodes of the two hidden fully connected layers.
    pub hidden: usize,
    /// Whether rare classes count more in the loss, as much as frequent ones.
    pub balance: bool,
}

/// One phase of the training.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PhaseRecipe {
    /// Times that every training image is seen; 0 leaves the phase out.
    pub epochs: usize,
    /// Of the first epoch, after the warm-up.
    pub learning_rate: f32,
    /// Epochs after which the learning rate is halved, again and again.
    pub halve_every: Option<usize>,
    /// Early stop: the phase ends after so many epochs without a greater validation figure (area under the ROC curve, or
    /// mean average precision), and goes back to the weights of the epoch with the greatest.
    pub patience: Option<usize>,
}

impl PhaseRecipe {
    const fn new(epochs: usize, learning_rate: f32, halve_every: Option<usize>) -> Self {
        Self { epochs, learning_rate, halve_every, patience: None }
    }

    /// The same with the learning rate halved `times` times.
    pub(super) fn slowed(self, times: u32) -> Self {
        Self { learning_rate: self.learning_rate * 0.5_f32.powi(times as i32), ..self }
    }

    fn scaled(self, factor: f64) -> Self {
        let scale = |epochs: usize| ((epochs as f64 * factor).round() as usize).max(1);
        let epochs = if self.epochs == 0 { 0 } else { scale(self.epochs) };
        Self { epochs, halve_every: self.halve_every.map(scale), ..self }
    }
}

/// A number of a recipe that is outside its range.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("{what}: found {found}, expected {expected}")]
pub struct RecipeError {
    /// Which number.
    pub what: &'static str,
    /// What it is.
    pub found: f32,
    /// What it may be.
    pub expected: &'static str,
}

/// Images a step.
const BATCH: usize = 16;
/// What the maps of the images in memory may take together.
const MAP_BYTES: usize = 1 << 30;

/// The paper's hidden nodes, beside the filters of the first convolution of its Table 1.
const PAPER_HIDDEN: (usize, usize) = (2048, 96);

impl Recipe {
    /// The schedule that localized best in the study of small networks: short phases, each stage with a fresh head.
    pub fn default_for(spec: &NetworkSpec) -> Self {
        Self {
            classification: PhaseRecipe::new(12, 0.01, Some(6)),
            baseline: PhaseRecipe::new(8, 0.005, Some(4)),
            stage: PhaseRecipe::new(6, 0.005, Some(2)),
            first_weights: None,
            fitted_start: true,
            batch: BATCH,
            micro_batch: micro_batch(spec),
            momentum: 0.9,
            weight_decay: 5e-4,
            clip: Some(5.0),
            warmup_steps: 20,
            leak: 0.1,
            fresh_head: true,
            crop_margin: 1.0625,
            flip: false,
            exposure: 0.0,
            hidden: hidden_nodes(spec),
            balance: true,
        }
    }

    /// Section 4.2 to the letter; what the paper does not mention (weight decay, clipping, warm-up, leak, class weights)
    /// is off.
    pub fn paper_for(spec: &NetworkSpec) -> Self {
        Self {
            classification: PhaseRecipe::new(50, 0.01, Some(20)),
            baseline: PhaseRecipe::new(50, 0.002, Some(20)),
            stage: PhaseRecipe::new(10, 0.001, None),
            weight_decay: 0.0,
            clip: None,
            warmup_steps: 0,
            leak: 0.0,
            fitted_start: false,
            fresh_head: false,
            balance: false,
            ..Self::default_for(spec)
        }
    }

    /// For generated images, which cost nothing: more of them, each seen less often, localize better in the same time.
    pub fn phantoms_for(spec: &NetworkSpec) -> Self {
        Self {
            classification: PhaseRecipe::new(4, 0.01, Some(2)),
            baseline: PhaseRecipe::new(3, 0.005, Some(2)),
            stage: PhaseRecipe::new(2, 0.005, Some(1)),
            ..Self::default_for(spec)
        }
    }

    /// A training of a minute or two that shows whether everything works, not how well.
    pub fn quick_for(spec: &NetworkSpec) -> Self {
        Self {
            classification: PhaseRecipe::new(6, 0.01, Some(4)),
            baseline: PhaseRecipe::new(4, 0.005, Some(2)),
            stage: PhaseRecipe::new(2, 0.005, Some(1)),
            warmup_steps: 10,
            ..Self::default_for(spec)
        }
    }

    /// The recipe of a network without stages that is trained as long as this recipe trains one with `stages`: the
    /// baseline takes the stages' epochs too, its halvings spread accordingly.
    pub fn without_stages(&self, stages: u8) -> Self {
        let own = self.baseline.epochs.max(1);
        let epochs = self.baseline.epochs + usize::from(stages) * self.stage.epochs;
        let halve_every = self.baseline.halve_every.map(|every| (every * epochs).div_ceil(own));
        Self { baseline: PhaseRecipe { epochs, halve_every, ..self.baseline }, ..self.clone() }
    }

    /// The same schedule over `factor` times the epochs, at least one of each phase that has any; halvings of the learning
    /// rate move along, `patience` stays.
    pub fn with_epochs_scaled(self, factor: f64) -> Self {
        Self {
            classification: self.classification.scaled(factor),
            baseline: self.baseline.scaled(factor),
            stage: self.stage.scaled(factor),
            ..self
        }
    }

    /// Checks every number.
    ///
    /// # Errors
    /// [`RecipeError`] names the first that is outside its range.
    pub fn check(&self) -> Result<(), RecipeError> {
        let ensure = |holds: bool, what, found, expected| {
            if holds { Ok(()) } else { Err(RecipeError { what, found, expected }) }
        };
        for (what, phase) in [
            ("classification.learning_rate", self.classification),
            ("baseline.learning_rate", self.baseline),
            ("stage.learning_rate", self.stage),
        ] {
            let rate = phase.learning_rate;
            ensure(rate.is_finite() && rate > 0.0, what, rate, "a positive number")?;
            ensure(phase.halve_every != Some(0), "halve_every", 0.0, "at least 1 epoch, or none")?;
            ensure(phase.patience != Some(0), "patience", 0.0, "at least 1 epoch, or none")?;
        }
        ensure(self.batch > 0, "batch", self.batch as f32, "at least 1")?;
        ensure(self.micro_batch > 0, "micro_batch", self.micro_batch as f32, "at least 1")?;
        ensure((0.0..1.0).contains(&self.momentum), "momentum", self.momentum, "0 to below 1")?;
        let decay = self.weight_decay;
        ensure(decay.is_finite() && decay >= 0.0, "weight_decay", decay, "a number of at least 0")?;
        let clip = self.clip.unwrap_or(1.0);
        ensure(clip.is_finite() && clip > 0.0, "clip", clip, "a positive number, or none")?;
        ensure((0.0..1.0).contains(&self.leak), "leak", self.leak, "0 to below 1")?;
        ensure((0.0..1.0).contains(&self.exposure), "exposure", self.exposure, "0 to below 1")?;
        ensure((1.0..=2.0).contains(&self.crop_margin), "crop_margin", self.crop_margin, "1 to 2")?;
        ensure(self.hidden > 0, "hidden", self.hidden as f32, "at least 1")
    }
}

/// The paper's fully connected layers, narrowed as the convolutions are; at least 64.
fn hidden_nodes(spec: &NetworkSpec) -> usize {
    let (nodes, filters) = PAPER_HIDDEN;
    let first = spec.convolutions.first().map_or(filters, |convolution| convolution.filters.into());
    ((nodes * first + filters / 2) / filters).max(64)
}

/// The largest part of a batch, all parts alike, whose maps fit in [`MAP_BYTES`].
fn micro_batch(spec: &NetworkSpec) -> usize {
    let (mut pixels, mut elements) = (usize::from(spec.input.width) * usize::from(spec.input.height), 0);
    for convolution in &spec.convolutions {
        pixels /= if convolution.pool { 4 } else { 1 };
        elements += usize::from(convolution.filters) * pixels;
    }
    // Of encoder and decoder, a value and a gradient each.
    let image_bytes = 4 * elements * size_of::<f32>();
    let most = (MAP_BYTES / image_bytes.max(1)).clamp(1, BATCH);
    BATCH.div_ceil(BATCH.div_ceil(most))
}

#[cfg(test)]
mod tests {
    use switchback::model::spec::InputSpec;

    use super::*;

    fn table1(width: f32) -> NetworkSpec {
        NetworkSpec::table1(width, InputSpec { width: 96, height: 96, channels: 1 }, 2)
    }

    #[test]
    fn presets_are_valid_and_the_full_width_has_the_papers_layers() {
        let presets = [Recipe::default_for, Recipe::phantoms_for, Recipe::paper_for, Recipe::quick_for];
        for recipe in presets.map(|preset| preset(&table1(1.0))) {
            assert_eq!(recipe.check(), Ok(()));
            assert_eq!(recipe.hidden, 2048);
        }
        assert_eq!(Recipe::default_for(&table1(0.125)).hidden, 256);
    }

    #[test]
    fn without_stages_it_takes_as_many_epochs() {
        let recipe = Recipe {
            baseline: PhaseRecipe::new(8, 0.005, Some(4)),
            stage: PhaseRecipe::new(6, 0.005, Some(2)),
            ..Recipe::default_for(&table1(1.0))
        };
        assert_eq!(recipe.without_stages(3).baseline, PhaseRecipe::new(26, 0.005, Some(13)));
        assert_eq!(recipe.without_stages(0), recipe);
    }

    #[test]
    fn large_maps_split_the_batch() {
        let input = InputSpec { width: 320, height: 320, channels: 1 };
        assert_eq!(Recipe::default_for(&NetworkSpec::table1(1.0, input, 2)).micro_batch, 8);
        assert_eq!(Recipe::default_for(&table1(1.0)).micro_batch, BATCH);
    }

    #[test]
    fn a_bad_number_is_named() {
        let recipe = Recipe { crop_margin: f32::NAN, ..Recipe::default_for(&table1(1.0)) };
        assert_eq!(recipe.check().map_err(|e| e.what), Err("crop_margin"));
    }

    #[test]
    fn a_recipe_reads_back_from_toml_and_an_unknown_key_is_named() {
        let mut recipe = Recipe::default_for(&table1(0.125));
        recipe.stage.patience = Some(3);
        let text = toml::to_string(&recipe).unwrap();
        assert_eq!(toml::from_str(&text), Ok(recipe));
        let error = toml::from_str::<Recipe>(&format!("impatience = 3\n{text}")).unwrap_err().to_string();
        assert!(error.contains("impatience"), "{error}");
    }

    #[test]
    fn scaling_keeps_the_shape_of_the_schedule() {
        let recipe = Recipe::default_for(&table1(0.125)).with_epochs_scaled(1.5);
        let schedule = |phase: PhaseRecipe| (phase.epochs, phase.halve_every);
        assert_eq!(
            [recipe.classification, recipe.baseline, recipe.stage].map(schedule),
            [(18, Some(9)), (12, Some(6)), (9, Some(3))]
        );
        let mut recipe = recipe;
        recipe.baseline.epochs = 0;
        let least = recipe.with_epochs_scaled(0.01);
        assert_eq!([least.classification.epochs, least.baseline.epochs, least.stage.halve_every.unwrap()], [1, 0, 1]);
    }
}
