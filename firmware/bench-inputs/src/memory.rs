//! The memory of plans: what each layer of the measured networks computes in, by plans in less and less of it.

use alloc::format;
use alloc::string::String;

use switchback::model::Model;
use switchback::stream::{KernelSet, Plan};

use crate::{networks, random};

/// Kinds of processors, by one that the compiler knows.
const PROCESSORS: [&str; 2] = ["cortex-m4", "cortex-m55"];

/// A line a layer of every plan: `model,processor,arena,layer,kernel,scratch`, sizes in bytes. The first plan of a model is the
/// fastest, each next one has half the memory, the last is that of the definitions.
///
/// # Errors
/// What keeps a model from being made, in words.
pub fn table() -> Result<String, String> {
    let mut lines = String::from("model,processor,arena,layer,kernel,scratch\n");
    for measured in networks::whole_networks().iter().chain(&networks::single_layers()) {
        let bytes = random::arrays(measured).encode().map_err(|error| format!("{}: {error}", measured.name))?;
        let model = Model::parse(bytes.as_slice()).map_err(|error| format!("{}: {error}", measured.name))?;
        let least = Plan::new(model.network()).arena_bytes();
        for processor in PROCESSORS {
            let mut budget = usize::MAX;
            loop {
                let plan = Plan::within_of(&model, budget, KernelSet::of_processor(Some(processor)));
                let arena = plan.arena_bytes();
                for layer in plan.layers(model.network()) {
                    let (name, kernel, scratch) = (&layer.name, &layer.kernel, layer.scratch_bytes);
                    lines += &format!("{},{processor},{arena},{name},{kernel},{scratch}\n", measured.name);
                }
                if arena <= least {
                    break;
                }
                budget = arena / 2;
            }
        }
    }
    Ok(lines)
}
