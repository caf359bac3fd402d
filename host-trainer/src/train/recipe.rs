//! How a network is trained, as data.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use switchback::model::spec::NetworkSpec;

use super::preset::Preset;

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
    /// Which convolutions the phases after classification change.
    #[serde(default)]
    pub trained: TrainedConvolutions,
    /// What the network's input is normalized by.
    #[serde(default)]
    pub input_statistics: InputStatistics,
    /// Whether baseline and stages all start from the first weights, as in the paper's object segmentation, and not each from
    /// the one before. There is no classification phase then.
    #[serde(default)]
    pub independent_stages: bool,
}

/// Which convolutions the phases after classification change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TrainedConvolutions {
    /// All of them.
    #[default]
    All,
    /// Those alone that a deconvolution of the stage is tied to (section 4.2, "Object segmentation"); the others keep the weights
    /// they start with.
    Tied,
}

/// What the network's input is normalized by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InputStatistics {
    /// Mean and deviation of the train split's pixels.
    #[default]
    Data,
    /// Mean and deviation of ImageNet's colours: what networks were trained with whose weights come from there.
    Imagenet,
}

/// Mean and deviation of ImageNet's red, green and blue (as torchvision has them, of values from 0 to 1), in pixel levels.
pub(super) const IMAGENET: ([f32; 3], [f32; 3]) =
    ([0.485 * 255.0, 0.456 * 255.0, 0.406 * 255.0], [0.229 * 255.0, 0.224 * 255.0, 0.225 * 255.0]);

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

/// Images a step of the presets.
const BATCH: usize = 16;
/// What the maps of the images in memory may take together.
const MAP_BYTES: usize = 1 << 30;

/// The paper's hidden nodes, beside the filters of the first convolution of its Table 1.
const PAPER_HIDDEN: (usize, usize) = (2048, 96);

impl Recipe {
    /// The preset `microcontroller`: short phases, each stage with a fresh head.
    pub fn default_for(spec: &NetworkSpec) -> Self {
        let recipe = Preset::built_in("microcontroller").recipe(spec, &[]);
        recipe.expect("the presets that come with the program are tested")
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
        ensure(self.hidden > 0, "hidden", self.hidden as f32, "at least 1")?;
        let classification = self.classification.epochs;
        let starts_alike = !self.independent_stages || classification == 0;
        ensure(starts_alike, "classification.epochs", classification as f32, "0 where independent_stages is true")
    }
}

/// The paper's fully connected layers, narrowed as the convolutions are; at least 64.
pub(super) fn hidden_nodes(spec: &NetworkSpec) -> usize {
    let (nodes, filters) = PAPER_HIDDEN;
    let first = spec.convolutions.first().map_or(filters, |convolution| convolution.filters.into());
    ((nodes * first + filters / 2) / filters).max(64)
}

/// The largest part of a batch, all parts alike, whose maps fit in [`MAP_BYTES`].
pub(super) fn micro_batch(spec: &NetworkSpec) -> usize {
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
    fn without_stages_it_takes_as_many_epochs() {
        let recipe = Recipe::default_for(&table1(1.0));
        assert_eq!((recipe.baseline.epochs, recipe.stage.epochs), (8, 6));
        let longer = PhaseRecipe { epochs: 26, halve_every: Some(13), ..recipe.baseline };
        assert_eq!(recipe.without_stages(3).baseline, longer);
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
