//! The families of chips that the firmware has a module for, and what their manuals call pins.

use std::fmt;

use serde::Deserialize;

/// A module of `firmware/src/chip/`; the firmware's feature has the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Chip {
    /// Arm's own emulated boards: CMSDK peripherals.
    Mps,
    /// Nordic nRF52840.
    Nrf52840,
    /// Raspberry Pi RP2040.
    Rp2040,
    /// Raspberry Pi RP2350A.
    Rp235x,
    /// ST STM32H743.
    Stm32h743,
}

impl Chip {
    /// Every family.
    pub const ALL: [Self; 5] = [Self::Mps, Self::Nrf52840, Self::Rp2040, Self::Rp235x, Self::Stm32h743];

    /// The feature of the firmware that chooses it.
    pub const fn feature(self) -> &'static str {
        match self {
            Self::Mps => "mps",
            Self::Nrf52840 => "nrf52840",
            Self::Rp2040 => "rp2040",
            Self::Rp235x => "rp235x",
            Self::Stm32h743 => "stm32h743",
        }
    }

    /// A pin as its manual writes it.
    pub const fn example_pin(self) -> &'static str {
        match self {
            Self::Mps => "none",
            Self::Nrf52840 => "P0.06",
            Self::Rp2040 | Self::Rp235x => "GP0",
            Self::Stm32h743 => "PD8",
        }
    }

    /// What the chip's crate calls the pin that its manual calls `name`; `None` where the manual knows no such pin.
    pub fn pin_identifier(self, name: &str) -> Option<String> {
        let number = |digits: &str, last: u32| digits.parse().ok().filter(|&n: &u32| n <= last);
        match self {
            Self::Mps => None,
            Self::Nrf52840 => {
                let (port, pin) = name.strip_prefix('P')?.split_once('.')?;
                let last = match port {
                    "0" => 31,
                    "1" => 15,
                    _ => return None,
                };
                Some(format!("P{port}_{:02}", number(pin, last)?))
            }
            Self::Rp2040 | Self::Rp235x => Some(format!("PIN_{}", number(name.strip_prefix("GP")?, 29)?)),
            Self::Stm32h743 => {
                let mut letters = name.strip_prefix('P')?.chars();
                let port = letters.next().filter(|port| ('A'..='K').contains(port))?;
                Some(format!("P{port}{}", number(letters.as_str(), 15)?))
            }
        }
    }

    /// What the chip's crate calls the interrupt of a UART.
    pub fn uart_interrupt(self, peripheral: &str) -> String {
        match self {
            Self::Rp2040 | Self::Rp235x => format!("{peripheral}_IRQ"),
            Self::Mps | Self::Nrf52840 | Self::Stm32h743 => peripheral.to_owned(),
        }
    }
}

impl fmt::Display for Chip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.feature())
    }
}
