//! The table of a whole network.

use super::count::Count;

/// A table a model and image.
pub fn print(counts: &[Count]) {
    for layers in counts.chunk_by(|a, b| (&a.model, &a.image) == (&b.model, &b.image)) {
        let Some(first) = layers.first() else { continue };
        let total = Count {
            layer: "total".to_owned(),
            instructions: layers.iter().map(|count| count.instructions).sum(),
            macs: layers.iter().map(|count| count.macs).sum(),
            ..Count::default()
        };
        if first.image.is_empty() {
            let once = layers.iter().map(|count| format!("{} {}", count.layer, count.instructions));
            println!("\n{}, once, whatever the images: {}", first.model, once.collect::<Vec<_>>().join(", "));
            continue;
        }
        let Count { model, crc32, image, arena, .. } = first;
        println!("\n{model} (crc {crc32}), {image} image, arena of {arena} bytes");
        let width = layers.iter().map(|count| count.kernel.len()).max().unwrap_or(0).max("kernel".len());
        println!(
            "{:<12} {:<width$} {:>9} {:>13} {:>12} {:>7} {:>7}",
            "layer", "kernel", "non-zeros", "instructions", "dense MACs", "per MAC", "share"
        );
        layers.iter().chain([&total]).for_each(|count| line(count, width, total.instructions));
    }
    println!();
}

fn line(count: &Count, width: usize, total: u64) {
    let (macs, each) = match count.macs {
        0 => ("-".to_owned(), "-".to_owned()),
        macs => (macs.to_string(), format!("{:.2}", count.per_mac())),
    };
    let share = 100.0 * count.instructions as f64 / total.max(1) as f64;
    println!(
        "{:<12} {:<width$} {:>9} {:>13} {macs:>12} {each:>7} {share:>5.1} %",
        count.layer,
        count.kernel,
        count.density_text(),
        count.instructions
    );
}
