//! [`crate::arch::portable::input_windows`]: two filters at a time, a row of taps a vector, four filters an end.

use core::arch::global_asm;

pub(crate) use crate::arch::portable::input_windows::Filters;
use zerocopy::little_endian::I32;

global_asm!(env!("SWITCHBACK_ASSEMBLER"), include_str!("input_windows.s"), options(raw));

/// What the assembly is told; it uses it up.
#[repr(C)]
struct Job {
    pixels: *const i8,
    pitch: usize,
    weights: *const i8,
    quads: usize,
    biases: *const I32,
    multipliers: *const I32,
    out: *mut u8,
    switches: *mut u8,
    windows: usize,
}

unsafe extern "C" {
    fn switchback_input_windows_3(job: *mut Job);
    fn switchback_input_windows_5(job: *mut Job);
    fn switchback_input_windows_7(job: *mut Job);
    fn switchback_input_windows_9(job: *mut Job);
    fn switchback_input_windows_11(job: *mut Job);
}

/// Requantized maxima and switches of the windows of a row; kernels of 3, 5, 7, 9 and 11.
pub(crate) fn input_windows(filters: &Filters<'_>, pixels: &[i8], pitch: usize, out: &mut [u8], switches: &mut [u8]) {
    let Filters { weights, kernel: k, biases, multipliers } = *filters;
    let function = match k {
        3 => switchback_input_windows_3,
        5 => switchback_input_windows_5,
        7 => switchback_input_windows_7,
        9 => switchback_input_windows_9,
        11 => switchback_input_windows_11,
        _ => return,
    };
    let quads = biases.len() / 4;
    let count = 4 * quads;
    if quads == 0 || multipliers.len() < count || weights.len() < count * k * k || pitch < k + 1 {
        return;
    }
    // Windows that lie inside the rows.
    let windows = out.len().checked_div(count).unwrap_or(0).min((pitch - k - 1) / 2 + 1);
    if windows == 0 || pixels.len() < (k + 1) * pitch {
        return;
    }
    let listens = switches.len() >= windows * quads;
    let mut job = Job {
        pixels: pixels.as_ptr(),
        pitch,
        weights: weights.as_ptr(),
        quads,
        biases: biases.as_ptr(),
        multipliers: multipliers.as_ptr(),
        out: out.as_mut_ptr(),
        switches: if listens { switches.as_mut_ptr() } else { core::ptr::null_mut() },
        windows,
    };
    // SAFETY: a window reads `k + 1` bytes of `k + 1` rows from its column on, the last one ends within the rows; each reads all
    // weights, biases and multipliers of `count` filters, whose presence was checked, bytewise, and writes `count` bytes of `out`
    // and a quarter of them of `switches`, unless that is null.
    unsafe { function(&raw mut job) }
}
