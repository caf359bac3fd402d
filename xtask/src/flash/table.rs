//! The table before flashing: what program and model take of the board's memories, and whether it is there.

use std::fmt;

use boards::{Board, MemoryKind, SLOT_HEADER_BYTES};

use super::sizes::Sizes;

/// What takes memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The program in flash.
    Code,
    /// A slot's header and the model.
    Model,
    /// The maps.
    Arena,
    /// The program's variables.
    Variables,
    /// What is reserved for the stack.
    Stack,
}

impl Part {
    /// Whether another model would need less.
    pub fn is_of_the_model(self) -> bool {
        matches!(self, Self::Model | Self::Arena)
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Code => "code",
            Self::Model => "model",
            Self::Arena => "arena",
            Self::Variables => "variables",
            Self::Stack => "stack",
        })
    }
}

/// A memory, what is taken of it, and what there is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// What takes it.
    pub what: Part,
    /// Which memory.
    pub memory: MemoryKind,
    /// Bytes taken; `None` where that is only known when the model is planned.
    pub used: Option<u64>,
    /// Bytes there are.
    pub available: u64,
    /// Of what it consists.
    pub parts: String,
}

/// The table of one board.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    board: String,
    rows: Vec<Row>,
}

impl Table {
    /// The table of a program of `sizes` and a model of `model_bytes`, whose maps need `arena_bytes` where that is known.
    pub fn new(board: &Board, sizes: &Sizes, model_bytes: u64, arena_bytes: Option<u64>) -> Self {
        let (memory, stack) = (board.memory, u64::from(board.reserve.stack_bytes));
        let ram = u64::from(memory.ram.bytes);
        let row = |what, memory, used, available, parts| Row { what, memory, used, available, parts };
        let code = format!(".text {}, .rodata {}, .data {}", sizes.text, sizes.rodata, sizes.data);
        let header = u64::from(SLOT_HEADER_BYTES);
        let slot = u64::from(memory.model.slot_bytes());
        let rows = vec![
            row(Part::Code, MemoryKind::Flash, Some(sizes.code()), memory.flash.bytes.into(), code),
            row(
                Part::Model,
                MemoryKind::Flash,
                Some(header + model_bytes),
                slot,
                format!("header {header}, model {model_bytes}; {} slots", memory.model.slots),
            ),
            row(Part::Arena, MemoryKind::Ram, arena_bytes, memory.arena.bytes.into(), String::new()),
            row(Part::Variables, MemoryKind::Ram, Some(sizes.variables), ram - stack, String::new()),
            row(Part::Stack, MemoryKind::Ram, Some(stack), stack, "its bound".to_owned()),
        ];
        Self { board: board.name.clone(), rows }
    }

    /// The first memory that is too small.
    pub fn missing(&self) -> Option<Missing> {
        let too_small = |row: &&Row| row.used.is_some_and(|used| used > row.available);
        self.rows.iter().find(too_small).map(|row| Missing {
            board: self.board.clone(),
            what: row.what,
            memory: row.memory,
            needed: row.used.unwrap_or(0),
            available: row.available,
        })
    }
}

/// Something that does not fit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} on {board}: found {needed} bytes of {memory}, expected at most {available}: {} bytes missing", needed - available)]
pub struct Missing {
    /// The board.
    pub board: String,
    /// What does not fit.
    pub what: Part,
    /// Where.
    pub memory: MemoryKind,
    /// Bytes that it needs.
    pub needed: u64,
    /// Bytes there are.
    pub available: u64,
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<12} {:<6} {:>10} {:>10}", self.board, "memory", "bytes", "of")?;
        for row in &self.rows {
            let used = row.used.map_or_else(|| "-".to_owned(), |used| used.to_string());
            let memory = row.memory.to_string();
            let line = format!("{:<12} {memory:<6} {used:>10} {:>10}  {}", row.what, row.available, row.parts);
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(model_bytes: u64, arena_bytes: Option<u64>) -> Table {
        let board = Board::named("nrf52840-dk").unwrap();
        let sizes = Sizes { text: 30_000, rodata: 5_000, data: 100, variables: 4_000, linked_models: 0, arena: 0 };
        Table::new(&board, &sizes, model_bytes, arena_bytes)
    }

    #[test]
    fn what_fits_is_listed() {
        let table = table(100_000, Some(150_000));
        assert_eq!(table.missing(), None);
        let text = table.to_string();
        for line in [
            "code         flash       35100     262144  .text 30000, .rodata 5000, .data 100",
            "model        flash      100512     393216  header 512, model 100000; 2 slots",
            "arena        RAM        150000     212992",
        ] {
            assert!(text.lines().any(|l| l == line), "no line {line} in\n{text}");
        }
    }

    #[test]
    fn what_does_not_fit_is_counted_in_bytes() {
        let slot = 393_216 - 512;
        assert_eq!(table(slot, None).missing(), None);
        let error = table(slot + 3, None).missing().unwrap().to_string();
        assert!(error.starts_with("model on nrf52840-dk") && error.ends_with(": 3 bytes missing"), "{error}");
        let error = table(1, Some(212_992 + 7)).missing().unwrap().to_string();
        assert!(
            error.starts_with("arena") && error.contains("of RAM") && error.ends_with(": 7 bytes missing"),
            "{error}"
        );
    }
}
