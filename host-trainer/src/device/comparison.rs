//! A device's results beside the host's, layer by layer.

use std::fmt;

use switchback::model::Network;

use super::Answer;

/// The values of one layer on both sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TapComparison {
    /// Name of the layer.
    pub name: String,
    /// CRC-32 of the host's values.
    pub host: u32,
    /// CRC-32 of the device's values; `None` when it sent none.
    pub device: Option<u32>,
}

impl TapComparison {
    /// Whether both sides had the same values.
    pub fn is_equal(&self) -> bool {
        self.device == Some(self.host)
    }
}

/// What differs between a device and the host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// Every layer, in the order in which an image reaches them.
    pub taps: Vec<TapComparison>,
    /// Scores, map values and labels compared one by one.
    pub values: usize,
    /// How many of them differ.
    pub mismatches: usize,
}

impl Comparison {
    /// Compares the results of a device with the host's for the same image.
    pub fn new(network: &Network, host: &Answer, device: &Answer) -> Self {
        let taps = host.checksums.iter().map(|&(tap, crc32)| TapComparison {
            name: tap.name(network).as_str().to_owned(),
            host: crc32,
            device: device.checksums.iter().find(|(t, _)| *t == tap).map(|&(_, crc32)| crc32),
        });
        let scores = differing(&host.scores_q16, &device.scores_q16);
        let maps: usize = host.maps.iter().zip(&device.maps).map(|(host, device)| differing(host, device)).sum();
        let labels = differing(&host.labels, &device.labels);
        Self {
            taps: taps.collect(),
            values: host.scores_q16.len() + host.maps.iter().map(Vec::len).sum::<usize>() + host.labels.len(),
            mismatches: scores + maps + labels,
        }
    }

    /// The first layer whose values differ.
    pub fn first_difference(&self) -> Option<&TapComparison> {
        self.taps.iter().find(|tap| !tap.is_equal())
    }

    /// Whether device and host agree in everything.
    pub fn is_equal(&self) -> bool {
        self.mismatches == 0 && self.first_difference().is_none()
    }
}

/// Values that differ, values that only one side has included.
fn differing<T: PartialEq>(host: &[T], device: &[T]) -> usize {
    host.iter().zip(device).filter(|(host, device)| host != device).count() + host.len().abs_diff(device.len())
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<20} {:<10} {:<10}", "layer", "host", "device")?;
        for tap in &self.taps {
            let device = tap.device.map_or("none".to_owned(), |crc32| format!("{crc32:08x}"));
            let verdict = if tap.is_equal() { "equal" } else { "DIFFERENT" };
            writeln!(f, "{:<20} {:08x}   {device:<10} {verdict}", tap.name, tap.host)?;
        }
        write!(f, "{} scores, map values and labels compared, {} mismatches", self.values, self.mismatches)
    }
}
