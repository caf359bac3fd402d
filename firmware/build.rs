//! Links models to a board: checks that they fit, and writes the board's memory map and constants for the programs.
//!
//! `SWITCHBACK_MODEL` is the path of the model, or several as a `PATH` lists them; `SWITCHBACK_BOARD` is the name of a manifest in
//! `boards/`. `SWITCHBACK_ARENA_BYTES`, where it is set, is the most that an arena may have on a board with more memory.

use std::error::Error;
use std::path::PathBuf;
use std::{env, fs};

use boards::Board;
use switchback::model::{ALIGNMENT, AlignedBytes, Model};
use switchback::stream::{Plan, Processor};

fn main() {
    if let Err(error) = link_model() {
        println!("cargo::error={error}");
    }
}

fn link_model() -> Result<(), Box<dyn Error>> {
    for variable in ["SWITCHBACK_MODEL", "SWITCHBACK_BOARD", "SWITCHBACK_ARENA_BYTES"] {
        println!("cargo::rerun-if-env-changed={variable}");
    }
    let board_name =
        env::var("SWITCHBACK_BOARD").map_err(|_| "SWITCHBACK_BOARD: found none, expected a board's name")?;
    println!("cargo::rerun-if-changed={}", boards::folder().display());
    let board = Board::named(&board_name)?;
    let paths = env::var_os("SWITCHBACK_MODEL")
        .ok_or("SWITCHBACK_MODEL: found none, expected the path of a model.sbk (cargo xtask flash sets it)")?;
    let most = env::var("SWITCHBACK_ARENA_BYTES").ok().map(|bytes| bytes.parse()).transpose()?;
    let budget = most.unwrap_or(usize::MAX).min(board.memory.arena.bytes as usize);
    let models =
        env::split_paths(&paths).map(|path| Linked::read(&board, budget, path)).collect::<Result<Vec<_>, _>>()?;
    let model_bytes: usize = models.iter().map(|model| model.bytes.len().next_multiple_of(ALIGNMENT)).sum();
    let arena_bytes = models.iter().map(|model| model.arena_bytes).max().unwrap_or(0);
    board.fits(&paths.to_string_lossy(), model_bytes, arena_bytes)?;

    let out = PathBuf::from(env::var("OUT_DIR")?);
    for (i, model) in models.iter().enumerate() {
        // A copy, so that the program is linked to the very bytes that were checked.
        fs::write(out.join(format!("model{i}.sbk")), &model.bytes)?;
    }
    fs::write(out.join("models.rs"), models_source(&models))?;
    fs::write(out.join("board.rs"), constants(&board, arena_bytes))?;
    fs::write(out.join("memory.x"), memory_map(&board))?;
    println!("cargo::rustc-link-search={}", out.display());
    for argument in ["--nmagic", "-Tlink.x", "-Tdefmt.x"] {
        println!("cargo::rustc-link-arg-bins={argument}");
    }
    Ok(())
}

/// A model to link.
struct Linked {
    name: String,
    bytes: Vec<u8>,
    arena_bytes: usize,
}

impl Linked {
    fn read(board: &Board, budget: usize, path: PathBuf) -> Result<Self, Box<dyn Error>> {
        println!("cargo::rerun-if-changed={}", path.display());
        let bytes = fs::read(&path).map_err(|e| format!("model {}: {e}", path.display()))?;
        let aligned = AlignedBytes::from(bytes.as_slice());
        let model = Model::parse(aligned.as_slice()).map_err(|e| format!("model {}: {e}", path.display()))?;
        // The fastest plan that the memory allows; given this length, the program plans the same.
        let processor = Processor::named(board.cpu.as_deref());
        let arena_bytes = Plan::within_on(&model, budget, processor).arena_bytes();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Self { name, bytes, arena_bytes })
    }
}

/// The models as statics, and a list of them.
fn models_source(models: &[Linked]) -> String {
    let (mut statics, mut list) = (String::new(), String::new());
    for (i, model) in models.iter().enumerate() {
        let (name, length) = (&model.name, model.bytes.len());
        statics += &format!(
            "#[unsafe(link_section = \".model\")]\n\
             static MODEL{i}: Aligned<[u8; {length}]> = Aligned(*include_bytes!(concat!(env!(\"OUT_DIR\"), \"/model{i}.sbk\")));\n"
        );
        list += &format!("({name:?}, &MODEL{i}.0), ");
    }
    let count = models.len();
    format!("{statics}/// Names and bytes of the models.\npub static MODELS: [(&str, &[u8]); {count}] = [{list}];\n")
}

/// What a program knows about its board and its models at compile time.
fn constants(board: &Board, arena_bytes: usize) -> String {
    let Board { name, clock_hz, uart, timer, .. } = board;
    format!(
        "/// Name of the board.\n\
         pub const NAME: &str = {name:?};\n\
         /// Clock of the UART, in hertz.\n\
         pub const CLOCK_HZ: u32 = {clock_hz};\n\
         /// Address of the UART's registers.\n\
         pub const UART_BASE: usize = {base};\n\
         /// Bits a second on the UART.\n\
         pub const UART_BAUD: u32 = {baud};\n\
         /// Which registers the timer has.\n\
         pub const TIMER_KIND: TimerKind = TimerKind::{timer_kind:?};\n\
         /// Address of the timer's registers.\n\
         pub const TIMER_BASE: usize = {timer_base};\n\
         /// Bytes of the arena that the neediest model needs.\n\
         pub const ARENA_BYTES: usize = {arena_bytes};\n",
        base = uart.base,
        baud = uart.baud,
        timer_kind = timer.kind,
        timer_base = timer.base,
    )
}

/// The linker's memory map. The stack lies below the variables: one that overflows leaves the memory and faults, instead of
/// overwriting results.
fn memory_map(board: &Board) -> String {
    let (memory, model, reserve) = (board.memory, board.model_region(), board.reserve);
    format!(
        "MEMORY\n{{\n\
         FLASH : ORIGIN = {flash:#x}, LENGTH = {program}\n\
         MODEL : ORIGIN = {model:#x}, LENGTH = {model_bytes}\n\
         RAM : ORIGIN = {ram:#x} + {stack}, LENGTH = {ram_bytes} - {stack}\n\
         ARENA : ORIGIN = {arena:#x}, LENGTH = {arena_bytes}\n\
         }}\n\
         _stack_start = ORIGIN(RAM);\n\
         _stack_end = {ram:#x};\n\
         SECTIONS\n{{\n\
         .model : ALIGN(16) {{ KEEP(*(.model)) }} > MODEL\n\
         .arena (NOLOAD) : ALIGN(16) {{ *(.arena) }} > ARENA\n\
         }} INSERT AFTER .uninit;\n",
        flash = memory.flash.origin,
        program = reserve.program_bytes,
        model = model.origin,
        model_bytes = model.bytes,
        ram = memory.ram.origin,
        ram_bytes = memory.ram.bytes,
        stack = reserve.stack_bytes,
        arena = memory.arena.origin,
        arena_bytes = memory.arena.bytes,
    )
}
