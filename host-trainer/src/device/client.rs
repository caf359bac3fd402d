//! The conversation with a device: requests that are asked again until they are answered.

use std::io::{self, Read, Write};
use std::time::{Duration, Instant};

use embedded_io_adapters::std::FromStd;
use switchback::link::{Identity, MAX_PART, PROTOCOL, Port, PortError, Refusal, Reply, Request, UNNUMBERED, parts};
use switchback::model::layout::CRC32;
use switchback::model::{Model, Network};
use switchback::stream::{KernelSet, Tap};

use super::address::{Address, Socket};
use super::status::DeviceStatus;
use super::{Answer, DeviceError};

/// How long an answer may take at least.
const LEAST_PATIENCE: Duration = Duration::from_secs(30);

/// Multiply-accumulates a second that the slowest device can be trusted with: an emulated one on a busy machine.
const SLOWEST_MACS: u64 = 10_000_000;

/// How long a stream is silent before a request is sent again.
const RETRY: Duration = Duration::from_secs(2);

/// Silences before the end of an image is sent again: it takes the whole decoder.
const SILENCES_OF_FINISH: u32 = 8;

/// How often a request is sent again because something damaged came back.
const MOST_DAMAGED: u32 = 20;

/// How often an image is begun that the device lost, as one does that starts again.
const MOST_BEGINNINGS: u32 = 4;

/// How long to wait for one answer of a device that runs `network`: that to the image's end takes the whole decoder.
pub fn patience(network: &Network) -> Duration {
    LEAST_PATIENCE + Duration::from_secs(network.macs() / SLOWEST_MACS)
}

/// What a device said of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceIdentity {
    /// Name of the board.
    pub board: String,
    /// CRC-32 of its model's content.
    pub model_crc32: u32,
    /// Bytes of the arena that its model needs.
    pub arena_bytes: u32,
    /// Bytes of the arena that a model may have.
    pub arena_room: u32,
    /// Bytes of flash that a new model may have; 0 where none can be received.
    pub model_room: u32,
    /// What a new model's plan may take.
    pub kernels: KernelSet,
    /// What durations are counted in.
    pub ticks_per_second: u32,
}

/// A connection to a device.
pub struct Client {
    port: Port<FromStd<Box<dyn Socket>>>,
    patience: Duration,
    /// The last request's.
    number: u16,
    /// The last image's.
    image: u16,
}

impl Client {
    /// Connects to a device that may still be starting: it is given `wait`. Each of its answers is given `patience`.
    ///
    /// # Errors
    /// [`DeviceError::Connect`].
    pub fn connect(address: &Address, wait: Duration, patience: Duration) -> Result<Self, DeviceError> {
        Ok(Self::new(address.connect(wait, RETRY.min(patience))?, patience))
    }

    /// A client of what is at the other end of `stream`, whose reads fail with [`io::ErrorKind::TimedOut`] after a silence.
    pub fn over(stream: impl Read + Write + Send + 'static, patience: Duration) -> Self {
        Self::new(Box::new(stream), patience)
    }

    fn new(socket: Box<dyn Socket>, patience: Duration) -> Self {
        // Other numbers than those of a conversation that was interrupted.
        let image = rand::random();
        Self { port: Port::new(FromStd::new(socket)), patience, number: image, image }
    }

    /// Asks the device what it is.
    ///
    /// # Errors
    /// [`DeviceError`].
    pub fn identity(&mut self) -> Result<DeviceIdentity, DeviceError> {
        const DURING: &str = "identification";
        self.port.send_break().map_err(|error| failure(error, self.patience, DURING))?;
        self.ask(DURING, Request::Identify, |reply| match reply {
            Reply::Identity(Identity { protocol, .. }) if protocol != PROTOCOL => {
                Err(DeviceError::Protocol { found: protocol })
            }
            Reply::Identity(identity) => Ok(DeviceIdentity {
                board: identity.board.to_owned(),
                model_crc32: identity.model_crc32,
                arena_bytes: identity.arena_bytes,
                arena_room: identity.arena_room,
                model_room: identity.model_room,
                kernels: KernelSet::from_bits(identity.kernels),
                ticks_per_second: identity.ticks_per_second,
            }),
            other => Err(unexpected(DURING, &other, "an identity")),
        })
    }

    /// Asks the device what it is, and checks that it runs `model`.
    ///
    /// # Errors
    /// [`DeviceError`], with [`DeviceError::Protocol`] and [`DeviceError::OtherModel`] where host and device differ.
    pub fn identify(&mut self, model: &Model<'_>) -> Result<DeviceIdentity, DeviceError> {
        let identity = self.identity()?;
        let (found, expected) = (identity.model_crc32, model.crc32());
        if found == expected { Ok(identity) } else { Err(DeviceError::OtherModel { found, expected }) }
    }

    /// Asks the device how it is.
    ///
    /// # Errors
    /// [`DeviceError`].
    pub fn status(&mut self) -> Result<DeviceStatus, DeviceError> {
        const DURING: &str = "its status";
        self.ask(DURING, Request::Status, |reply| match reply {
            Reply::Status(status) => Ok(status.into()),
            other => Err(unexpected(DURING, &other, "a status")),
        })
    }

