//! Links a program to a board: writes the board's memory map and constants, and links models where the build names some.
//!
//! `SWITCHBACK_BOARD` is the name of a manifest in `boards/`; the feature of its chip's name must be chosen. `SWITCHBACK_MODEL`,
//! where it is set, is the path of a model, or several as a `PATH` lists them. They are checked to fit and are linked where
//! the slots are; without it the program takes its model from a slot, and the arena is all of the arena's memory.
//! `SWITCHBACK_ARENA_BYTES`, where it is set, is the most that an arena may have on a board with more memory.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use boards::{Active, Board, Chip, Kind, Real, SLOT_HEADER_BYTES};
use switchback::model::{ALIGNMENT, AlignedBytes, Model};
use switchback::stream::{KernelSet, Plan};

fn main() {
    if let Err(error) = link() {
        println!("cargo::error={error}");
    }
}

fn link() -> Result<(), Box<dyn Error>> {
    for variable in ["SWITCHBACK_MODEL", "SWITCHBACK_BOARD", "SWITCHBACK_ARENA_BYTES", "SWITCHBACK_STILL"] {
        println!("cargo::rerun-if-env-changed={variable}");
    }
    println!("cargo::rustc-check-cfg=cfg(board_timer)");
    let board_name =
        env::var("SWITCHBACK_BOARD").map_err(|_| "SWITCHBACK_BOARD: found none, expected a board's name")?;
    println!("cargo::rerun-if-changed={}", boards::folder().display());
    let board = Board::named(&board_name)?;
    check_feature(&board)?;
    let most = env::var("SWITCHBACK_ARENA_BYTES").ok().map(|bytes| bytes.parse()).transpose()?;
    let budget = most.unwrap_or(usize::MAX).min(board.memory.arena.bytes as usize);
    let paths = env::var_os("SWITCHBACK_MODEL").unwrap_or_default();
    let models = env::split_paths(&paths)
        .filter(|path| !path.as_os_str().is_empty())
        .map(|path| Linked::read(&board, budget, path))
        .collect::<Result<Vec<_>, _>>()?;
    let model_bytes: usize = models.iter().map(|model| model.bytes.len().next_multiple_of(ALIGNMENT)).sum();
    let arena_bytes = models.iter().map(|model| model.arena_bytes).max().unwrap_or(budget);
    board.fits_linked(&paths.to_string_lossy(), model_bytes, arena_bytes)?;

    let out = PathBuf::from(env::var("OUT_DIR")?);
    for (i, model) in models.iter().enumerate() {
        // A copy, so that the program is linked to the very bytes that were checked.
        fs::write(out.join(format!("model{i}.sbk")), &model.bytes)?;
    }
    fs::write(out.join("models.rs"), models_source(&models))?;
    fs::write(out.join("board.rs"), constants(&board, arena_bytes)?)?;
    fs::write(out.join("memory.x"), memory_map(&board, arena_bytes))?;
    match &board.kind {
        Kind::Real(real) => fs::write(out.join("pins.rs"), pins(board.chip, real)?)?,
        // Where the crates of real chips name the handlers of their interrupts.
        Kind::Emulated(_) => fs::write(out.join("device.x"), "")?,
    }
    if env::var_os("CARGO_FEATURE_STILL").is_some() {
        write_still(&out)?;
    }
    if board.timer.is_some() {
        println!("cargo::rustc-cfg=board_timer");
    }
    println!("cargo::rustc-link-search={}", out.display());
    for argument in ["--nmagic", "-Tlink.x", "-Tdefmt.x"] {
        println!("cargo::rustc-link-arg-bins={argument}");
    }
    if board.chip == Chip::Rp2040 {
        // Of embassy-rp: places the second boot stage.
        println!("cargo::rustc-link-arg-bins=-Tlink-rp.x");
    }
    Ok(())
}

