//! What keeps a probe from flashing, recognized from what probe-rs prints.

/// Why a probe does not flash.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProbeError {
    /// No probe is attached.
    #[error("probe: found none, expected one attached to USB")]
    None,
    /// Several are, and none is named.
    #[error("probe: found several ({attached}), expected one")]
    Several {
        /// Their selectors and names.
        attached: String,
    },
    /// The named one is not attached.
    #[error("probe: found {attached}, expected {wanted}")]
    NoSuch {
        /// What was asked for.
        wanted: String,
        /// The selectors and names of those that are attached.
        attached: String,
    },
    /// It is attached, but this user may not use it.
    #[error("probe: found no permission to open its USB device, expected to read and write it")]
    Permission,
    /// Another program has it.
    #[error("probe: found it in use by another program, expected it free")]
    Busy,
    /// probe-rs does not know the chip of the manifest.
    #[error("chip {chip}: found none of this name in probe-rs, expected one that it knows")]
    UnknownChip {
        /// Its name in the manifest.
        chip: String,
    },
    /// No chip answers, or another one.
    #[error("chip: found no {chip} that answers the probe, expected one ({said})")]
    WrongChip {
        /// Its name in the manifest.
        chip: String,
        /// probe-rs' own message.
        said: String,
    },
    /// The chip is read-protected.
    #[error("chip {chip}: found it locked, expected it open to the probe")]
    Locked {
        /// Its name in the manifest.
        chip: String,
    },
    /// What was written is not what is read.
    #[error("flash of {chip}: found other bytes than were written, expected equal ones")]
    Verify {
        /// Its name in the manifest.
        chip: String,
    },
    /// Something else.
    #[error("probe-rs: found an error ({said}), expected none")]
    Other {
        /// Its own message.
        said: String,
    },
}

/// What a message means; the first line that matches decides, so the more special come first.
type Meaning = fn(&str, &str) -> ProbeError;

/// Parts of probe-rs' messages (0.24 to 0.32), in small letters.
const MEANINGS: [(&[&str], Meaning); 12] = [
    (&["no connected probes were found", "no probe was found", "no debug probes were found"], |_, _| ProbeError::None),
    (&["probes were found"], |said, _| ProbeError::Several { attached: said.to_owned() }),
    (&["permission denied", "access denied", "insufficient permissions", "due to permissions"], |_, _| {
        ProbeError::Permission
    }),
    (&["resource busy", "device or resource busy", "already in use", "in use by another"], |_, _| ProbeError::Busy),
    (&["selected debug probe was not found"], |_, _| ProbeError::None),
    (
        &["was not found in the database", "was not found in the list of known targets", "found multiple chips"],
        |_, chip| ProbeError::UnknownChip { chip: chip.to_owned() },
    ),
    (&["required permissions were not given", "lacked the permission", "erase_all"], |_, chip| ProbeError::Locked {
        chip: chip.to_owned(),
    }),
    (&["verification failed"], |_, chip| ProbeError::Verify { chip: chip.to_owned() }),
    (&["idcode", "unexpected target"], wrong_chip),
    (&["failed to find or attach to the target", "target not found", "target device did not respond"], wrong_chip),
    (&["connecting to the chip was unsuccessful", "an arm specific error"], wrong_chip),
    (&["no flash memory contains", "no loadable segments"], wrong_chip),
];

fn wrong_chip(said: &str, chip: &str) -> ProbeError {
    ProbeError::WrongChip { chip: chip.to_owned(), said: said.to_owned() }
}

impl ProbeError {
    /// What the messages of a failed probe-rs mean for the chip `chip`.
    pub fn of_output(stderr: &str, chip: &str) -> Self {
        let text = stderr.to_lowercase();
        let said = said(stderr);
        let meaning = MEANINGS.iter().find(|(parts, _)| parts.iter().any(|part| text.contains(part)));
        meaning.map_or_else(|| Self::Other { said: said.clone() }, |(_, meaning)| meaning(&said, chip))
    }

    /// The next step.
    pub fn help(&self) -> String {
        match self {
            Self::None => "plug the board's debug USB port or a probe in; probe-rs list shows what is seen",
            Self::Several { .. } | Self::NoSuch { .. } => "name one: --probe VID:PID:SERIAL; probe-rs list shows them",
            Self::Permission => "install probe-rs' udev rules: https://probe.rs/docs/getting-started/probe-setup",
            Self::Busy => "end the other program (a debugger, a serial monitor, another probe-rs)",
            Self::UnknownChip { .. } => "a newer probe-rs knows more chips; probe-rs chip list shows them",
            Self::WrongChip { .. } => "is --board the board that is plugged in, powered and wired to this probe?",
            Self::Locked { .. } => "probe-rs erase --allow-erase-all --chip CHIP opens it and erases all that is on it",
            Self::Verify { .. } => "flash again; a worn flash or a loose wire fails again",
            Self::Other { .. } => "probe-rs info shows whether probe and chip answer",
        }
        .to_owned()
    }
}

/// The message in one line: from `Error:` on, without line breaks and numbers of causes.
fn said(stderr: &str) -> String {
    let error = stderr.find("Error:").map_or(stderr, |at| stderr.get(at + "Error:".len()..).unwrap_or(stderr));
    let lines = error.lines().map(str::trim).filter(|line| !line.is_empty() && *line != "Caused by:");
    lines.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_becomes_one_line() {
        let text = " WARN something\nError: Connecting to the chip was unsuccessful.\n\nCaused by:\n    0: An ARM specific error occurred.\n    1: No ack\n";
        assert_eq!(said(text), "Connecting to the chip was unsuccessful. 0: An ARM specific error occurred. 1: No ack");
    }

    #[test]
    fn an_unknown_message_is_shown() {
        let error = ProbeError::of_output("Error: the moon is full\n", "RP2040");
        assert_eq!(error, ProbeError::Other { said: "the moon is full".to_owned() });
    }
}
