//! THE network description: what the trainer builds, the exporter writes, the planner sizes and the core runs.
//!
//! Plain data, readable from TOML and stored with postcard in the model file (field order is the file's format: a change
//! here is a new [`crate::model::FORMAT_VERSION`]). A description that was checked is a [`Network`](super::Network).

use heapless::Vec;
use serde::{Deserialize, Serialize};

use crate::bounded::bounded;

/// The most convolutions a network may have (Table 2 of the paper has 13).
pub const MAX_CONVOLUTIONS: usize = 16;
/// The most classes, background or negative included (PASCAL VOC has 21).
pub const MAX_CLASSES: usize = 32;
/// The most stages: every block of convolutions can be inverted once.
pub const MAX_STAGES: usize = MAX_CONVOLUTIONS;
/// The widest and tallest input image, in pixels.
pub const MAX_SIDE: u16 = 1024;
/// The most filters of one convolution; keeps the class sums of rule 8 below 2^24.
pub const MAX_FILTERS: u16 = 512;
/// The largest kernel; kernels are odd.
pub const MAX_KERNEL: u8 = 15;

/// A whole network: encoder, number of deconvolution stages and head.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkSpec {
    /// Size of the image that the network takes.
    pub input: InputSpec,
    /// The encoder, first convolution first.
    pub convolutions: Vec<ConvolutionSpec, MAX_CONVOLUTIONS>,
    /// L_d: deconvolution stages stacked on the encoder; stage `j` inverts the `j`-th block from the top. 0 is the
    /// paper's baseline.
    pub stages: u8,
    /// K: classes, the negative class or the background included as class 0.
    pub classes: u8,
    /// How class maps are read from the stages and pooled into scores.
    pub head: HeadSpec,
}

/// Size of the image that a network takes; pixels are 8 bits, channels last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InputSpec {
    /// Pixels a row, 1 to [`MAX_SIDE`].
    pub width: u16,
    /// Rows, 1 to [`MAX_SIDE`].
    pub height: u16,
    /// 1 (grey) or 3 (red, green, blue).
    pub channels: u8,
}

/// One convolution: stride 1, same padding, then optionally 2x2 max-pooling, then ReLU (Eq. 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConvolutionSpec {
    /// Output channels, 1 to [`MAX_FILTERS`].
    pub filters: u16,
    /// Side of the square kernel: odd, 1 to [`MAX_KERNEL`].
    pub kernel: u8,
    /// Whether 2x2 max-pooling with stride 2 follows. A pool ends a block; a stage inverts a block.
    pub pool: bool,
}

/// The head: class maps (Eq. 4 to 6) and their aggregation (Eq. 7).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeadSpec {
    /// Which stages' features the class maps are computed from.
    pub features: Features,
    /// What is done to a stage's map before the class-map convolution (E{} of Eq. 4).
    pub normalization: Normalization,
    /// Which classes have a map of their own.
    pub maps: ClassMaps,
    /// The nonlinearity of the class maps (σ in Eq. 7).
    pub activation: MapActivation,
    /// s of Eq. 7: small is like average pooling, large is like max pooling. Finite, 0.25 to 64.
    pub sharpness: f32,
}

/// Which stages' features the class maps are computed from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Features {
    /// The top map and every deconvolution stage (the paper, Eq. 4).
    AllStages,
    /// The last stage alone.
    LastStage,
}

/// Per-image normalization of one stage's map over height, width and channels together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Normalization {
    /// Zero mean, unit variance (E{} of the paper).
    Standardize,
    /// Unit root mean square; zero stays zero.
    Rms,
    /// None: one constant multiplier.
    None,
}

/// Which classes have a map of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClassMaps {
    /// A map for every class (the paper).
    PerClass,
    /// Binary problems: one map for the positive class; the negative class's logit is a learned constant.
    Evidence,
}

/// The nonlinearity of the class maps (σ in Eq. 7), which also decides the training loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MapActivation {
    /// Element-wise ReLU; exactly one label an image (the paper's binary case).
    Relu,
    /// Softmax over the classes of each pixel; any number of labels an image.
    Softmax,
}

impl HeadSpec {
    /// The head that localizes best for one label an image of two: one evidence map from the last stage, unit RMS.
    pub const EVIDENCE: Self = Self {
        features: Features::LastStage,
        normalization: Normalization::Rms,
        maps: ClassMaps::Evidence,
        activation: MapActivation::Relu,
        sharpness: 5.0,
    };
    /// The paper's head for binary problems (section 3.1).
    pub const PAPER_BINARY: Self = Self {
        features: Features::AllStages,
        normalization: Normalization::Standardize,
        maps: ClassMaps::PerClass,
        activation: MapActivation::Relu,
        sharpness: 5.0,
    };
    /// The paper's head for multi-label problems: softmax over the classes of each pixel.
    pub const PAPER_MULTI_LABEL: Self = Self { activation: MapActivation::Softmax, ..Self::PAPER_BINARY };

    /// The paper's head for `classes` classes: [`Self::PAPER_BINARY`] for two, else [`Self::PAPER_MULTI_LABEL`].
    pub const fn paper(classes: u8) -> Self {
        if classes == 2 { Self::PAPER_BINARY } else { Self::PAPER_MULTI_LABEL }
    }

    /// The default head for `classes` classes: [`Self::EVIDENCE`] for two, else the paper's multi-label head.
    pub const fn recommended(classes: u8) -> Self {
        if classes == 2 { Self::EVIDENCE } else { Self::PAPER_MULTI_LABEL }
    }
}

impl NetworkSpec {
    /// Table 1 of the paper (TB screening): five convolutions, each pooled, three stages; with its filters multiplied by
    /// `width`.
    pub fn table1(width: f32, input: InputSpec, classes: u8) -> Self {
        const LAYERS: [(u16, u8, bool); 5] =
            [(96, 11, true), (256, 5, true), (384, 3, true), (384, 3, true), (256, 3, true)];
        Self::from_table(&LAYERS, width, input, classes)
    }

    /// Table 2 of the paper (VGG-16 without its fully connected layers), three stages; with its filters multiplied by
    /// `width`.
    pub fn table2(width: f32, input: InputSpec, classes: u8) -> Self {
        const LAYERS: [(u16, u8, bool); 13] = [
            (64, 3, false),
            (64, 3, true),
            (128, 3, false),
            (128, 3, true),
            (256, 3, false),
            (256, 3, false),
            (256, 3, true),
            (512, 3, false),
            (512, 3, false),
            (512, 3, true),
            (512, 3, false),
            (512, 3, false),
            (512, 3, true),
        ];
        Self::from_table(&LAYERS, width, input, classes)
    }

    fn from_table(layers: &[(u16, u8, bool)], width: f32, input: InputSpec, classes: u8) -> Self {
        let layers = layers.iter();
        let convolutions = bounded(layers.map(|&(filters, kernel, pool)| ConvolutionSpec {
            filters: scale_filters(filters, width),
            kernel,
            pool,
        }));
        Self { input, convolutions, stages: 3, classes, head: HeadSpec::recommended(classes) }
    }
}

/// `filters * width`, rounded to a multiple of four (what packed kernels want), at least four.
fn scale_filters(filters: u16, width: f32) -> u16 {
    let quads = (f32::from(filters) * width / 4.0 + 0.5) as u16;
    quads.max(1).saturating_mul(4)
}