/// The still image: a binary PGM or PPM of 8 bits without comments, as the trainer writes it.
fn write_still(out: &Path) -> Result<(), Box<dyn Error>> {
    let path =
        env::var_os("SWITCHBACK_STILL").ok_or("SWITCHBACK_STILL: found none, expected the path of a PGM or PPM")?;
    println!("cargo::rerun-if-changed={}", Path::new(&path).display());
    let file = fs::read(&path).map_err(|e| format!("still image {}: {e}", Path::new(&path).display()))?;
    let wrong =
        || format!("still image {}: found another format, expected P5 or P6 of 8 bits", Path::new(&path).display());
    let mut lines = file.splitn(4, |&byte| byte == b'\n');
    let (kind, size, depth, pixels) = (lines.next(), lines.next(), lines.next(), lines.next());
    let channels = match kind {
        Some(b"P5") => 1,
        Some(b"P6") => 3,
        _ => return Err(wrong().into()),
    };
    let size = std::str::from_utf8(size.unwrap_or_default())?.split_once(' ').ok_or_else(wrong)?;
    let (width, height): (usize, usize) = (size.0.parse()?, size.1.parse()?);
    let pixels = pixels.filter(|pixels| depth == Some(b"255") && pixels.len() == width * height * channels);
    fs::write(out.join("still.bin"), pixels.ok_or_else(wrong)?)?;
    let text = format!(
        "const STILL_SHAPE: MapShape = MapShape {{ height: {height}, width: {width}, channels: {channels} }};\n\
         static STILL: &[u8] = include_bytes!(concat!(env!(\"OUT_DIR\"), \"/still.bin\"));\n"
    );
    Ok(fs::write(out.join("still.rs"), text)?)
}

