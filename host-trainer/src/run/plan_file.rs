//! `plan.json`: what a device needs, part by part.

use serde::Serialize;
use switchback::model::Network;
use switchback::stream::{Phase, Plan};

/// The whole of `plan.json`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PlanFile {
    /// Version of the format.
    pub format: u32,
    /// The command line that made the file.
    pub command: String,
    /// Version of the program that made the file.
    pub version: &'static str,
    /// Length of the arena, exactly.
    pub arena_bytes: usize,
    /// Length of the model file, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flash_bytes: Option<usize>,
    /// Multiply-accumulates of all layers, zeros counted.
    pub macs_dense: u64,
    /// Parts of the arena; parts that do not live at the same time share bytes.
    pub parts: Vec<PlanPart>,
}

/// A part of the arena.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlanPart {
    /// What it holds.
    pub name: String,
    /// Its size.
    pub bytes: usize,
    /// Where it starts.
    pub offset: usize,
    /// The phases that need it: `encode`, `decode`, `finish`.
    pub phases: Vec<&'static str>,
}

/// The phases with their names.
const PHASES: [(Phase, &str); 3] = [(Phase::Encode, "encode"), (Phase::Decode, "decode"), (Phase::Finish, "finish")];

/// Multiply-accumulates of all layers for one image, zeros counted.
pub fn macs(network: &Network) -> u64 {
    let encoder = network.encoder().iter().map(|layer| layer.macs()).sum::<u64>();
    let decoder = network.decoder().iter().map(|layer| layer.macs()).sum::<u64>();
    encoder + decoder
}

impl PlanFile {
    /// The plan of a network, beside the length of its model file where that is known.
    pub fn new(network: &Network, flash_bytes: Option<usize>, command: String) -> Self {
        let plan = Plan::new(network);
        let parts = plan.parts().iter().map(|part| PlanPart {
            name: part.name(network).to_string(),
            bytes: part.bytes,
            offset: part.offset,
            phases: PHASES.iter().filter(|(phase, _)| part.lives_in(*phase)).map(|&(_, name)| name).collect(),
        });
        Self {
            format: 1,
            command,
            version: env!("CARGO_PKG_VERSION"),
            arena_bytes: plan.arena_bytes(),
            flash_bytes,
            macs_dense: macs(network),
            parts: parts.collect(),
        }
    }

    /// The parts as a table for the terminal.
    pub fn table(&self) -> String {
        let mut lines = vec![format!("{:<24} {:>9}  {:>9}  needed in", "part of the arena", "bytes", "at")];
        for part in &self.parts {
            lines.push(format!("{:<24} {:>9}  {:>9}  {}", part.name, part.bytes, part.offset, part.phases.join(", ")));
        }
        let kib = |bytes: usize| bytes as f64 / 1024.0;
        lines.push(format!("arena  {} bytes ({:.1} KiB)", self.arena_bytes, kib(self.arena_bytes)));
        if let Some(flash) = self.flash_bytes {
            lines.push(format!("model  {flash} bytes ({:.1} KiB) of flash", kib(flash)));
        }
        lines
            .push(format!("work   {:.1} M multiply-accumulates an image, zeros counted", self.macs_dense as f64 / 1e6));
        lines.join("\n")
    }
}
