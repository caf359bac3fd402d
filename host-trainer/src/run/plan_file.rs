//! `plan.json`: what a device needs, part by part.

use serde::Serialize;
use switchback::model::{Model, Network};
use switchback::stream::{KernelSet, Phase, Plan};

/// The whole of `plan.json`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PlanFile {
    /// Version of the format.
    pub format: u32,
    /// The command line that made the file.
    pub command: String,
    /// Version of the program that made the file.
    pub version: &'static str,
    /// Length of the plan's arena, exactly.
    pub arena_bytes: usize,
    /// Length of the smallest plan's arena: every layer from its definition.
    pub smallest_arena_bytes: usize,
    /// Length of the model file, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flash_bytes: Option<usize>,
    /// Multiply-accumulates of all layers, zeros counted.
    pub macs_dense: u64,
    /// How each layer is computed.
    pub layers: Vec<PlanLayer>,
    /// Parts of the arena; parts that do not live at the same time share bytes.
    pub parts: Vec<PlanPart>,
    /// Plans in less memory, down to the smallest.
    pub smaller: Vec<SmallerPlan>,
    /// Networks like it that the board has room for, where it has none for this one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub would_fit: Vec<String>,
}

/// How a layer is computed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlanLayer {
    /// Its name in the network.
    pub name: String,
    /// Its kernel, and in what portions it computes.
    pub kernel: String,
    /// Multiply-accumulates, zeros counted.
    pub macs_dense: u64,
    /// Bytes that it computes in.
    pub scratch_bytes: usize,
    /// Estimated instructions on a processor with the DSP extension; `bench` counts them.
    pub instructions_estimate: u64,
}

/// A plan in less memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct SmallerPlan {
    /// Length of its arena.
    pub arena_bytes: usize,
    /// Estimated instructions of all layers on a processor with the DSP extension.
    pub instructions_estimate: u64,
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

/// A plan that saves less than this part of the instructions of one in less memory is not worth a line.
const WORTH: u64 = 50;

impl PlanFile {
    /// The fastest plan of a model within `budget` bytes of arena, or the smallest where none is.
    pub fn of_model(model: &Model<'_>, budget: usize, kinds: KernelSet, command: String) -> Self {
        let flash_bytes = Some(model.bytes().len());
        Self::new(model.network(), flash_bytes, command, budget, |budget| Plan::within_of(model, budget, kinds))
    }

    /// The plan that a trained model of `network` most likely has, beside the length of its file.
    pub fn of_network(network: &Network, flash_bytes: usize, budget: usize, kinds: KernelSet, command: String) -> Self {
        let plan = |budget| Plan::assuming_bounds(network, budget, kinds);
        Self::new(network, Some(flash_bytes), command, budget, plan)
    }

    fn new(
        network: &Network,
        flash_bytes: Option<usize>,
        command: String,
        budget: usize,
        within: impl Fn(usize) -> Plan,
    ) -> Self {
        let plan = within(budget);
        let parts = plan.parts().iter().filter(|part| part.bytes > 0).map(|part| PlanPart {
            name: part.name(network).to_string(),
            bytes: part.bytes,
            offset: part.offset,
            phases: PHASES.iter().filter(|(phase, _)| part.lives_in(*phase)).map(|&(_, name)| name).collect(),
        });
        let layers = plan.layers(network).map(|layer| PlanLayer {
            name: layer.name.to_string(),
            kernel: layer.kernel.to_string(),
            macs_dense: layer.macs,
            scratch_bytes: layer.scratch_bytes,
            instructions_estimate: layer.instructions,
        });
        Self {
            format: 2,
            command,
            version: env!("CARGO_PKG_VERSION"),
            arena_bytes: plan.arena_bytes(),
            smallest_arena_bytes: Plan::new(network).arena_bytes(),
            flash_bytes,
            macs_dense: network.macs(),
            layers: layers.collect(),
            parts: parts.collect(),
            smaller: smaller(network, &plan, within),
            would_fit: Vec::new(),
        }
    }

    /// Estimated instructions of all layers on a processor with the DSP extension.
    pub fn instructions_estimate(&self) -> u64 {
        self.layers.iter().map(|layer| layer.instructions_estimate).sum()
    }

    /// Layers, parts and smaller plans as tables for the terminal.
    pub fn table(&self) -> String {
        let mut lines = vec![format!(
            "{:<10} {:<52} {:>9} {:>9} {:>14}",
            "layer", "kernel", "M MACs", "scratch", "~M instructions"
        )];
        for layer in &self.layers {
            let (macs, instructions) = (millions(layer.macs_dense), millions(layer.instructions_estimate));
            let (name, kernel, scratch) = (&layer.name, &layer.kernel, layer.scratch_bytes);
            lines.push(format!("{name:<10} {kernel:<52} {macs:>9.2} {scratch:>9} {instructions:>14.2}"));
        }
        lines.push(format!("\n{:<24} {:>9}  {:>9}  needed in", "part of the arena", "bytes", "at"));
        for part in &self.parts {
            lines.push(format!("{:<24} {:>9}  {:>9}  {}", part.name, part.bytes, part.offset, part.phases.join(", ")));
        }
        if !self.smaller.is_empty() {
            lines.push(format!("\n{:<24} {:>14}", "in less memory, KiB", "~M instructions"));
        }
        for plan in &self.smaller {
            lines.push(format!("{:<24.1} {:>14.1}", kib(plan.arena_bytes), millions(plan.instructions_estimate)));
        }
        lines.push(format!("\narena  {} bytes ({:.1} KiB)", self.arena_bytes, kib(self.arena_bytes)));
        if let Some(flash) = self.flash_bytes {
            lines.push(format!("model  {flash} bytes ({:.1} KiB) of flash", kib(flash)));
        }
        lines.push(format!(
            "work   {:.1} M multiply-accumulates an image, zeros counted; about {:.1} M instructions with the DSP extension or vectors\n       (twice as many on a Cortex-M3, four times on a Cortex-M0+)",
            millions(self.macs_dense),
            millions(self.instructions_estimate())
        ));
        lines.join("\n")
    }
}

/// The plans below `plan`, each worth its memory.
fn smaller(network: &Network, plan: &Plan, within: impl Fn(usize) -> Plan) -> Vec<SmallerPlan> {
    let describe = |plan: &Plan| SmallerPlan {
        arena_bytes: plan.arena_bytes(),
        instructions_estimate: plan.layers(network).map(|layer| layer.instructions).sum(),
    };
    let smallest = Plan::new(network).arena_bytes();
    let (mut plans, mut last) = (Vec::<SmallerPlan>::new(), describe(plan));
    while last.arena_bytes > smallest {
        let next = describe(&within(last.arena_bytes - 1));
        // The one in less memory is nearly as fast: it replaces the one before.
        let most = next.instructions_estimate - next.instructions_estimate / WORTH;
        if plans.last().is_some_and(|before| before.instructions_estimate >= most) {
            plans.pop();
        }
        plans.push(next);
        last = next;
    }
    plans
}

fn millions(count: u64) -> f64 {
    count as f64 / 1e6
}

fn kib(bytes: usize) -> f64 {
    bytes as f64 / 1024.0
}
