//! The target `stored_plan` driven by libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::stored_plan::run(input));
