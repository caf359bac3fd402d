//! The device's side of the conversation: requests in, a [`Session`] run row by row, results out.

use core::cell::RefCell;

use embedded_io::{Error as _, ErrorKind, Read, ReadReady, Write};

use super::UNNUMBERED;
use super::desk::Desk;
use super::frame::FrameError;
use super::message::{MAX_PART, Reply, Request, Verdict};
use super::port::{Port, PortError};
use super::refusal::{Refusal, UpdateError};
use super::rows::RowAssembly;
use crate::model::Model;
use crate::stream::{Checksums, Inference, Observer, Plan, Session, SessionError, Tap, TapRow};

/// The program around a device: what it lends, and what it wants to be told.
pub trait Host {
    /// How fast [`Self::ticks`] goes on.
    const TICKS_PER_SECOND: u32 = 1;
    /// A counter that goes on while the device computes; it may wrap, but not within a row or an image's end.
    fn ticks() -> u32 {
        0
    }
    /// A row of some layer is made, or a request is waited for. For watchdogs.
    fn alive() {}
    /// An image was judged.
    fn judged(&mut self, _inference: &Inference<'_>) {}
    /// A request was refused.
    fn refused(&mut self, _refusal: Refusal) {}
    /// What it knows of its health.
    fn health(&mut self) -> Health<'_> {
        Health::default()
    }
    /// The most bytes of a new model; 0 where none can be taken.
    fn model_room(&self) -> u32 {
        0
    }
    /// Makes room for a model of `bytes` bytes, or finds the same update interrupted. Gives the first byte that is missing.
    ///
    /// # Errors
    /// [`UpdateError`].
    fn begin_update(&mut self, _bytes: u32, _crc32: u32, _plan: &[u8]) -> Result<u32, UpdateError> {
        Err(UpdateError::NoSlot)
    }
    /// Writes the next part of it; one that was written before changes nothing. Gives the first byte that is missing.
    ///
    /// # Errors
    /// [`UpdateError`].
    fn write_update(&mut self, _crc32: u32, _offset: u32, _bytes: &[u8]) -> Result<u32, UpdateError> {
        Err(UpdateError::NoSlot)
    }
    /// Checks the whole model and makes it the current one, by one atomic word.
    ///
    /// # Errors
    /// [`UpdateError`]; the old model stays current.
    fn commit_update(&mut self, _crc32: u32) -> Result<(), UpdateError> {
        Err(UpdateError::NoSlot)
    }
}

/// A host that lends nothing and wants to know nothing.
impl Host for () {}

/// What a program knows of its health.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Health<'a> {
    /// Since it started.
    pub uptime_ms: u32,
    /// The most bytes of stack that were ever used.
    pub stack_used: u32,
    /// Bytes of stack there are.
    pub stack_bytes: u32,
    /// What went wrong last; empty where nothing has.
    pub last_error: &'a str,
}

/// What a program does after a turn of its device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// The next turn.
    Next,
    /// The same; nothing had come for as long as the stream waits.
    Idle,
    /// Start the model anew that is current now.
    Updated,
    /// Serve no more.
    Stop,
}

/// Serves one model over one port.
pub struct Device<'d, S, H> {
    port: Port<S>,
    desk: Desk<'d, H>,
    plan: Plan,
    arena: &'d mut [u8],
}

/// An image that the host begins.
#[derive(Clone, Copy)]
struct Beginning {
    number: u16,
    checksums: bool,
}

/// What follows an image.
enum After {
    Another(u16, Beginning),
    Turn(Turn),
}

type Outcome<T, S> = Result<T, PortError<<S as embedded_io::ErrorType>::Error>>;

/// Shared by a session, which adds to them, and the answers, which read them.
struct Taps<'t> {
    checksums: &'t RefCell<Option<Checksums>>,
    alive: fn(),
}

impl Observer for Taps<'_> {
    fn row(&mut self, tap: Tap, y: usize, row: TapRow<'_>) {
        (self.alive)();
        // Answers are given between rows: it is never borrowed here.
        if let Ok(mut checksums) = self.checksums.try_borrow_mut()
            && let Some(checksums) = &mut *checksums
        {
            checksums.row(tap, y, row);
        }
    }
}

impl<'d, S: Read + Write, H: Host> Device<'d, S, H> {
    /// A device that runs `model` by `plan` in `arena` and calls itself `board` (a short name).
    pub fn new(stream: S, model: &'d Model<'d>, plan: Plan, arena: &'d mut [u8], board: &'d str, host: H) -> Self {
        let desk = Desk::new(model, board, &plan, arena.len(), host);
        Self { port: Port::new(stream), desk, plan, arena }
    }

    /// Serves requests until the host asks to stop, or brings a new model. A stream that waits for ever is expected.
    ///
    /// # Errors
    /// [`PortError`] when the stream fails or ends; damaged frames are refused, not errors.
    pub fn serve(&mut self) -> Outcome<Turn, S> {
        loop {
            match self.turn()? {
                Turn::Next | Turn::Idle => {}
                end => return Ok(end),
            }
        }
    }

