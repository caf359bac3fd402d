//! What a device answers whatever image is under way, and what it counts.

use super::device::{Host, Turn};
use super::frame::FrameError;
use super::message::{Identity, PROTOCOL, Reply, Request, Status, Verdict};
use super::refusal::Refusal;
use crate::model::Model;
use crate::model::layout::CRC32;
use crate::stream::{KernelSet, Plan};

/// All of a device but its port and its arena, which an image borrows while it is under way.
pub(super) struct Desk<'d, H> {
    pub(super) model: &'d Model<'d>,
    pub(super) host: H,
    board: &'d str,
    /// What the plan needs.
    arena_bytes: usize,
    /// What there is.
    arena_room: usize,
    images: u32,
    damaged_frames: u32,
    last: Option<Verdict>,
    ticks: u64,
}

impl<'d, H: Host> Desk<'d, H> {
    pub(super) fn new(model: &'d Model<'d>, board: &'d str, plan: &Plan, arena_room: usize, host: H) -> Self {
        let arena_bytes = plan.arena_bytes();
        Self { model, host, board, arena_bytes, arena_room, images: 0, damaged_frames: 0, last: None, ticks: 0 }
    }

    /// The answer to a request that is about no image, or about one that is not under way.
    pub(super) fn answer(&mut self, request: Request<'_>) -> (Reply<'_>, Turn) {
        let taken = match request {
            Request::Identify => return (Reply::Identity(self.identity()), Turn::Next),
            Request::Status => return (Reply::Status(self.status()), Turn::Next),
            Request::Shutdown => return (Reply::Done, Turn::Stop),
            Request::BeginUpdate { bytes, crc32, plan } => self.host.begin_update(bytes, crc32, plan),
            Request::UpdatePart { crc32, offset, bytes } => self.host.write_update(crc32, offset, bytes),
            // The answer to a commit that was done before was lost.
            Request::CommitUpdate { crc32 } if crc32 == self.model_crc32() => {
                return (Reply::Updated { crc32 }, Turn::Next);
            }
            Request::CommitUpdate { crc32 } => match self.host.commit_update(crc32) {
                Ok(()) => return (Reply::Updated { crc32 }, Turn::Updated),
                Err(error) => Err(error),
            },
            Request::Begin { .. }
            | Request::RowPart { .. }
            | Request::Finish { .. }
            | Request::Score { .. }
            | Request::MapPart { .. }
            | Request::LabelPart { .. }
            | Request::Checksum { .. } => return (self.refuse(Refusal::OtherImage), Turn::Next),
        };
        let reply = match taken {
            Ok(offset) => Reply::UpdateReady { offset },
            Err(error) => self.refuse(error),
        };
        (reply, Turn::Next)
    }

    /// Tells the program and gives the answer.
    pub(super) fn refuse<'r>(&mut self, refusal: impl Into<Refusal>) -> Reply<'r> {
        let refusal = refusal.into();
        self.host.refused(refusal);
        Reply::Refused(refusal)
    }

    /// Counts a frame that arrived damaged.
    pub(super) fn damaged<'r>(&mut self, error: FrameError) -> Reply<'r> {
        self.damaged_frames = self.damaged_frames.wrapping_add(1);
        self.refuse(Refusal::BadFrame(error))
    }

    /// Counts an image.
    pub(super) fn count(&mut self, verdict: Verdict, ticks: u64) {
        self.images = self.images.wrapping_add(1);
        (self.last, self.ticks) = (Some(verdict), ticks);
    }

    /// Does `work` and adds what it took to `ticks`.
    pub(super) fn timed<T>(&self, ticks: &mut u64, work: impl FnOnce() -> T) -> T {
        let start = H::ticks();
        let result = work();
        *ticks = ticks.wrapping_add(H::ticks().wrapping_sub(start).into());
        result
    }

    /// CRC-32 of the whole file, as updates are announced.
    fn model_crc32(&self) -> u32 {
        CRC32.checksum(self.model.bytes())
    }

    fn identity(&self) -> Identity<'_> {
        let network = self.model.network();
        let (input, maps) = (network.input(), network.map_shape());
        // Every number here is bounded by the description of a network (`model::spec`).
        Identity {
            protocol: PROTOCOL,
            model_crc32: self.model.crc32(),
            input_width: input.width as u16,
            input_height: input.height as u16,
            input_channels: input.channels as u8,
            maps: maps.channels as u8,
            map_width: maps.width as u16,
            map_height: maps.height as u16,
            classes: network.classes() as u8,
            arena_bytes: self.arena_bytes as u32,
            arena_room: self.arena_room as u32,
            model_room: self.host.model_room(),
            kernels: KernelSet::HERE.bits(),
            ticks_per_second: H::TICKS_PER_SECOND,
            board: self.board,
            trained_on: &self.model.header().provenance.data,
        }
    }

    fn status(&mut self) -> Status<'_> {
        let health = self.host.health();
        Status {
            uptime_ms: health.uptime_ms,
            images: self.images,
            damaged_frames: self.damaged_frames,
            last: self.last,
            ticks: self.ticks,
            stack_used: health.stack_used,
            stack_bytes: health.stack_bytes,
            last_error: health.last_error,
        }
    }
}
