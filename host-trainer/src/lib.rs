//! Trains, quantizes, exports, judges and draws Switchback networks.
#![forbid(unsafe_code)]

pub mod cli;
pub mod data;
pub mod device;
pub mod engine;
pub mod evaluation;
pub mod experiment;
pub mod files;
pub mod float;
pub mod host_model;
pub mod metrics;
pub mod npy;
pub mod phantom;
pub mod pictures;
pub mod quantize;
pub mod report;
pub mod run;
pub mod train;
