//! The table of what is neither a convolution nor a deconvolution.

use super::count::Count;

/// What the measuring program calls the model of these counts, for want of one.
const MODEL: &str = "operations";

/// Whether a count is of an operation that belongs to no layer: its unit is its shape, and its multiply-accumulates are how often it was
/// done.
pub fn is_operation(count: &Count) -> bool {
    count.model == MODEL
}

/// A line an operation: instructions of each.
pub fn print(counts: &[Count]) {
    println!("\n{:<38} {:>18} {:>13}", "operation", "for each", "instructions");
    for Count { layer, shape, instructions, macs, .. } in counts {
        println!("{layer:<38} {shape:>18} {:>13.1}", *instructions as f64 / (*macs).max(1) as f64);
    }
}
