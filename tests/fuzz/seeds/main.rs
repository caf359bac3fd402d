//! Writes the corpora that the targets start from: `cargo run -p fuzz --bin fuzz-seeds`. The same bytes every time.
#![forbid(unsafe_code)]

#[cfg(feature = "host-model")]
mod images;
mod link;
mod models;
mod texts;

use std::io;
use std::path::Path;

/// Name and bytes of an input.
type Seed = (String, Vec<u8>);

fn main() -> io::Result<()> {
    let corpora = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let seeds = [
        #[cfg(feature = "host-model")]
        ("image", images::all()),
        ("inference", models::inferences()),
        ("labels", texts::labels()),
        ("link", link::conversations()),
        ("model", models::files()),
        ("network", texts::networks()),
        ("stored-plan", models::plans()),
    ];
    for (target, seeds) in seeds {
        let folder = corpora.join(target);
        std::fs::create_dir_all(&folder)?;
        let bytes: usize = seeds.iter().map(|(_, bytes)| bytes.len()).sum();
        println!("{target}: {} inputs, {bytes} bytes", seeds.len());
        for (name, bytes) in seeds {
            std::fs::write(folder.join(name), bytes)?;
        }
    }
    Ok(())
}
