//! The colours of evidence and outlines, one table for the PNG pictures and the report's page.

/// Entries of [`heat_table`]: one a level.
pub const HEAT_LEVELS: usize = 256;

/// Outline of the predicted mask: a cold colour, since the heat has none.
pub const MASK_COLOUR: [u8; 3] = [0, 229, 255];
/// Outline of the true mask.
pub const TRUTH_COLOUR: [u8; 3] = [118, 255, 64];

/// Red, green, blue and opacity of each evidence level. Colours are *inferno*, which is perceptually even; no evidence
/// is transparent, so that the image stays visible, and the strongest evidence still lets texture through.
pub fn heat_table() -> [[u8; 4]; HEAT_LEVELS] {
    std::array::from_fn(|level| {
        let strength = level as f64 / (HEAT_LEVELS - 1) as f64;
        // The darkest fifth of inferno would look like a shadow in the image, not like evidence.
        let colorous::Color { r, g, b } = colorous::INFERNO.eval_continuous(0.2 + 0.8 * strength);
        let opacity = 0.78 * strength.powf(0.65);
        [r, g, b, (opacity * 255.0).round() as u8]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_evidence_is_brighter_and_denser() {
        let table = heat_table();
        let luma = |[r, g, b, _]: [u8; 4]| 2 * u32::from(r) + 7 * u32::from(g) + u32::from(b);
        assert_eq!(table[0][3], 0);
        for pair in table.windows(2) {
            assert!(luma(pair[0]) <= luma(pair[1]) + 2 && pair[0][3] <= pair[1][3], "{pair:?}");
        }
    }
}
