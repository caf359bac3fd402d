//! The attached probes, as `probe-rs list` prints them, and which of them is meant.

use super::ProbeError;

/// An attached probe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attached {
    /// `VID:PID:SERIAL`, as `--probe` takes it.
    pub selector: String,
    /// Its name.
    pub name: String,
    /// Whether this user may use it.
    pub is_accessible: bool,
}

/// The probes in `[0]: NAME -- VID:PID:SERIAL (DRIVER)`, one a line; other lines are none.
pub fn parse(text: &str) -> Vec<Attached> {
    text.lines().filter_map(probe).collect()
}

fn probe(line: &str) -> Option<Attached> {
    let (_, rest) = line.strip_prefix('[')?.split_once("]: ")?;
    let (name, rest) = rest.rsplit_once(" -- ")?;
    let (selector, driver) = rest.split_once(" (")?;
    // A probe without a serial number has nothing behind its last colon.
    let selector = selector.trim().trim_end_matches(':').to_owned();
    Some(Attached { selector, name: name.to_owned(), is_accessible: !driver.contains("inaccessible") })
}

/// The selector of the probe that `wanted` means: the only one that is attached where it is `None`, else one whose selector starts
/// with it.
pub fn choose(attached: &[Attached], wanted: Option<&str>) -> Result<String, ProbeError> {
    let is_wanted = |probe: &&Attached| {
        wanted.is_none_or(|wanted| probe.selector.to_lowercase().starts_with(&wanted.to_lowercase()))
    };
    let candidates: Vec<&Attached> = attached.iter().filter(is_wanted).collect();
    match (candidates.as_slice(), wanted) {
        ([], None) => Err(ProbeError::None),
        ([], Some(wanted)) => Err(ProbeError::NoSuch { wanted: wanted.to_owned(), attached: names(attached.iter()) }),
        ([probe], _) if probe.is_accessible => Ok(probe.selector.clone()),
        ([_], _) => Err(ProbeError::Permission),
        (several, _) => Err(ProbeError::Several { attached: names(several.iter().copied()) }),
    }
}

fn names<'a>(probes: impl Iterator<Item = &'a Attached>) -> String {
    let names: Vec<String> = probes.map(|probe| format!("{} ({})", probe.selector, probe.name)).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: &str = "The following debug probes were found:\n\
        [0]: J-Link -- 1366:1051:000683456789 (J-Link)\n\
        [1]: Debug Probe (CMSIS-DAP) -- 2e8a:000c-0:E66058388357B629 (CMSIS-DAP)\n";

    #[test]
    fn probes_are_read_from_the_list() {
        let probes = parse(TWO);
        let selectors: Vec<&str> = probes.iter().map(|probe| probe.selector.as_str()).collect();
        assert_eq!(selectors, ["1366:1051:000683456789", "2e8a:000c-0:E66058388357B629"]);
        assert!(probes.iter().all(|probe| probe.is_accessible));
        assert_eq!(parse("No debug probes were found.\n"), []);
        let one = parse("[0]: STLink V3 -- 0483:374e: (ST-LINK) (inaccessible)\n");
        assert_eq!((one[0].selector.as_str(), one[0].is_accessible), ("0483:374e", false));
    }

    #[test]
    fn one_probe_is_chosen_or_an_error_says_why_not() {
        let probes = parse(TWO);
        assert_eq!(choose(&probes[..1], None).unwrap(), "1366:1051:000683456789");
        assert_eq!(choose(&probes, Some("2E8A:000c")).unwrap(), "2e8a:000c-0:E66058388357B629");
        assert!(matches!(choose(&[], None), Err(ProbeError::None)));
        assert!(matches!(choose(&probes, None), Err(ProbeError::Several { .. })));
        assert!(matches!(choose(&probes, Some("0483")), Err(ProbeError::NoSuch { .. })));
    }
}
