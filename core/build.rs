//! Chooses the back end of `src/arch` by what the compiler may use: it is told by the target's name and, where that leaves it
//! open, by `-C target-cpu`.
//!
//! `cfg(target_feature)` does not name Arm's DSP and vector extensions on a stable compiler.

use std::env;

/// Processors of Armv8-M Mainline that have the DSP extension in every product known to us.
const DSP_PROCESSORS: [&str; 2] = ["cortex-m33", "cortex-m35p"];
/// Processors of Armv8.1-M whose products have it and the vector extension (Helium).
const VECTOR_PROCESSORS: [&str; 2] = ["cortex-m55", "cortex-m85"];

fn main() {
    println!(
        "cargo::rustc-check-cfg=cfg(switchback_armv6m, switchback_armv7m, switchback_dsp, switchback_helium, switchback_vectors, switchback_multiply_long)"
    );
    println!("cargo::rerun-if-changed=build.rs");
    let target = env::var("TARGET").unwrap_or_default();
    let flags = env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    let processor = flags.split('\x1f').find_map(|flag| {
        let flag = flag.strip_prefix("-C").unwrap_or(flag);
        flag.strip_prefix("target-cpu=")
    });
    let is_one_of = |processors: &[&str]| {
        target.starts_with("thumbv8m.main") && processor.is_some_and(|processor| processors.contains(&processor))
    };
    let has_vectors = is_one_of(&VECTOR_PROCESSORS);
    let has_dsp = has_vectors || is_one_of(&DSP_PROCESSORS) || target.starts_with("thumbv7em");
    if target.starts_with("thumbv7") || target.starts_with("thumbv8m.main") {
        println!("cargo::rustc-cfg=switchback_armv7m");
    }
    if has_dsp {
        println!("cargo::rustc-cfg=switchback_dsp");
    }
    // `KernelSet::of_processor` knows them by the same list.
    println!("cargo::rustc-env=SWITCHBACK_VECTOR_PROCESSORS={}", VECTOR_PROCESSORS.join(","));
    if has_vectors {
        println!("cargo::rustc-cfg=switchback_helium");
    }
    // Hosts have the vectors' kernels to compare with; on other devices they would be dead weight.
    if has_vectors || !target.starts_with("thumb") {
        println!("cargo::rustc-cfg=switchback_vectors");
    }
    // What every file of assembly starts with: `global_asm!` knows the target's extensions, not those of `target-cpu`.
    let directive = match (has_vectors, has_dsp && !target.starts_with("thumbv7em")) {
        (true, _) => ".cpu cortex-m55; ",
        (_, true) => ".cpu cortex-m33; ",
        _ => "",
    };
    let is_fast = env::var_os("CARGO_FEATURE_FAST").is_some();
    println!(
        "cargo::rustc-env=SWITCHBACK_ASSEMBLER={directive}.set SB_DSP, {}; .set SB_FAST, {}",
        u8::from(has_dsp),
        u8::from(is_fast)
    );
    // Cortex-M0, M0+ and M23 multiply 32 by 32 bits to 32.
    let is_armv6m = target.starts_with("thumbv6m") || target.starts_with("thumbv8m.base");
    println!("cargo::rustc-cfg={}", if is_armv6m { "switchback_armv6m" } else { "switchback_multiply_long" });
}
