//! What is linked for one board: its constants, the models in flash, the arena. The programs share it.
#![no_std]

pub mod arena;

use switchback::model::Aligned;

/// The board's constants, from its manifest by the build script.
pub mod board {
    /// The counters that a manifest may name.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum TimerKind {
        /// A CMSDK APB timer, which counts down.
        Cmsdk,
        /// The cycle counter among the FPGA's own registers on Arm's MPS boards.
        Fpgaio,
        /// The processor's own cycle counter.
        Dwt,
    }

    include!(concat!(env!("OUT_DIR"), "/board.rs"));
}

include!(concat!(env!("OUT_DIR"), "/models.rs"));

/// The only model, or the first one.
pub fn model() -> &'static [u8] {
    let [(_, first), ..] = MODELS;
    first
}
