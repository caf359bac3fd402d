//! `--seeds`: how many trainings, or which.

/// Seeds of trainings: at least one, none twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seeds(pub Vec<u64>);

const EXPECTED: &str = "a count such as 3 for seeds 0,1,2, or a list such as 0,1,2 (a single seed 7 is the list 7,)";

/// A count of seeds, or a list with a comma at least.
pub fn parse(text: &str) -> Result<Seeds, String> {
    let found = |what: &str| format!("found {what}, expected {EXPECTED}");
    let number = |word: &str| word.trim().parse::<u64>().map_err(|_| found(&format!("'{text}'")));
    let seeds: Vec<u64> = match text.split_once(',') {
        None => (0..number(text)?).take(MOST + 1).collect(),
        Some((first, "")) => vec![number(first)?],
        Some(_) => text.split(',').map(number).collect::<Result<_, _>>()?,
    };
    let repeated = seeds.iter().enumerate().find(|(index, seed)| seeds[..*index].contains(seed));
    match (seeds.len(), repeated) {
        (0, _) => Err(found("no seed")),
        (count, _) if count > MOST => Err(format!("found '{text}', expected at most {MOST} seeds")),
        (_, Some((_, seed))) => Err(found(&format!("seed {seed} twice"))),
        (_, None) => Ok(Seeds(seeds)),
    }
}

/// More trainings than anybody means.
const MOST: usize = 1000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_a_count_and_a_comma_makes_a_list() {
        let seeds = |text| parse(text).map(|seeds| seeds.0);
        assert_eq!(seeds("3"), Ok(vec![0, 1, 2]));
        assert_eq!(seeds("0,1,2"), seeds("3"));
        assert_eq!(seeds("7,"), Ok(vec![7]));
        assert_eq!(seeds("5, 2"), Ok(vec![5, 2]));
        for (wrong, found) in [("0", "no seed"), ("", "''"), ("a", "'a'"), ("1,,2", "'1,,2'"), ("1,1", "seed 1 twice")]
        {
            let error = seeds(wrong).unwrap_err();
            assert!(error.starts_with(&format!("found {found}, expected a count")), "{error}");
        }
        assert!(seeds("18446744073709551615").unwrap_err().contains("at most 1000"));
    }
}
