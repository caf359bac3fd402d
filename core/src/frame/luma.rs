//! Grey of colour.

/// Luma of a pixel by the weights of Rec. 709 on the stored values, rounded half up:
/// `floor((2126 red + 7152 green + 722 blue + 5000) / 10000)`. Grey networks are trained on it.
pub const fn luma([red, green, blue]: [u8; 3]) -> u8 {
    // The weights' sum is the divisor, so that it fits.
    ((2126 * red as u32 + 7152 * green as u32 + 722 * blue as u32 + 5000) / 10_000) as u8
}