    /// Answers one request, or, from its beginning on, all about an image. Ends with [`Turn::Idle`] where the stream's read
    /// fails by [`ErrorKind::TimedOut`].
    ///
    /// # Errors
    /// [`PortError`] when the stream fails or ends; damaged frames are refused, not errors.
    pub fn turn(&mut self) -> Outcome<Turn, S> {
        let (number, beginning) = match receive::<S, H>(&mut self.port)? {
            Received::Nothing => return Ok(Turn::Idle),
            Received::Damaged(error) => {
                self.port.send(UNNUMBERED, &self.desk.damaged(error))?;
                return Ok(Turn::Next);
            }
            Received::Request(number, Request::Begin { image, checksums }) => {
                (number, Beginning { number: image, checksums })
            }
            Received::Request(number, request) => {
                let (reply, turn) = self.desk.answer(request);
                self.port.send(number, &reply)?;
                return Ok(turn);
            }
        };
        let mut next = (number, beginning);
        loop {
            match self.image(next.0, next.1)? {
                After::Another(number, beginning) => next = (number, beginning),
                After::Turn(turn) => return Ok(turn),
            }
        }
    }

    /// A session for an image from elsewhere than the link; [`Self::count`] takes what became of it.
    ///
    /// # Errors
    /// [`SessionError`] where the arena is too short or not aligned.
    pub fn session<O: Observer>(&mut self, observer: O) -> Result<Session<'_, O>, SessionError> {
        Session::with_plan(self.desk.model, self.plan.clone(), self.arena, observer)
    }

    /// Counts an image from elsewhere than the link.
    pub fn count(&mut self, verdict: Verdict, ticks: u64) {
        self.desk.count(verdict, ticks);
    }

    /// Whether something of a request is there.
    ///
    /// # Errors
    /// The stream's own.
    pub fn is_asked(&mut self) -> Result<bool, S::Error>
    where
        S: ReadReady,
    {
        self.port.is_ready()
    }

    /// The program around it.
    pub fn host(&mut self) -> &mut H {
        &mut self.desk.host
    }

    /// Takes the rows of one image, judges it, and answers what is asked about the results.
    fn image(&mut self, number: u16, beginning: Beginning) -> Outcome<After, S> {
        let Self { port, desk, plan, arena } = self;
        let checksums = RefCell::new(beginning.checksums.then(Checksums::new));
        let taps = Taps { checksums: &checksums, alive: H::alive };
        let mut session = match Session::with_plan(desk.model, plan.clone(), arena, taps) {
            Ok(session) => session,
            Err(error) => {
                port.send(number, &desk.refuse(error))?;
                return Ok(After::Turn(Turn::Next));
            }
        };
        match rows(port, desk, &mut session, number, beginning)? {
            Rows::All { number, ticks } => results(port, desk, &mut session, &checksums, (number, beginning, ticks)),
            Rows::After(after) => Ok(after),
        }
    }
}

/// What came of a frame.
enum Received<'r> {
    Request(u16, Request<'r>),
    Damaged(FrameError),
    /// For as long as the stream waits.
    Nothing,
}

/// The next request.
fn receive<S: Read + Write, H: Host>(port: &mut Port<S>) -> Outcome<Received<'_>, S> {
    H::alive();
    match port.wait() {
        Ok(()) => {}
        Err(PortError::Frame(error)) => return Ok(Received::Damaged(error)),
        Err(PortError::Stream(error)) if error.kind() == ErrorKind::TimedOut => return Ok(Received::Nothing),
        Err(error) => return Err(error),
    }
    Ok(match port.message() {
        Ok((number, request)) => Received::Request(number, request),
        Err(error) => Received::Damaged(error),
    })
}

/// What came of an image's rows.
enum Rows {
    /// All are there, and the request `number` asks for the results.
    All {
        number: u16,
        ticks: u64,
    },
    After(After),
}

