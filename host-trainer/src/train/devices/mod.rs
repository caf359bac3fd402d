//! Where gradients are computed: on the CPU, on a GPU, or on several, each with its part of a batch.
//!
//! The network that is trained, its optimizer, checkpoints and files stay on the CPU. On other devices there are replicas of it:
//! after each step's update they get the new weights.
//!
//! | what | file |
//! |---|---|
//! | `--device`: what is asked for, and opening it | `choice` |
//! | copies of a network, one a device | `replicas` |
//! | gradients of parts of a batch, and their sum over the devices | `gradients` |
//! | that sum by NCCL (feature `nccl`) | `nccl` |

mod choice;
mod gradients;
#[cfg(feature = "nccl")]
mod nccl;
mod replicas;

use candle_core::Device;

pub use choice::{DeviceChoice, DeviceError};
pub(super) use gradients::{Gradients, PartGradients};
pub use replicas::Replicas;

use gradients::Sum;

/// The open devices of a training, at least one.
#[derive(Debug)]
pub struct Devices {
    all: Vec<Device>,
    sum: Sum,
}

impl Devices {
    /// The CPU alone.
    pub fn cpu() -> Self {
        Self { all: vec![Device::Cpu], sum: Sum::OnHost }
    }

    /// Several parts of a batch, all on the CPU: what tests the way of several GPUs.
    #[cfg(test)]
    pub(super) fn cpu_parts(parts: usize) -> Self {
        Self { all: vec![Device::Cpu; parts], sum: Sum::OnHost }
    }
}
