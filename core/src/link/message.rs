//! The messages. The order of variants and fields is the link's format: a change is a new [`PROTOCOL`].
//!
//! Every request is answered by exactly one reply, and may be sent again: a repeated one changes nothing and gets the same
//! answer. So a host that hears nothing, or something damaged, asks again.

use serde::{Deserialize, Serialize};

use super::refusal::Refusal;
use crate::stream::Inference;

/// Version of the link. [`Request::Identify`] and the first field of its answer keep their place in every version.
pub const PROTOCOL: u16 = 2;

/// The most bytes of a row, of a map or of a model that one message carries.
pub const MAX_PART: usize = 256;

/// What the host asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Request<'a> {
    /// Who are you? Answered by [`Reply::Identity`].
    Identify,
    /// How are you? Answered by [`Reply::Status`].
    Status,
    /// A new image, unless it is under way already; another one is forgotten. Answered by [`Reply::Ready`].
    Begin {
        /// The host's number for it, another one than the last image's.
        image: u16,
        /// Whether to make a checksum of every layer's values.
        checksums: bool,
    },
    /// Pixels of one row, channels last; the parts of a row come in order. Answered by [`Reply::Ready`].
    RowPart {
        /// Its image.
        image: u16,
        /// The row, from 0.
        row: u16,
        /// Where in the row's bytes the part starts.
        offset: u16,
        /// 1 to [`MAX_PART`] bytes.
        #[serde(borrow)]
        bytes: &'a [u8],
    },
    /// All rows were sent. Answered by [`Reply::Judged`]; the results can be asked for until another image begins.
    Finish {
        /// The image.
        image: u16,
    },
    /// The score of a class. Answered by [`Reply::Score`].
    Score {
        /// The image.
        image: u16,
        /// The class.
        class: u8,
    },
    /// Part of a row of a class map. Answered by [`Reply::Part`].
    MapPart {
        /// The image.
        image: u16,
        /// The map.
        map: u8,
        /// The row, from 0.
        row: u16,
        /// The column of the first byte.
        offset: u16,
    },
    /// Part of a row of the label map: the class of each pixel. Answered by [`Reply::Part`].
    LabelPart {
        /// The image.
        image: u16,
        /// The row, from 0.
        row: u16,
        /// The column of the first byte.
        offset: u16,
    },
    /// The checksum of all values of one tap (a layer's output). Answered by [`Reply::Checksum`].
    Checksum {
        /// The image.
        image: u16,
        /// Which of the taps that [`Reply::Judged`] counts.
        index: u8,
    },
    /// A new model comes. Answered by [`Reply::UpdateReady`]; where the same update was interrupted, it goes on.
    BeginUpdate {
        /// Bytes of the model.
        bytes: u32,
        /// CRC-32 (ISO-HDLC) of the model's bytes.
        crc32: u32,
        /// The model's plan on this device: [`Plan::write`](crate::stream::Plan::write).
        plan: &'a [u8],
    },
    /// Part of the model; the parts come in order. Answered by [`Reply::UpdateReady`].
    UpdatePart {
        /// CRC-32 of the whole model's bytes: which update it is of.
        crc32: u32,
        /// Where in the model's bytes the part starts.
        offset: u32,
        /// 1 to [`MAX_PART`] bytes.
        bytes: &'a [u8],
    },
    /// The whole model was sent: check it, and run it from now on. Answered by [`Reply::Updated`].
    CommitUpdate {
        /// CRC-32 of the model's bytes.
        crc32: u32,
    },
    /// Stop serving. Answered by [`Reply::Done`]; an emulated device then ends its emulator, others start again.
    Shutdown,
}

