//! What the measuring program prints.

use boards::Board;
use serde_json::Value;

use crate::error::XtaskError;

/// One layer of one image through one model.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// The model's name.
    pub model: String,
    /// The model's checksum; empty in kept counts.
    pub crc32: String,
    /// The image's name; empty for what is done once, whatever the images.
    pub image: String,
    /// The layer's name.
    pub layer: String,
    /// How it is computed; empty for what has one way only.
    pub kernel: String,
    /// Its size in words; empty for what is no convolution.
    pub shape: String,
    /// Bytes of the plan's arena; 0 for what has none.
    pub arena: u64,
    /// Bytes of scratch.
    pub scratch: u64,
    /// Thousandths of what it reads that are not zero: of the unpooled map, for a deconvolution.
    pub density: Option<u64>,
    /// Instructions.
    pub instructions: u64,
    /// Dense multiply-accumulates.
    pub macs: u64,
}

impl Count {
    /// Instructions a dense multiply-accumulate.
    pub fn per_mac(&self) -> f64 {
        self.instructions as f64 / self.macs.max(1) as f64
    }

    /// The share that is not zero, for people.
    pub fn density_text(&self) -> String {
        self.density.map_or_else(|| "-".to_owned(), |permille| format!("{:.1} %", permille as f64 / 10.0))
    }
}

/// The largest difference of a known count of instructions and the measured one, in percent: reading the timer is measured as well.
const MOST_PERCENT_OFF: u64 = 1;

/// The counts from what the program prints: a line about a loop of known length, a line a model, then a line a layer; lines about
/// taps are another file's.
///
/// # Errors
/// [`XtaskError::Counts`] for any other line, [`XtaskError::Timer`] where the loop takes another time than the board's manifest says.
pub fn parse(board: &Board, text: &str) -> Result<Vec<Count>, XtaskError> {
    let bad = |line: &str| XtaskError::Counts { board: board.name.clone(), line: line.to_owned() };
    let (mut counts, mut model, mut crc32) = (Vec::new(), String::new(), String::new());
    for line in text.lines() {
        let value = serde_json::from_str::<Value>(line).map_err(|_| bad(line))?;
        let text = |key| value.get(key).and_then(|v| Some(v.as_str()?.to_owned()));
        let number = |key| value.get(key).and_then(Value::as_u64);
        if value.get("tap").is_some() {
            continue;
        }
        // One instruction a nanosecond.
        let instructions =
            |ticks: u64| ticks * 1_000_000_000 / u64::from(board.timer.map_or(1, |timer| timer.clock_hz.max(1)));
        if let (Some(expected), Some(ticks)) = (number("instructions"), number("ticks")) {
            let found = instructions(ticks);
            if found.abs_diff(expected) * 100 > expected * MOST_PERCENT_OFF {
                return Err(XtaskError::Timer { board: board.name.clone(), found, expected });
            }
            continue;
        }
        let Some(layer) = text("layer") else {
            model = text("model").ok_or_else(|| bad(line))?;
            // Older programs have one model, and call it by its checksum.
            crc32 = text("crc32").unwrap_or_else(|| model.clone());
            continue;
        };
        let ticks = number("ticks").ok_or_else(|| bad(line))?;
        counts.push(Count {
            model: model.clone(),
            crc32: crc32.clone(),
            image: text("image").ok_or_else(|| bad(line))?,
            layer,
            kernel: text("kernel").unwrap_or_default(),
            shape: text("shape").unwrap_or_default(),
            arena: number("arena").unwrap_or(0),
            scratch: number("scratch").unwrap_or(0),
            density: number("nonzeros_permille"),
            instructions: instructions(ticks),
            macs: number("macs").ok_or_else(|| bad(line))?,
        });
    }
    if counts.is_empty() { Err(bad("")) } else { Ok(counts) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_belongs_to_the_model_before_it() {
        let board = Board::named("qemu-m4").unwrap();
        let text = "{\"board\":\"qemu-m4\",\"model\":\"a\",\"crc32\":\"01\"}\n\
                    {\"image\":\"noise\",\"layer\":\"conv1\",\"ticks\":3,\"macs\":60,\"kernel\":\"Winograd 4x4 by 5 tiles\"}\n\
                    {\"board\":\"qemu-m4\",\"model\":\"b\",\"crc32\":\"02\"}\n\
                    {\"image\":\"noise\",\"layer\":\"rest\",\"ticks\":1,\"macs\":0}\n";
        let counts = parse(&board, text).unwrap();
        let found: Vec<_> = counts.iter().map(|c| (&*c.model, &*c.layer, &*c.kernel, c.instructions)).collect();
        assert_eq!(found, [("a", "conv1", "Winograd 4x4 by 5 tiles", 120), ("b", "rest", "", 40)]);
        assert_eq!(counts[0].per_mac(), 2.0);
    }

    #[test]
    fn a_timer_of_another_speed_is_seen() {
        let board = Board::named("qemu-m4").unwrap();
        let line = |ticks: u64| {
            format!(
                "{{\"instructions\":2000000,\"ticks\":{ticks}}}\n{{\"board\":\"qemu-m4\",\"model\":\"a\"}}\n\
                 {{\"image\":\"noise\",\"layer\":\"rest\",\"ticks\":1,\"macs\":0}}"
            )
        };
        assert!(parse(&board, &line(50_001)).is_ok());
        let error = parse(&board, &line(31_250)).unwrap_err().to_string();
        assert!(error.contains("found 1250000") && error.contains("expected 2000000"), "{error}");
    }

    #[test]
    fn a_line_that_is_no_count_is_shown() {
        let board = Board::named("qemu-m4").unwrap();
        assert!(parse(&board, "hello").unwrap_err().to_string().contains("hello"));
    }
}
