//! A manifest as it is written, and the board that it describes.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::memory::{Memory, Reserve};
use crate::{BoardError, Chip, check, folder, names};

/// A board, as its manifest describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Board {
    /// The manifest's file name without its ending.
    pub name: String,
    /// What it is, for people.
    pub description: String,
    /// The compiler's name of its processor.
    pub triple: String,
    /// The processor, where the compiler's name stands for several: what `-C target-cpu` takes.
    pub cpu: Option<String>,
    /// Clock of the processor, in hertz.
    pub clock_hz: u32,
    /// Which of the firmware's modules runs on it.
    pub chip: Chip,
    /// Where its memories are.
    pub memory: Memory,
    /// What of them is not for models.
    pub reserve: Reserve,
    /// Bits a second on the serial line of the link.
    pub baud: u32,
    /// What `bench` counts with.
    pub timer: Option<Timer>,
    /// Emulated or real, and what only one of both has.
    pub kind: Kind,
}

/// How programs come onto the board.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// QEMU is the board.
    Emulated(Emulated),
    /// A probe is attached to it.
    Real(Real),
}

/// What only an emulated board has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Emulated {
    /// What QEMU calls it: the argument of `-M`.
    pub machine: String,
    /// Address of the registers of its CMSDK APB UART.
    pub uart_base: u32,
}

/// What only a real board has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Real {
    /// What probe-rs calls its chip.
    pub probe_chip: String,
    /// The UART of the link, as the chip's manual calls it.
    pub uart: String,
    /// The pin on which the device sends.
    pub tx: String,
    /// The pin on which it receives.
    pub rx: String,
    /// The pin that a positive image sets.
    pub alarm: Pin,
}

/// An output.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pin {
    /// As the chip's manual calls it.
    pub name: String,
    /// The level that means "on".
    pub active: Active,
}

/// The level of a pin that is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Active {
    /// The supply's voltage.
    High,
    /// Ground.
    Low,
}

/// A counter that is read before and after what is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timer {
    /// Which registers it has.
    pub kind: TimerKind,
    /// Address of its registers.
    pub base: u32,
    /// Ticks a second.
    pub clock_hz: u32,
}

/// The counters that the firmware knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TimerKind {
    /// A CMSDK APB timer, which counts down.
    Cmsdk,
    /// The cycle counter among the FPGA's own registers on Arm's MPS boards.
    Fpgaio,
    /// The processor's own cycle counter, in its data watchpoint and trace unit.
    Dwt,
}

/// The file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    description: String,
    triple: String,
    cpu: Option<String>,
    clock_hz: u32,
    chip: Chip,
    memory: Memory,
    reserve: Reserve,
    uart: Uart,
    pins: Option<Pins>,
    timer: Option<Timer>,
    emulator: Option<Emulator>,
    probe: Option<Probe>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Uart {
    baud: u32,
    base: Option<u32>,
    peripheral: Option<String>,
    tx: Option<String>,
    rx: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pins {
    alarm: Pin,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Emulator {
    machine: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Probe {
    chip: String,
}

impl Board {
    /// The board `name`.
    ///
    /// # Errors
    /// [`BoardError`].
    pub fn named(name: &str) -> Result<Self, BoardError> {
        let known = names()?;
        if !known.iter().any(|k| k == name) {
            return Err(BoardError::Unknown { found: name.to_owned(), known });
        }
        Self::read(&folder().join(format!("{name}.toml")))
    }

    /// The board of the manifest `path`.
    fn read(path: &Path) -> Result<Self, BoardError> {
        let text = std::fs::read_to_string(path).map_err(|cause| BoardError::Read { path: path.to_owned(), cause })?;
        Self::parse(path, &text)
    }

    /// The board of a manifest's text; `path` is its name, and is in errors.
    pub(crate) fn parse(path: &Path, text: &str) -> Result<Self, BoardError> {
        let manifest: Manifest =
            toml::from_str(text).map_err(|cause| BoardError::Manifest { path: path.to_owned(), cause })?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let kind = manifest.kind(path)?;
        let Manifest { description, triple, cpu, clock_hz, chip, memory, reserve, uart, timer, .. } = manifest;
        let board =
            Self { name, description, triple, cpu, clock_hz, chip, memory, reserve, baud: uart.baud, timer, kind };
        check::board(path, &board)?;
        Ok(board)
    }

    /// Whether it is emulated.
    pub fn is_emulated(&self) -> bool {
        matches!(self.kind, Kind::Emulated(_))
    }
}

impl Manifest {
    fn kind(&self, path: &Path) -> Result<Kind, BoardError> {
        let keys = Keys { path, which: if self.emulator.is_some() { "[emulator]" } else { "[probe]" } };
        let Uart { base, peripheral, tx, rx, .. } = &self.uart;
        match (&self.emulator, &self.probe) {
            (Some(emulator), None) => {
                keys.absent("uart.peripheral", peripheral)?;
                keys.absent("uart.tx", tx)?;
                keys.absent("uart.rx", rx)?;
                keys.absent("pins", &self.pins)?;
                keys.present("timer", &self.timer)?;
                let uart_base = *keys.present("uart.base", base)?;
                Ok(Kind::Emulated(Emulated { machine: emulator.machine.clone(), uart_base }))
            }
            (None, Some(probe)) => {
                keys.absent("uart.base", base)?;
                Ok(Kind::Real(Real {
                    probe_chip: probe.chip.clone(),
                    uart: keys.present("uart.peripheral", peripheral)?.clone(),
                    tx: keys.present("uart.tx", tx)?.clone(),
                    rx: keys.present("uart.rx", rx)?.clone(),
                    alarm: keys.present("pins", &self.pins)?.alarm.clone(),
                }))
            }
            (Some(_), Some(_)) => Err(BoardError::Kind { path: path.to_owned(), found: "both" }),
            (None, None) => Err(BoardError::Kind { path: path.to_owned(), found: "none" }),
        }
    }
}

/// Which keys a manifest of one kind has.
struct Keys<'a> {
    path: &'a Path,
    which: &'static str,
}

impl Keys<'_> {
    fn present<'v, T>(&self, key: &'static str, value: &'v Option<T>) -> Result<&'v T, BoardError> {
        let path = || -> PathBuf { self.path.to_owned() };
        value.as_ref().ok_or_else(|| BoardError::MissingKey { path: path(), key, which: self.which })
    }

    fn absent<T>(&self, key: &'static str, value: &Option<T>) -> Result<(), BoardError> {
        let path = || -> PathBuf { self.path.to_owned() };
        match value {
            None => Ok(()),
            Some(_) => Err(BoardError::OtherKind { path: path(), key, which: self.which }),
        }
    }
}
