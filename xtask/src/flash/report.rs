//! What a device said of itself, as the trainer wrote it.

use std::path::Path;

use crate::emulator::INSTRUCTIONS_PER_SECOND;

/// Of `device.json`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Report {
    ticks_per_image: u64,
    ticks_per_second: u64,
    /// The most bytes of stack that were used.
    pub stack_used: u64,
}

impl Report {
    /// Of the folder `out`; `None` where there is none, or it says something else.
    pub fn read(out: &Path) -> Option<Self> {
        let report: serde_json::Value = serde_json::from_slice(&std::fs::read(out.join("device.json")).ok()?).ok()?;
        let number = |key| report.get(key).and_then(serde_json::Value::as_u64);
        Some(Self {
            ticks_per_image: number("ticks_per_image")?,
            ticks_per_second: number("ticks_per_second").filter(|&ticks| ticks > 0)?,
            stack_used: number("stack_used")?,
        })
    }

    /// Instructions an image on an emulated board, which does a known number of them a second.
    pub fn instructions(&self) -> u64 {
        self.ticks_per_image.saturating_mul(INSTRUCTIONS_PER_SECOND / self.ticks_per_second)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_become_instructions() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Report::read(folder.path()), None);
        let text = r#"{"ticks_per_image": 1000, "ticks_per_second": 25000000, "stack_used": 77}"#;
        std::fs::write(folder.path().join("device.json"), text).unwrap();
        let report = Report::read(folder.path()).unwrap();
        assert_eq!((report.instructions(), report.stack_used), (40_000, 77));
    }
}
