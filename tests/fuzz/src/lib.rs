//! Fuzz targets: each takes any bytes and panics where something is done that must not be done with them.
//!
//! A target is a function, so that `cargo xtask fuzz` drives it with coverage (`targets/`, one program each, by libFuzzer) and
//! `cargo test` replays its corpus (`corpus.rs`). An input that has found something is mended, then committed to
//! `corpus/TARGET/`: it stays a test. `seeds/` makes the corpora that a target starts from.
#![forbid(unsafe_code)]

#[cfg(feature = "host-model")]
pub mod image;
#[cfg(feature = "host-model")]
pub mod inference;
#[cfg(feature = "host-model")]
pub mod labels;
pub mod link;
pub mod model;
pub mod model_file;
#[cfg(feature = "host-model")]
pub mod network;
pub mod parse;
#[cfg(feature = "host-model")]
mod scratch;
pub mod stored_plan;

/// A target: its name, which is its corpus's folder, and what it does with an input.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// In the form `stored-plan`.
    pub name: &'static str,
    /// Panics where the input has found something.
    pub run: fn(&[u8]),
}

/// All targets of this build.
pub const TARGETS: &[Target] = &[
    #[cfg(feature = "host-model")]
    Target { name: "image", run: image::run },
    #[cfg(feature = "host-model")]
    Target { name: "inference", run: inference::run },
    #[cfg(feature = "host-model")]
    Target { name: "labels", run: labels::run },
    Target { name: "link", run: link::run },
    Target { name: "model", run: model::run },
    #[cfg(feature = "host-model")]
    Target { name: "network", run: network::run },
    Target { name: "parse", run: parse::run },
    Target { name: "stored-plan", run: stored_plan::run },
];
