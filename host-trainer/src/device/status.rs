//! How a device is, kept beyond the message that said so.

use switchback::link::{Status, Verdict};

/// How a device is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeviceStatus {
    /// Milliseconds since it started.
    pub uptime_ms: u32,
    /// Images judged since then.
    pub images: u32,
    /// Damaged frames since then.
    pub damaged_frames: u32,
    /// What the last image was judged to be.
    pub last: Option<Verdict>,
    /// How long it took, in the device's ticks.
    pub ticks: u64,
    /// The most bytes of stack that were ever used.
    pub stack_used: u32,
    /// Bytes of stack there are.
    pub stack_bytes: u32,
    /// What went wrong last; empty where nothing has.
    pub last_error: String,
}

impl From<Status<'_>> for DeviceStatus {
    fn from(status: Status<'_>) -> Self {
        Self {
            uptime_ms: status.uptime_ms,
            images: status.images,
            damaged_frames: status.damaged_frames,
            last: status.last,
            ticks: status.ticks,
            stack_used: status.stack_used,
            stack_bytes: status.stack_bytes,
            last_error: status.last_error.to_owned(),
        }
    }
}
