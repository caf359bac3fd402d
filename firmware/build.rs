//! Links a model to a board: checks that it fits, and writes the board's memory map and constants for the program.
//!
//! `SWITCHBACK_MODEL` is the path of the model, `SWITCHBACK_BOARD` the name of a manifest in `boards/`.

use std::error::Error;
use std::path::PathBuf;
use std::{env, fs};

use boards::Board;
use switchback::model::{AlignedBytes, Model};
use switchback::stream::{Plan, Processor};

fn main() {
    if let Err(error) = link_model() {
        println!("cargo::error={error}");
    }
}

fn link_model() -> Result<(), Box<dyn Error>> {
    for variable in ["SWITCHBACK_MODEL", "SWITCHBACK_BOARD"] {
        println!("cargo::rerun-if-env-changed={variable}");
    }
    let board_name =
        env::var("SWITCHBACK_BOARD").map_err(|_| "SWITCHBACK_BOARD: found none, expected a board's name")?;
    println!("cargo::rerun-if-changed={}", boards::folder().display());
    let board = Board::named(&board_name)?;
    let model_path = env::var("SWITCHBACK_MODEL")
        .map_err(|_| "SWITCHBACK_MODEL: found none, expected the path of a model.sbk (cargo xtask flash sets it)")?;
    println!("cargo::rerun-if-changed={model_path}");

    let bytes = fs::read(&model_path).map_err(|e| format!("model {model_path}: {e}"))?;
    let aligned = AlignedBytes::from(bytes.as_slice());
    let model = Model::parse(aligned.as_slice()).map_err(|e| format!("model {model_path}: {e}"))?;
    // The fastest plan that the board's memory allows; given this length, the program plans the same.
    let processor = Processor::named(board.cpu.as_deref());
    let arena_bytes = Plan::within_on(&model, board.memory.arena.bytes as usize, processor).arena_bytes();
    board.fits(&model_path, bytes.len(), arena_bytes)?;

    let out = PathBuf::from(env::var("OUT_DIR")?);
    // A copy, so that the program is linked to the very bytes that were checked.
    fs::write(out.join("model.sbk"), &bytes)?;
    fs::write(out.join("board.rs"), constants(&board, bytes.len(), arena_bytes))?;
    fs::write(out.join("memory.x"), memory_map(&board))?;
    println!("cargo::rustc-link-search={}", out.display());
    for argument in ["--nmagic", "-Tlink.x", "-Tdefmt.x"] {
        println!("cargo::rustc-link-arg-bins={argument}");
    }
    Ok(())
}

/// What the program knows about its board and its model at compile time.
fn constants(board: &Board, model_bytes: usize, arena_bytes: usize) -> String {
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
         /// Address of the timer's registers.\n\
         pub const TIMER_BASE: usize = {timer_base};\n\
         /// Bytes of the model.\n\
         pub const MODEL_BYTES: usize = {model_bytes};\n\
         /// Bytes of the arena that the model needs.\n\
         pub const ARENA_BYTES: usize = {arena_bytes};\n",
        base = uart.base,
        baud = uart.baud,
        timer_base = timer.base,
    )
}

/// The linker's memory map. The stack lies below the variables: one that overflows leaves the memory and faults, instead of
/// overwriting results.
fn memory_map(board: &Board) -> String {
    let (memory, reserve) = (board.memory, board.reserve);
    format!(
        "MEMORY\n{{\n\
         FLASH : ORIGIN = {flash:#x}, LENGTH = {program}\n\
         MODEL : ORIGIN = {flash:#x} + {program}, LENGTH = {model}\n\
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
        model = board.model_bytes(),
        ram = memory.ram.origin,
        ram_bytes = memory.ram.bytes,
        stack = reserve.stack_bytes,
        arena = memory.arena.origin,
        arena_bytes = memory.arena.bytes,
    )
}
