//! The postcard header of a model file: the network description and every number that is not an array.
//!
//! Field order is the file's format. Arrays (weights, biases, multipliers, tables) follow in sections: see `layout`.

use heapless::{String, Vec};
use serde::{Deserialize, Serialize};

use super::spec::{HeadSpec, InputSpec, MAX_CLASSES, MAX_CONVOLUTIONS, MAX_STAGES, NetworkSpec};

/// Header of a model file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// The network description.
    pub network: NetworkSpec,
    /// Names of the classes, class 0 first.
    pub class_names: Vec<String<32>, MAX_CLASSES>,
    /// Where the model comes from.
    pub provenance: Provenance,
    /// What one step of each 8-bit map stands for, in the float network's units. The core never reads it.
    pub scales: MapScales,
    /// R of each deconvolution (rule 4), in the order they run.
    pub deconvolution_multipliers: Vec<i32, MAX_CONVOLUTIONS>,
    /// The numbers of the head.
    pub head: HeadNumbers,
}

impl Header {
    /// Reads a header that takes all of `bytes`, and says whether they are one. Each field is read where it stays: by value, every
    /// part of a header would be copied once more.
    pub(super) fn read(&mut self, bytes: &[u8]) -> bool {
        let mut deserializer = postcard::Deserializer::from_bytes(bytes);
        Self::deserialize_in_place(&mut deserializer, self).is_ok()
            && deserializer.finalize().is_ok_and(<[u8]>::is_empty)
    }

    /// Nothing read yet.
    pub(super) fn unread() -> Self {
        let network = NetworkSpec {
            input: InputSpec { width: 0, height: 0, channels: 0 },
            convolutions: Vec::new(),
            stages: 0,
            classes: 0,
            head: HeadSpec::EVIDENCE,
        };
        Self {
            network,
            class_names: Vec::new(),
            provenance: Provenance::default(),
            scales: MapScales::default(),
            deconvolution_multipliers: Vec::new(),
            head: HeadNumbers::default(),
        }
    }
}

/// Where a model comes from. Nothing in it depends on when or where it was made: equal inputs give equal files.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// Name and version of the program that made the file.
    pub producer: String<48>,
    /// Name of the data set.
    pub data: String<64>,
    /// CRC-32 of the data set's list of files, labels and splits.
    pub data_crc32: u32,
    /// Seed of the training.
    pub seed: u64,
    /// Whether the mask threshold was chosen with pixel masks; else image labels alone chose it.
    pub threshold_from_masks: bool,
}

/// What one step of each 8-bit map stands for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MapScales {
    /// The input after its table.
    pub input: f32,
    /// The output of each convolution.
    pub encoder: Vec<f32, MAX_CONVOLUTIONS>,
    /// The output of each deconvolution.
    pub decoder: Vec<f32, MAX_CONVOLUTIONS>,
}

/// The numbers of the head (rules 8 to 10).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct HeadNumbers {
    /// For each stage that the head reads, in order: the scale of its class-map weights as M and n of rule 4. Without
    /// normalization the scale of the stage's map is in it too.
    pub stage_gains: Vec<(u32, u8), { MAX_STAGES + 1 }>,
    /// b_m of Eq. 6 in Q16, one a class. Its magnitude is below 2^30.
    pub bias_q16: Vec<i32, MAX_CLASSES>,
    /// R that takes a logit in Q16 to an 8-bit class map (ReLU maps; rule 9).
    pub map_multiplier: i32,
    /// S_m, what one step of a class map stands for, in Q24.
    pub map_scale_q24: u32,
    /// 1/s of Eq. 7 in Q24.
    pub inverse_sharpness_q24: u32,
    /// Binary problems: a pixel is in the mask where the positive class's map reaches this value.
    pub mask_threshold: u8,
    /// Binary problems: an image is positive where score 1 less score 0 reaches this value, in Q16.
    pub score_threshold_q16: i32,
}
