//! The device's side of the conversation: requests in, a [`Session`] run row by row, results out.

use embedded_io::{Read, Write};

use super::message::{Identity, PROTOCOL, Refusal, Reply, Request, parts};
use super::port::{Port, PortError};
use super::rows::RowAssembly;
use crate::model::{MapShape, Model};
use crate::stream::{Checksums, Inference, Observer, Plan, Session};

/// What the program around a device wants to be told, for instance to log it.
pub trait Watch {
    /// An image was begun.
    fn began(&mut self) {}
    /// An image was judged.
    fn judged(&mut self, _inference: &Inference<'_>) {}
    /// A request was refused.
    fn refused(&mut self, _refusal: Refusal) {}
}

/// Watches nothing.
impl Watch for () {}

/// Serves one model over one port.
pub struct Device<'d, S, W> {
    conversation: Conversation<'d, S, W>,
    plan: Plan,
    arena: &'d mut [u8],
}

/// All of a device but the arena, which a session borrows while an image is under way.
struct Conversation<'d, S, W> {
    port: Port<S>,
    model: &'d Model<'d>,
    /// What the plan needs.
    arena_bytes: usize,
    board: &'d str,
    watch: W,
}

/// What a device does next.
enum Next {
    /// Wait for an image.
    Idle,
    /// Take an image.
    Image { checksums: bool },
    /// Send what is left of the results.
    Judged,
    /// Serve no more.
    Stop,
}

type Answer<S> = Result<Next, PortError<<S as embedded_io::ErrorType>::Error>>;

impl<'d, S: Read + Write, W: Watch> Device<'d, S, W> {
    /// A device that runs `model` in `arena` and calls itself `board` (a short name).
    pub fn new(stream: S, model: &'d Model<'d>, arena: &'d mut [u8], board: &'d str, watch: W) -> Self {
        let plan = Plan::within(model, arena.len());
        let (port, arena_bytes) = (Port::new(stream), plan.arena_bytes());
        Self { conversation: Conversation { port, model, arena_bytes, board, watch }, plan, arena }
    }

    /// Serves requests until the host asks to stop.
    ///
    /// # Errors
    /// [`PortError`] when the stream fails or ends; damaged frames are refused, not errors.
    pub fn serve(&mut self) -> Result<(), PortError<S::Error>> {
        let mut next = Next::Idle;
        loop {
            next = match next {
                Next::Idle | Next::Judged => self.conversation.idle()?,
                Next::Image { checksums } => self.image(checksums)?,
                Next::Stop => return self.conversation.port.send(&Reply::Done),
            }
        }
    }

    fn image(&mut self, checksums: bool) -> Answer<S> {
        let conversation = &mut self.conversation;
        let mut taps = Checksums::default();
        let next = if checksums {
            match Session::with_plan(conversation.model, self.plan.clone(), self.arena, &mut taps) {
                Ok(mut session) => conversation.image(&mut session)?,
                Err(error) => conversation.refuse(error.into())?,
            }
        } else {
            match Session::with_plan(conversation.model, self.plan.clone(), self.arena, ()) {
                Ok(mut session) => conversation.image(&mut session)?,
                Err(error) => conversation.refuse(error.into())?,
            }
        };
        if let Next::Judged = next {
            for (tap, crc32) in taps.iter() {
                conversation.port.send(&Reply::Checksum { tap: tap.index(), crc32 })?;
            }
            conversation.port.send(&Reply::Done)?;
        }
        Ok(next)
    }
}

impl<S: Read + Write, W: Watch> Conversation<'_, S, W> {
    fn idle(&mut self) -> Answer<S> {
        match self.port.receive() {
            Ok(Request::Identify) => self.identify(),
            Ok(Request::Begin { checksums }) => Ok(Next::Image { checksums }),
            Ok(Request::Shutdown) => Ok(Next::Stop),
            Ok(Request::RowPart { .. } | Request::Finish) => self.refuse(Refusal::NotBegun),
            Err(PortError::Frame(error)) => self.refuse(Refusal::BadFrame(error)),
            Err(error) => Err(error),
        }
    }

    fn identify(&mut self) -> Answer<S> {
        let network = self.model.network();
        let (input, maps) = (network.input(), network.map_shape());
        // Every number here is bounded by the description of a network (`model::spec`).
        let identity = Identity {
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
            board: self.board,
            trained_on: &self.model.header().provenance.data,
        };
        self.port.send(&Reply::Identity(identity))?;
        Ok(Next::Idle)
    }

    fn refuse(&mut self, refusal: Refusal) -> Answer<S> {
        self.watch.refused(refusal);
        self.port.send(&Reply::Refused(refusal))?;
        Ok(Next::Idle)
    }

    /// Takes the rows of one image and judges it.
    fn image<O: Observer>(&mut self, session: &mut Session<'_, O>) -> Answer<S> {
        self.watch.began();
        let mut rows = RowAssembly::new(self.model.network().input().row_elements());
        self.port.send(&Reply::Ready { next: 0 })?;
        loop {
            match self.port.receive() {
                Ok(Request::RowPart { row, offset, bytes }) => {
                    let pushed = match rows.add(row, offset, bytes) {
                        Ok(None) => continue,
                        Ok(Some(pixels)) => session.push_row(pixels).map_err(Refusal::from),
                        Err(refusal) => Err(refusal),
                    };
                    match pushed {
                        Ok(()) => self.port.send(&Reply::Ready { next: rows.next() })?,
                        Err(refusal) => return self.refuse(refusal),
                    }
                }
                Ok(Request::Finish) => {
                    return match session.finish() {
                        Ok(inference) => {
                            self.watch.judged(&inference);
                            self.results(&inference)
                        }
                        Err(unfinished) => self.refuse(unfinished.into()),
                    };
                }
                Ok(Request::Identify) => {
                    self.identify()?;
                }
                Ok(Request::Begin { checksums }) => return Ok(Next::Image { checksums }),
                Ok(Request::Shutdown) => return Ok(Next::Stop),
                Err(PortError::Frame(error)) => return self.refuse(Refusal::BadFrame(error)),
                Err(error) => return Err(error),
            }
        }
    }

    fn results(&mut self, inference: &Inference<'_>) -> Answer<S> {
        for (class, score) in (0..).zip(inference.scores()) {
            self.port.send(&Reply::Score { class, q16: score.to_bits() })?;
        }
        let MapShape { height, channels, .. } = self.model.network().map_shape();
        for row in 0..height as u16 {
            for map in 0..channels as u8 {
                for (offset, bytes) in parts(inference.map_row(map.into(), row.into())) {
                    self.port.send(&Reply::MapPart { map, row, offset, bytes })?;
                }
            }
            for (offset, bytes) in parts(inference.label_row(row.into())) {
                self.port.send(&Reply::LabelPart { row, offset, bytes })?;
            }
        }
        Ok(Next::Judged)
    }
}