/// Refuses any other features than that of the board's chip.
fn check_feature(board: &Board) -> Result<(), String> {
    let is_chosen = |chip: &&Chip| env::var_os(format!("CARGO_FEATURE_{}", chip.feature().to_uppercase())).is_some();
    let chosen: Vec<&str> = Chip::ALL.iter().filter(is_chosen).map(|chip| chip.feature()).collect();
    if chosen == [board.chip.feature()] {
        return Ok(());
    }
    let (board, chip, found) = (&board.name, board.chip, chosen.join(", "));
    Err(format!(
        "features of chips for {board}: found {found}, expected {chip} alone (--no-default-features --features {chip})"
    ))
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
        let kinds = KernelSet::of_processor(board.cpu.as_deref());
        let arena_bytes = Plan::within_of(&model, budget, kinds).arena_bytes();
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
             static MODEL{i}: switchback::model::Aligned<[u8; {length}]> = switchback::model::Aligned(*include_bytes!(concat!(env!(\"OUT_DIR\"), \"/model{i}.sbk\")));\n"
        );
        list += &format!("({name:?}, &MODEL{i}.0), ");
    }
    let count = models.len();
    format!(
        "{statics}/// Names and bytes of the linked models.\npub static MODELS: [(&str, &[u8]); {count}] = [{list}];\n"
    )
}

/// What a program knows about its board and its models at compile time.
fn constants(board: &Board, arena_bytes: usize) -> Result<String, std::fmt::Error> {
    let mut text = String::new();
    let mut constant = |doc: &str, name: &str, kind: &str, value: String| {
        writeln!(text, "/// {doc}\npub const {name}: {kind} = {value};")
    };
    let model = board.memory.model;
    constant("Name of the board.", "NAME", "&str", format!("{:?}", board.name))?;
    constant("Clock of the processor, in hertz.", "CLOCK_HZ", "u32", board.clock_hz.to_string())?;
    constant("Bits a second on the UART.", "UART_BAUD", "u32", board.baud.to_string())?;
    let region = format!("Region {{ origin: {:#x}, bytes: {:#x} }}", model.origin, model.bytes);
    constant("Where the slots of models are.", "MODEL_REGION", "Region", region)?;
    let bytes = model.slot_bytes();
    let slots: String = (0..model.slots).map(|i| format!("{:#x}..{:#x}, ", i * bytes, (i + 1) * bytes)).collect();
    let doc = "The slots, from the first one's start: addresses of [`crate::chip::Flash`].";
    constant(doc, "SLOTS", &format!("[Range<usize>; {}]", model.slots), format!("[{slots}]"))?;
    let header = SLOT_HEADER_BYTES.to_string();
    constant("Bytes of a slot before the model.", "SLOT_HEADER_BYTES", "usize", header)?;
    constant("What the slots' memory erases at once.", "ERASE_BYTES", "usize", model.erase_bytes.to_string())?;
    constant("Bytes of the arena.", "ARENA_BYTES", "usize", arena_bytes.to_string())?;
    constant("Bytes of the stack.", "STACK_BYTES", "usize", board.reserve.stack_bytes.to_string())?;
    match &board.kind {
        Kind::Emulated(emulated) => {
            constant("Address of the UART's registers.", "UART_BASE", "usize", emulated.uart_base.to_string())?;
            constant("Whether the alarm's pin is high when it is on.", "ALARM_ACTIVE_HIGH", "bool", "true".to_owned())?;
        }
        Kind::Real(real) => {
            let active_high = (real.alarm.active == Active::High).to_string();
            constant("Whether the alarm's pin is high when it is on.", "ALARM_ACTIVE_HIGH", "bool", active_high)?;
        }
    }
    if let Some(timer) = board.timer {
        let boards::Timer { kind, base, clock_hz } = timer;
        let value = format!("Timer {{ kind: TimerKind::{kind:?}, base: {base:#x}, clock_hz: {clock_hz} }}");
        constant("The counter.", "TIMER", "Timer", value)?;
    }
    Ok(text)
}

/// The call of the macro `pins!` of the chip's module, with the names that the chip's crate has for the manifest's.
fn pins(chip: Chip, real: &Real) -> Result<String, String> {
    let pin = |name: &str| chip.pin_identifier(name).ok_or_else(|| format!("pin {name}: found none of {chip}"));
    Ok(format!(
        "pins!(uart: {}, interrupt: {}, tx: {}, rx: {}, alarm: {});\n",
        real.uart,
        chip.uart_interrupt(&real.uart),
        pin(&real.tx)?,
        pin(&real.rx)?,
        pin(&real.alarm.name)?,
    ))
}

/// Bytes at the start of an RP2040's flash for its second boot stage.
const BOOT2_BYTES: u32 = 0x100;

/// The linker's memory map. The stack lies below the variables: one that overflows leaves the memory and faults, instead of
/// overwriting results.
fn memory_map(board: &Board, arena_bytes: usize) -> String {
    let (memory, reserve) = (board.memory, board.reserve);
    let boot2_bytes = if board.chip == Chip::Rp2040 { BOOT2_BYTES } else { 0 };
    let mut text = format!(
        "MEMORY\n{{\n\
         BOOT2 : ORIGIN = {flash:#x}, LENGTH = {boot2_bytes}\n\
         FLASH : ORIGIN = {flash:#x} + {boot2_bytes}, LENGTH = {flash_bytes} - {boot2_bytes}\n\
         MODEL : ORIGIN = {model:#x}, LENGTH = {model_bytes}\n\
         RAM : ORIGIN = {ram:#x} + {stack}, LENGTH = {ram_bytes} - {stack}\n\
         ARENA : ORIGIN = {arena:#x}, LENGTH = {arena_region_bytes}\n\
         }}\n\
         _stack_start = ORIGIN(RAM);\n\
         _stack_end = {ram:#x};\n\
         _arena_start = ORIGIN(ARENA);\n\
         _arena_end = ORIGIN(ARENA) + {arena_bytes};\n\
         SECTIONS\n{{\n\
         .model : ALIGN(16) {{ KEEP(*(.model)) }} > MODEL\n\
         }} INSERT AFTER .uninit;\n",
        flash = memory.flash.origin,
        flash_bytes = memory.flash.bytes,
        model = memory.model.origin,
        model_bytes = memory.model.bytes,
        ram = memory.ram.origin,
        ram_bytes = memory.ram.bytes,
        stack = reserve.stack_bytes,
        arena = memory.arena.origin,
        arena_region_bytes = memory.arena.bytes,
    );
    if board.chip == Chip::Rp235x {
        // What the boot ROM looks for in the first 4 KiB.
        text += "SECTIONS\n{\n\
                 .start_block : ALIGN(4) { KEEP(*(.start_block)); KEEP(*(.boot_info)); } > FLASH\n\
                 } INSERT AFTER .vector_table;\n\
                 _stext = ADDR(.start_block) + SIZEOF(.start_block);\n";
    }
    text
}
