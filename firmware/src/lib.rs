//! What is linked for one board and one model: the board's constants, the model in flash, the arena. The programs share it.
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

/// The model, where the memory map puts it.
#[unsafe(link_section = ".model")]
pub static MODEL: Aligned<[u8; board::MODEL_BYTES]> = Aligned(*include_bytes!(concat!(env!("OUT_DIR"), "/model.sbk")));