    /// Sends an image of `height * width * channels` pixels, channels last, row by row, and collects the results. After
    /// each row `progress` is told how many rows the device has taken. A device that starts again meanwhile gets the image
    /// again.
    ///
    /// # Errors
    /// [`DeviceError`].
    pub fn run(
        &mut self,
        network: &Network,
        pixels: &[u8],
        mut progress: impl FnMut(usize),
    ) -> Result<Answer, DeviceError> {
        let mut beginnings = 0;
        loop {
            beginnings += 1;
            match self.try_image(network, pixels, &mut progress) {
                Err(DeviceError::Refused { refusal, .. }) if is_lost(refusal) && beginnings < MOST_BEGINNINGS => {}
                result => return result,
            }
        }
    }

    fn try_image(
        &mut self,
        network: &Network,
        pixels: &[u8],
        progress: &mut impl FnMut(usize),
    ) -> Result<Answer, DeviceError> {
        const DURING: &str = "the image's rows";
        self.image = self.image.wrapping_add(1);
        let image = self.image;
        self.ready(DURING, Request::Begin { image, checksums: true }, (0, 0))?;
        let row_bytes = network.input().row_elements();
        for (row, bytes) in (0u16..).zip(pixels.chunks(row_bytes)) {
            for (offset, bytes) in parts(bytes) {
                let end = offset as usize + bytes.len();
                let next = if end == row_bytes { (row + 1, 0) } else { (row, end as u16) };
                self.ready(DURING, Request::RowPart { image, row, offset: offset as u16, bytes }, next)?;
            }
            progress(usize::from(row) + 1);
        }
        self.results(network)
    }

