//! What can be fuzzed.

/// A target of `tests/fuzz`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// The folder of its corpus; its program is `fuzz-NAME`.
    pub name: &'static str,
    /// Whether it needs the trainer, and with it candle.
    pub needs_trainer: bool,
    /// The longest input in bytes.
    pub longest: usize,
    /// Another target whose corpus is its corpus as well.
    pub shares: Option<&'static str>,
}

const fn target(name: &'static str, needs_trainer: bool, longest: usize) -> Target {
    Target { name, needs_trainer, longest, shares: None }
}

/// All of them, those first that take bytes from outside to a device.
pub const TARGETS: [Target; 8] = [
    Target { shares: Some("model"), ..target("parse", false, 4096) },
    target("model", false, 4096),
    target("stored-plan", false, 256),
    target("link", false, 4096),
    target("inference", true, 32),
    target("labels", true, 1024),
    target("network", true, 1024),
    target("image", true, 4096),
];

/// The targets of these names, all where there are none.
///
/// # Errors
/// The first name that is none.
pub fn named(names: &[String]) -> Result<Vec<Target>, String> {
    if names.is_empty() {
        return Ok(TARGETS.to_vec());
    }
    let named = |name: &String| TARGETS.into_iter().find(|target| target.name == *name).ok_or_else(|| name.clone());
    names.iter().map(named).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paths;

    #[test]
    fn each_has_a_program_and_a_corpus_and_each_program_is_listed() {
        let folder = paths::root().join("tests/fuzz");
        let programs = std::fs::read_dir(folder.join("targets")).unwrap();
        let mut programs: Vec<String> = programs
            .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().replace('_', "-"))
            .collect();
        programs.sort();
        let mut names = TARGETS.map(|target| target.name.to_owned());
        names.sort();
        assert_eq!(programs, names);
        for target in TARGETS {
            assert!(folder.join("corpus").join(target.shares.unwrap_or(target.name)).is_dir(), "{}", target.name);
        }
    }

    #[test]
    fn names_are_looked_up_and_unknown_ones_told() {
        assert_eq!(named(&[]), Ok(TARGETS.to_vec()));
        assert_eq!(named(&["link".into(), "parse".into()]), Ok(vec![TARGETS[3], TARGETS[0]]));
        assert_eq!(named(&["links".into()]), Err("links".into()));
    }
}
