//! Says where the linker finds the memory map.

fn main() {
    println!("cargo::rerun-if-env-changed=MODEL");
    println!("cargo::rustc-link-search={}", env!("CARGO_MANIFEST_DIR"));
    println!("cargo::rustc-link-arg=-Tlink.x");
}
