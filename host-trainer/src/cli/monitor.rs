//! `monitor`: a running device in a terminal, through its restarts.

use std::io::{IsTerminal, Write};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::Failure;
use super::device::failure;
use crate::device::{Address, Client, DeviceError, DeviceIdentity, DeviceStatus};

/// How long an answer may take before the device counts as gone.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long to wait before another attempt to reach a device that is gone.
const RETRY: Duration = Duration::from_millis(500);

/// Shows a running device: frames a second, what it judged last, stack, errors.
///
/// Also after it starts again; ends when it is interrupted.
///
/// Example: cargo run --release -p host-trainer -- monitor --connect tcp:127.0.0.1:4000
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// Where the device is: tcp:HOST:PORT or unix:PATH
    #[arg(long, value_name = "ADDRESS")]
    connect: Address,
    /// Seconds between two looks
    #[arg(long, default_value_t = 1.0, value_name = "SECONDS")]
    interval: f64,
    /// Ends after so many looks; without it, when interrupted
    #[arg(long, value_name = "N")]
    looks: Option<u64>,
}

pub fn run(args: Args) -> Result<(), Failure> {
    let interval = Duration::try_from_secs_f64(args.interval)
        .map_err(|_| anyhow::anyhow!("interval: found {} s, expected a number of seconds from 0 on", args.interval))?;
    let mut looks = args.looks.unwrap_or(u64::MAX);
    let mut was_there = false;
    while looks > 0 {
        match watch(&args.connect, interval, &mut looks, &mut was_there) {
            Ok(()) => break,
            // A device that was never there is an error; one that went away is waited for.
            Err(error) if !was_there => return Err(failure(error)),
            Err(error) => {
                end_line();
                println!("{error}; waiting for it");
                sleep(RETRY);
            }
        }
    }
    end_line();
    Ok(())
}

/// Looks at the device until it goes away, or often enough.
fn watch(address: &Address, interval: Duration, looks: &mut u64, was_there: &mut bool) -> Result<(), DeviceError> {
    let wait = if *was_there { Duration::ZERO } else { PATIENCE };
    let mut client = Client::connect(address, wait, PATIENCE)?;
    let identity = client.identity()?;
    *was_there = true;
    println!("{}: model {:08x}, arena {} bytes", identity.board, identity.model_crc32, identity.arena_bytes);
    let mut before: Option<(Instant, DeviceStatus)> = None;
    loop {
        let status = client.status()?;
        let now = Instant::now();
        if before.as_ref().is_some_and(|(_, before)| status.uptime_ms < before.uptime_ms) {
            end_line();
            println!("the device has started again");
            // It may run another model.
            return watch(address, interval, looks, was_there);
        }
        show(&line(&identity, &status, before.as_ref().map(|(then, before)| (now - *then, before))));
        before = Some((now, status));
        *looks -= 1;
        if *looks == 0 {
            return Ok(());
        }
        sleep(interval);
    }
}

/// The device in a line; frames a second where there was a look before.
fn line(identity: &DeviceIdentity, status: &DeviceStatus, before: Option<(Duration, &DeviceStatus)>) -> String {
    let rate = before.map_or_else(String::new, |(passed, before)| {
        let images = f64::from(status.images.wrapping_sub(before.images));
        format!("{:.2} images/s, ", images / passed.as_secs_f64().max(f64::EPSILON))
    });
    let verdict = status.last.map_or_else(
        || "no image yet".to_owned(),
        |last| format!("class {} (score {:.3})", last.class, f64::from(last.q16) / 65_536.0),
    );
    let seconds = status.ticks as f64 / f64::from(identity.ticks_per_second.max(1));
    let error = match status.last_error.as_str() {
        "" => String::new(),
        error => format!(", last error: {error}"),
    };
    format!(
        "up {} s, {} images, {rate}{seconds:.3} s each, {verdict}, stack free {} of {} bytes, {} damaged frames{error}",
        status.uptime_ms / 1000,
        status.images,
        status.stack_bytes.saturating_sub(status.stack_used),
        status.stack_bytes,
        status.damaged_frames,
    )
}

/// In place of the last line on a terminal, else below it.
fn show(line: &str) {
    let mut out = std::io::stdout().lock();
    let shown = if out.is_terminal() { write!(out, "\r\x1b[K{line}") } else { writeln!(out, "{line}") };
    // Nobody reads on: the next look ends the program as any other does.
    let _ = shown.and_then(|()| out.flush());
}

fn end_line() {
    if std::io::stdout().is_terminal() {
        println!();
    }
}

#[cfg(test)]
mod tests {
    use switchback::link::Verdict;
    use switchback::stream::KernelSet;

    use super::*;

    #[test]
    fn a_line_says_what_a_person_wants_to_know() {
        let identity = DeviceIdentity {
            board: "b".to_owned(),
            model_crc32: 1,
            arena_bytes: 2,
            arena_room: 3,
            model_room: 4,
            kernels: KernelSet::ALL,
            ticks_per_second: 100,
        };
        let before = DeviceStatus { images: 3, ..DeviceStatus::default() };
        let status = DeviceStatus {
            uptime_ms: 5_500,
            images: 8,
            damaged_frames: 2,
            last: Some(Verdict { class: 1, q16: 32_768 }),
            ticks: 25,
            stack_used: 1000,
            stack_bytes: 4096,
            last_error: "panic at src/main.rs:12".to_owned(),
        };
        let text = line(&identity, &status, Some((Duration::from_secs(2), &before)));
        let expected = "up 5 s, 8 images, 2.50 images/s, 0.250 s each, class 1 (score 0.500), stack free 3096 of 4096 bytes, \
                        2 damaged frames, last error: panic at src/main.rs:12";
        assert_eq!(text, expected);
        assert!(line(&identity, &before, None).contains("no image yet"));
    }
}
