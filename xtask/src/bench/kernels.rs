//! The tables of single layers, every way to compute each, beside CMSIS-NN; then that of the operations.

use std::cmp::Reverse;

use boards::Board;

use super::count::Count;
use super::{cmsis_nn, operations};

/// What is measured of the models of single layers: the last convolution and the deconvolution, each way to compute them once. A
/// convolution takes the same whatever it reads, so one density of it is enough. The operations stay as they are, behind the layers.
pub fn single(counts: Vec<Count>) -> Vec<Count> {
    let (operations, counts): (Vec<Count>, Vec<Count>) = counts.into_iter().partition(operations::is_operation);
    let mut kept: Vec<Count> = Vec::new();
    for count in &counts {
        let is_last =
            |other: &Count| other.model != count.model || !is_convolution(other) || other.layer <= count.layer;
        let is_measured = !count.shape.is_empty() && (!is_convolution(count) || counts.iter().all(is_last));
        let same = |other: &Count| {
            (&other.layer, &other.kernel, &other.shape) == (&count.layer, &count.kernel, &count.shape)
                && (is_convolution(count) || other.model == count.model)
        };
        if is_measured && !kept.iter().any(same) {
            kept.push(count.clone());
        }
    }
    // Together what is compared, the fastest first.
    kept.sort_by_key(|count| {
        let density = if is_convolution(count) { None } else { count.density };
        (!is_convolution(count), count.shape.clone(), Reverse(density), count.instructions)
    });
    kept.extend(operations);
    kept
}

/// One table for convolutions, one for deconvolutions, one for the operations.
pub fn print(board: &Board, counts: &[Count]) {
    let (layers, operations) = counts.split_at(counts.partition_point(|count| !operations::is_operation(count)));
    for layers in layers.chunk_by(|a, b| is_convolution(a) == is_convolution(b)) {
        let is_convolution = layers.first().is_some_and(is_convolution);
        let title = if is_convolution { "convolution, pool" } else { "tied deconvolution" };
        println!(
            "\n{title:<26} {:<52} {:>9} {:>13} {:>8} {:>8} {:>9} {:>6}",
            "kernel", "non-zeros", "instructions", "per MAC", "scratch", "CMSIS-NN", "times"
        );
        for count in layers {
            let (other, times) = match cmsis_nn::per_mac(board, &count.shape, is_convolution) {
                Some(other) => (format!("{other:.3}"), format!("{:.2}", other / count.per_mac())),
                None => ("-".to_owned(), "-".to_owned()),
            };
            let density = if is_convolution { "-".to_owned() } else { count.density_text() };
            let (shape, kernel, instructions) = (&count.shape, &count.kernel, count.instructions);
            println!(
                "{shape:<26} {kernel:<52} {density:>9} {instructions:>13} {:>8.3} {:>8} {other:>9} {times:>6}",
                count.per_mac(),
                count.scratch
            );
        }
    }
    println!(
        "\nEvery kernel gave the definition's bits on the board. Scratch in bytes; times: how often ours fits in CMSIS-NN's."
    );
    operations::print(operations);
}

fn is_convolution(count: &Count) -> bool {
    count.layer.starts_with("conv")
}
