//! Rule 7: D = isqrt(N*A2 - A1^2).

/// The largest integer whose square is at most `value`.
pub const fn isqrt(value: u64) -> u32 {
    // Digit by digit in base 4: `root` gathers the bits of the result from the top, `remainder` what is left of `value`.
    let mut remainder = value;
    let mut root = 0u64;
    let mut bit = 1u64 << 62;
    while bit != 0 {
        let trial = root + bit;
        root >>= 1;
        if remainder >= trial {
            remainder -= trial;
            root += bit;
        }
        bit >>= 2;
    }
    root as u32
}