    /// Sends a new model with its plan on the device; `progress` is told how many bytes the device has taken. An update that was
    /// interrupted goes on where it was.
    ///
    /// # Errors
    /// [`DeviceError`]; the device then runs its old model.
    pub fn update(&mut self, model: &[u8], plan: &[u8], mut progress: impl FnMut(usize)) -> Result<(), DeviceError> {
        const DURING: &str = "the new model";
        let crc32 = CRC32.checksum(model);
        let next = |reply: Reply<'_>| match reply {
            Reply::UpdateReady { offset } => Ok(offset as usize),
            other => Err(unexpected(DURING, &other, "readiness for a part")),
        };
        let bytes = u32::try_from(model.len()).map_err(|_| DeviceError::Refused {
            during: DURING,
            refusal: switchback::link::UpdateError::TooLarge { found: u32::MAX, most: u32::MAX }.into(),
        })?;
        let mut offset = self.ask(DURING, Request::BeginUpdate { bytes, crc32, plan }, next)?;
        while let Some(rest @ [_, ..]) = model.get(offset..) {
            let part = rest.get(..MAX_PART).unwrap_or(rest);
            offset = self.ask(DURING, Request::UpdatePart { crc32, offset: offset as u32, bytes: part }, next)?;
            progress(offset);
        }
        self.ask(DURING, Request::CommitUpdate { crc32 }, |reply| match reply {
            Reply::Updated { crc32: found } if found == crc32 => Ok(()),
            other => Err(unexpected(DURING, &other, "the new model's start")),
        })
    }

    /// Asks the device to stop serving; an emulated one ends its emulator.
    ///
    /// # Errors
    /// [`DeviceError`].
    pub fn shut_down(&mut self) -> Result<(), DeviceError> {
        const DURING: &str = "shutdown";
        self.ask(DURING, Request::Shutdown, |reply| match reply {
            Reply::Done => Ok(()),
            other => Err(unexpected(DURING, &other, "its end")),
        })
    }

    fn results(&mut self, network: &Network) -> Result<Answer, DeviceError> {
        const DURING: &str = "the results";
        let image = self.image;
        let mut answer = Answer::empty(network);
        let (taps, ticks) = self.ask(DURING, Request::Finish { image }, |reply| match reply {
            Reply::Judged { image: found, taps, ticks } if found == image => Ok((taps, ticks)),
            other => Err(unexpected(DURING, &other, "the image's end")),
        })?;
        answer.ticks = ticks;
        for class in 0..network.classes() as u8 {
            let score = self.ask(DURING, Request::Score { image, class }, |reply| match reply {
                Reply::Score { class: found, q16 } if found == class => Ok(q16),
                other => Err(unexpected(DURING, &other, "a score")),
            })?;
            answer.scores_q16.push(score);
        }
        let shape = answer.shape;
        let mut maps = std::mem::take(&mut answer.maps);
        for row in 0..shape.height as u16 {
            for (map, plane) in (0..).zip(&mut maps) {
                self.row(shape.width, plane, |offset| Request::MapPart { image, map, row, offset })?;
            }
            self.row(shape.width, &mut answer.labels, |offset| Request::LabelPart { image, row, offset })?;
        }
        answer.maps = maps;
        for index in 0..taps {
            let checksum = self.ask(DURING, Request::Checksum { image, index }, |reply| match reply {
                Reply::Checksum { tap, crc32 } => match Tap::from_index(tap) {
                    Some(tap) => Ok((tap, crc32)),
                    None => Err(unexpected(DURING, &reply, "a checksum of one of the network's taps")),
                },
                other => Err(unexpected(DURING, &other, "a checksum")),
            })?;
            answer.checksums.push(checksum);
        }
        Ok(answer)
    }

    /// Appends a row of `width` bytes to `plane`.
    fn row<'r>(
        &mut self,
        width: usize,
        plane: &mut Vec<u8>,
        request: impl Fn(u16) -> Request<'r>,
    ) -> Result<(), DeviceError> {
        const DURING: &str = "the results";
        let mut filled = 0;
        while filled < width {
            filled += self.ask(DURING, request(filled as u16), |reply| match reply {
                Reply::Part { bytes: bytes @ [_, ..] } if filled + bytes.len() <= width => {
                    plane.extend_from_slice(bytes);
                    Ok(bytes.len())
                }
                other => Err(unexpected(DURING, &other, "the next part of the results")),
            })?;
        }
        Ok(())
    }

    fn ready(
        &mut self,
        during: &'static str,
        request: Request<'_>,
        (row, offset): (u16, u16),
    ) -> Result<(), DeviceError> {
        let image = self.image;
        self.ask(during, request, |reply| match reply {
            Reply::Ready { image: i, row: r, offset: o } if (i, r, o) == (image, row, offset) => Ok(()),
            other => Err(unexpected(during, &other, &format!("readiness for byte {offset} of row {row}"))),
        })
    }

    /// Sends a request until it is answered, and gives what `take` makes of the answer.
    fn ask<T>(
        &mut self,
        during: &'static str,
        request: Request<'_>,
        mut take: impl FnMut(Reply<'_>) -> Result<T, DeviceError>,
    ) -> Result<T, DeviceError> {
        // Zero is the number of what is no answer to a request.
        self.number = self.number.wrapping_add(1).max(UNNUMBERED + 1);
        let (number, patience) = (self.number, self.patience);
        let most_silences = if matches!(request, Request::Finish { .. }) { SILENCES_OF_FINISH } else { 1 };
        let (started, mut silences, mut damaged) = (Instant::now(), 0, 0);
        let mut garbage = None;
        self.port.send(number, &request).map_err(|error| failure(error, patience, during))?;
        loop {
            let again = match self.port.receive::<Reply<'_>>() {
                Ok((found, reply)) if found == number => match reply {
                    Reply::Refused(refusal) => return Err(DeviceError::Refused { during, refusal }),
                    reply => return take(reply),
                },
                Ok((UNNUMBERED, Reply::Refused(refusal @ Refusal::BadFrame(_)))) => {
                    damaged += 1;
                    if damaged > MOST_DAMAGED {
                        return Err(DeviceError::Refused { during, refusal });
                    }
                    true
                }
                // An answer to a request that was sent twice.
                Ok(_) => false,
                Err(PortError::Frame(source)) => {
                    damaged += 1;
                    garbage = Some(source);
                    if damaged > MOST_DAMAGED {
                        return Err(DeviceError::Frame { during, source });
                    }
                    true
                }
                Err(PortError::Stream(error)) if is_silence(&error) && started.elapsed() < patience => {
                    silences += 1;
                    silences % most_silences == 0
                }
                Err(error) => {
                    return Err(match (garbage, failure(error, patience, during)) {
                        // It was not silent all the time.
                        (Some(source), DeviceError::Silent { .. }) => DeviceError::Frame { during, source },
                        (_, error) => error,
                    });
                }
            };
            if again {
                // Ends what may have begun of a damaged frame.
                self.port.send_break().map_err(|error| failure(error, patience, during))?;
                self.port.send(number, &request).map_err(|error| failure(error, patience, during))?;
            }
        }
    }
}

/// Whether a refusal says that the device knows nothing of the image, or less than was sent.
fn is_lost(refusal: Refusal) -> bool {
    matches!(refusal, Refusal::OtherImage | Refusal::NotJudged | Refusal::WrongRow { .. } | Refusal::Unfinished { .. })
}

fn is_silence(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}

fn unexpected(during: &'static str, found: &Reply<'_>, expected: &str) -> DeviceError {
    DeviceError::Unexpected { during, found: format!("{found:?}"), expected: expected.to_owned() }
}

fn failure(error: PortError<io::Error>, waited: Duration, during: &'static str) -> DeviceError {
    match error {
        PortError::Closed => DeviceError::Closed { during },
        PortError::Frame(source) => DeviceError::Frame { during, source },
        PortError::Stream(source) if is_silence(&source) => DeviceError::Silent { waited, during },
        PortError::Stream(source) => match source.kind() {
            io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset | io::ErrorKind::UnexpectedEof => {
                DeviceError::Closed { during }
            }
            _ => DeviceError::Stream { during, source },
        },
    }
}