/// What the device answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reply<'a> {
    /// What the device runs.
    #[serde(borrow)]
    Identity(Identity<'a>),
    /// How it is.
    Status(Status<'a>),
    /// The part that the device expects next; after the last row `row` is the image's height.
    Ready {
        /// The image under way.
        image: u16,
        /// Its next row.
        row: u16,
        /// The first byte of the row that is missing.
        offset: u16,
    },
    /// The results are there.
    Judged {
        /// The image.
        image: u16,
        /// Taps with a checksum.
        taps: u8,
        /// How long its rows and its end took to compute, in [`Identity::ticks_per_second`].
        ticks: u64,
    },
    /// The score of a class, the highest for the most likely one.
    Score {
        /// The class.
        class: u8,
        /// The score in Q16.
        q16: i32,
    },
    /// Part of a row of the map that was asked for, 8 bits a pixel.
    Part {
        /// Up to [`MAX_PART`] bytes, fewer at the row's end.
        bytes: &'a [u8],
    },
    /// The checksum of a tap.
    Checksum {
        /// [`Tap::index`](crate::stream::Tap::index).
        tap: u16,
        /// CRC-32 of its values, rows from the top.
        crc32: u32,
    },
    /// The part of the new model that the device expects next.
    UpdateReady {
        /// The first byte that is missing.
        offset: u32,
    },
    /// The new model runs from now on.
    Updated {
        /// CRC-32 of its bytes.
        crc32: u32,
    },
    /// Done as asked.
    Done,
    /// The request could not be served.
    Refused(Refusal),
}

/// What a device runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity<'a> {
    /// [`PROTOCOL`] of the device.
    pub protocol: u16,
    /// [`Model::crc32`](crate::model::Model::crc32) of its model.
    pub model_crc32: u32,
    /// Pixels a row of the image.
    pub input_width: u16,
    /// Rows of the image.
    pub input_height: u16,
    /// Bytes a pixel.
    pub input_channels: u8,
    /// Class maps.
    pub maps: u8,
    /// Pixels a row of a class map.
    pub map_width: u16,
    /// Rows of a class map.
    pub map_height: u16,
    /// Scores.
    pub classes: u8,
    /// Bytes of the arena that the model needs.
    pub arena_bytes: u32,
    /// Bytes of the arena that a model may have.
    pub arena_room: u32,
    /// Bytes of flash that a new model may have; 0 where none can be received.
    pub model_room: u32,
    /// [`KernelSet::bits`](crate::stream::KernelSet::bits) of the kernels that a new model's plan may take.
    pub kernels: u16,
    /// What durations are counted in.
    pub ticks_per_second: u32,
    /// Name of the board.
    pub board: &'a str,
    /// Name of the data set that the model was trained on.
    pub trained_on: &'a str,
}

/// How a device is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status<'a> {
    /// Since it started.
    pub uptime_ms: u32,
    /// Images judged since then, whoever sent them.
    pub images: u32,
    /// Frames of this link that arrived damaged since then.
    pub damaged_frames: u32,
    /// What the last image was judged to be.
    pub last: Option<Verdict>,
    /// How long it took to compute, in [`Identity::ticks_per_second`].
    pub ticks: u64,
    /// The most bytes of stack that were ever used since it started.
    pub stack_used: u32,
    /// Bytes of stack there are.
    pub stack_bytes: u32,
    /// What went wrong last, also before it last started; empty where nothing has.
    pub last_error: &'a str,
}

/// What an image was judged to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// The class: for two classes by the model's operating point, else the one with the highest score.
    pub class: u8,
    /// Its score in Q16.
    pub q16: i32,
}

impl Verdict {
    /// What `inference` says.
    pub fn of(inference: &Inference<'_>) -> Self {
        let class = inference.decision();
        let score = inference.scores().get(class).map_or(0, |score| score.to_bits());
        // A network has at most 32 classes.
        Self { class: class as u8, q16: score }
    }
}

/// Bytes in parts of at most [`MAX_PART`], each with the place where it starts.
pub fn parts(bytes: &[u8]) -> impl Iterator<Item = (u32, &[u8])> {
    (0..).step_by(MAX_PART).zip(bytes.chunks(MAX_PART))
}
