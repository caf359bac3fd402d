//! The colours of evidence: those of the host's pictures, within a few steps.

/// Red, green, blue and opacity of every sixteenth level: the colour table *inferno* without its darkest fifth, which would
/// look like a shadow; no evidence is transparent, and the strongest still lets texture through.
const SIXTEENTHS: [[u8; 4]; 17] = [
    [66, 10, 103, 0],
    [86, 15, 109, 33],
    [107, 23, 110, 52],
    [127, 30, 108, 67],
    [147, 37, 103, 81],
    [167, 45, 95, 94],
    [187, 54, 84, 105],
    [205, 66, 71, 117],
    [221, 81, 57, 127],
    [234, 99, 41, 137],
    [243, 119, 25, 147],
    [249, 141, 9, 156],
    [252, 165, 11, 165],
    [250, 190, 36, 174],
    [245, 215, 70, 183],
    [241, 239, 117, 191],
    [252, 255, 164, 199],
];

/// Red, green, blue and opacity of a level of evidence, interpolated between those that are kept.
pub fn heat(level: u8) -> [u8; 4] {
    let (index, part) = (usize::from(level / 16), u32::from(level % 16));
    let [low, high] = [index, index + 1].map(|index| SIXTEENTHS.get(index).copied().unwrap_or_default());
    let mut mixed = low;
    for (value, next) in mixed.iter_mut().zip(high) {
        *value = ((u32::from(*value) * (16 - part) + u32::from(next) * part + 8) / 16) as u8;
    }
    mixed
}

#[cfg(test)]
mod tests {
    use super::heat;

    #[test]
    fn the_colours_are_those_of_the_host() {
        for level in 0..=255u8 {
            let strength = f64::from(level) / 255.0;
            let colorous::Color { r, g, b } = colorous::INFERNO.eval_continuous(0.2 + 0.8 * strength);
            let opacity = (0.78 * strength.powf(0.65) * 255.0).round() as u8;
            // The steepest opacities lie between the first two entries.
            let most = if level < 16 { 7 } else { 5 };
            for (found, expected) in heat(level).into_iter().zip([r, g, b, opacity]) {
                assert!(found.abs_diff(expected) <= most, "level {level}: found {found}, expected {expected}");
            }
        }
    }

    #[test]
    fn no_evidence_is_transparent_and_more_is_denser() {
        assert_eq!(heat(0)[3], 0);
        assert!((0..255).all(|level| heat(level)[3] <= heat(level + 1)[3]));
    }
}