/// Takes the rows of one image.
fn rows<S: Read + Write, H: Host, O: Observer>(
    port: &mut Port<S>,
    desk: &mut Desk<'_, H>,
    session: &mut Session<'_, O>,
    number: u16,
    beginning: Beginning,
) -> Outcome<Rows, S> {
    let mut assembly = RowAssembly::new(desk.model.network().input());
    let mut ticks = 0;
    port.send(number, &assembly.ready(beginning.number))?;
    loop {
        let (number, request) = match receive::<S, H>(port)? {
            Received::Request(number, request) => (number, request),
            Received::Damaged(error) => {
                port.send(UNNUMBERED, &desk.damaged(error))?;
                continue;
            }
            Received::Nothing => return Ok(Rows::After(After::Turn(Turn::Idle))),
        };
        let reply = match request {
            Request::RowPart { image, row, offset, bytes } if image == beginning.number => {
                let taken = assembly.add(row, offset, bytes).and_then(|whole| {
                    let Some(pixels) = whole else { return Ok(()) };
                    desk.timed(&mut ticks, || session.push_row(pixels)).map_err(Refusal::from)
                });
                match taken {
                    Ok(()) => assembly.ready(image),
                    Err(refusal) => desk.refuse(refusal),
                }
            }
            Request::Begin { image, .. } if image == beginning.number => assembly.ready(image),
            Request::Begin { image, checksums } => {
                return Ok(Rows::After(After::Another(number, Beginning { number: image, checksums })));
            }
            Request::Finish { image } if image == beginning.number => match session.missing_rows() {
                None => return Ok(Rows::All { number, ticks }),
                Some(unfinished) => desk.refuse(unfinished),
            },
            Request::Score { image, .. }
            | Request::MapPart { image, .. }
            | Request::LabelPart { image, .. }
            | Request::Checksum { image, .. }
                if image == beginning.number =>
            {
                desk.refuse(Refusal::NotJudged)
            }
            other => {
                let (reply, turn) = desk.answer(other);
                port.send(number, &reply)?;
                match turn {
                    Turn::Next | Turn::Idle => continue,
                    end => return Ok(Rows::After(After::Turn(end))),
                }
            }
        };
        port.send(number, &reply)?;
    }
}

/// Judges the image and answers what is asked about the results, until another image begins.
fn results<S: Read + Write, H: Host, O: Observer>(
    port: &mut Port<S>,
    desk: &mut Desk<'_, H>,
    session: &mut Session<'_, O>,
    taps: &RefCell<Option<Checksums>>,
    (number, beginning, mut ticks): (u16, Beginning, u64),
) -> Outcome<After, S> {
    let inference = match desk.timed(&mut ticks, || session.finish()) {
        Ok(inference) => inference,
        Err(unfinished) => {
            port.send(number, &desk.refuse(unfinished))?;
            return Ok(After::Turn(Turn::Next));
        }
    };
    desk.count(Verdict::of(&inference), ticks);
    desk.host.judged(&inference);
    let checksum = |index: usize| taps.try_borrow().ok()?.as_ref()?.iter().nth(index);
    let count = taps.try_borrow().ok().and_then(|taps| taps.as_ref().map(|taps| taps.iter().count())).unwrap_or(0);
    // A network has at most a hundred taps.
    let judged = Reply::Judged { image: beginning.number, taps: count as u8, ticks };
    port.send(number, &judged)?;
    loop {
        let (number, request) = match receive::<S, H>(port)? {
            Received::Request(number, request) => (number, request),
            Received::Damaged(error) => {
                port.send(UNNUMBERED, &desk.damaged(error))?;
                continue;
            }
            Received::Nothing => return Ok(After::Turn(Turn::Idle)),
        };
        let reply = match request {
            Request::Finish { image } if image == beginning.number => judged,
            Request::Score { image, class } if image == beginning.number => {
                match inference.scores().get(usize::from(class)) {
                    Some(score) => Reply::Score { class, q16: score.to_bits() },
                    None => desk.refuse(Refusal::NoSuchResult),
                }
            }
            Request::MapPart { image, map, row, offset } if image == beginning.number => {
                part(desk, inference.map_row(map.into(), row.into()), offset)
            }
            Request::LabelPart { image, row, offset } if image == beginning.number => {
                part(desk, inference.label_row(row.into()), offset)
            }
            Request::Checksum { image, index } if image == beginning.number => match checksum(index.into()) {
                Some((tap, crc32)) => Reply::Checksum { tap: tap.index(), crc32 },
                None => desk.refuse(Refusal::NoSuchResult),
            },
            // A beginning or a row that arrives twice: the host knows by now that all rows are there.
            Request::Begin { image, .. } | Request::RowPart { image, .. } if image == beginning.number => {
                let row = desk.model.network().input().height as u16;
                Reply::Ready { image, row, offset: 0 }
            }
            Request::Begin { image, checksums } => {
                return Ok(After::Another(number, Beginning { number: image, checksums }));
            }
            other => {
                let (reply, turn) = desk.answer(other);
                port.send(number, &reply)?;
                match turn {
                    Turn::Next | Turn::Idle => continue,
                    end => return Ok(After::Turn(end)),
                }
            }
        };
        port.send(number, &reply)?;
    }
}

/// The part of a row of results from `offset` on.
fn part<'r, H: Host>(desk: &mut Desk<'_, H>, row: &'r [u8], offset: u16) -> Reply<'r> {
    match row.get(offset.into()..) {
        Some(rest @ [_, ..]) => Reply::Part { bytes: rest.get(..MAX_PART).unwrap_or(rest) },
        _ => desk.refuse(Refusal::NoSuchResult),
    }
}
