//! What is linked for one board: its constants, its chip, the arena, and models where the build names some. The programs share it.
#![no_std]

pub mod arena;
pub mod chip;
#[cfg(board_timer)]
pub mod counter;
pub mod slots;

/// The board's constants, from its manifest by the build script.
pub mod board {
    use core::ops::Range;

    /// A range of addresses.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Region {
        /// The first address.
        pub origin: usize,
        /// Its length.
        pub bytes: usize,
    }

    /// A counter, as the manifest names it.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Timer {
        /// Which registers it has.
        pub kind: TimerKind,
        /// Address of its registers.
        pub base: usize,
        /// Ticks a second.
        pub clock_hz: u32,
    }

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
