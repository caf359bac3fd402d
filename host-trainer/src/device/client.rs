//! The conversation with a device.

use std::io;
use std::time::Duration;

use embedded_io_adapters::std::FromStd;
use switchback::link::{Identity, PROTOCOL, Port, PortError, Reply, Request, parts};
use switchback::model::{Model, Network};
use switchback::stream::Tap;

use super::address::{Address, Socket};
use super::{Answer, DeviceError};

/// How long an answer may take at least.
const LEAST_PATIENCE: Duration = Duration::from_secs(30);

/// Multiply-accumulates a second that the slowest device can be trusted with: an emulated one on a busy machine.
const SLOWEST_MACS: u64 = 10_000_000;

/// How long to wait for one answer of a device that runs `network`: the last one takes the whole decoder.
pub fn patience(network: &Network) -> Duration {
    LEAST_PATIENCE + Duration::from_secs(network.macs() / SLOWEST_MACS)
}

/// A device that identified itself as the runner of the host's model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceIdentity {
    /// Name of the board.
    pub board: String,
    /// Bytes of the arena that the model needs there.
    pub arena_bytes: u32,
}

/// A connection to a device.
pub struct Client {
    port: Port<FromStd<Box<dyn Socket>>>,
    patience: Duration,
}

impl Client {
    /// Connects to a device that may still be starting: it is given `wait`. Each of its answers is given `patience`.
    ///
    /// # Errors
    /// [`DeviceError::Connect`].
    pub fn connect(address: &Address, wait: Duration, patience: Duration) -> Result<Self, DeviceError> {
        let socket = address.connect(wait, patience)?;
        Ok(Self { port: Port::new(FromStd::new(socket)), patience })
    }

    /// Asks the device what it runs, and checks that it is `model`.
    ///
    /// # Errors
    /// [`DeviceError`], with [`DeviceError::Protocol`] and [`DeviceError::OtherModel`] where host and device differ.
    pub fn identify(&mut self, model: &Model<'_>) -> Result<DeviceIdentity, DeviceError> {
        const DURING: &str = "identification";
        self.port.send_break().map_err(|error| failure(error, self.patience, DURING))?;
        self.send(DURING, Request::Identify)?;
        match self.reply(DURING)? {
            Reply::Identity(Identity { protocol, .. }) if protocol != PROTOCOL => {
                Err(DeviceError::Protocol { found: protocol })
            }
            Reply::Identity(Identity { model_crc32, .. }) if model_crc32 != model.crc32() => {
                Err(DeviceError::OtherModel { found: model_crc32, expected: model.crc32() })
            }
            Reply::Identity(Identity { board, arena_bytes, .. }) => {
                Ok(DeviceIdentity { board: board.to_owned(), arena_bytes })
            }
            other => Err(unexpected(DURING, &other, "an identity")),
        }
    }

    /// Sends an image of `height * width * channels` pixels, channels last, row by row, and collects the results. After
    /// each row `progress` is told how many rows the device has taken.
    ///
    /// # Errors
    /// [`DeviceError`].
    pub fn run(
        &mut self,
        network: &Network,
        pixels: &[u8],
        mut progress: impl FnMut(usize),
    ) -> Result<Answer, DeviceError> {
        const DURING: &str = "the image's rows";
        self.send(DURING, Request::Begin { checksums: true })?;
        self.ready(DURING, 0)?;
        for (row, bytes) in (0..).zip(pixels.chunks(network.input().row_elements())) {
            for (offset, bytes) in parts(bytes) {
                self.send(DURING, Request::RowPart { row, offset, bytes })?;
            }
            self.ready(DURING, row + 1)?;
            progress(usize::from(row) + 1);
        }
        self.send(DURING, Request::Finish)?;
        self.collect(network)
    }

    /// Asks the device to stop serving; an emulated one ends its emulator.
    ///
    /// # Errors
    /// [`DeviceError`].
    pub fn shut_down(&mut self) -> Result<(), DeviceError> {
        const DURING: &str = "shutdown";
        self.send(DURING, Request::Shutdown)?;
        match self.reply(DURING)? {
            Reply::Done => Ok(()),
            other => Err(unexpected(DURING, &other, "its end")),
        }
    }

    fn collect(&mut self, network: &Network) -> Result<Answer, DeviceError> {
        const DURING: &str = "the results";
        let mut answer = Answer::empty(network);
        loop {
            let added = match self.reply(DURING)? {
                Reply::Score { q16, .. } => {
                    answer.scores_q16.push(q16);
                    Ok(())
                }
                Reply::MapPart { map, row, offset, bytes } => answer.add_map_part(map, row, offset, bytes),
                Reply::LabelPart { row, offset, bytes } => answer.add_label_part(row, offset, bytes),
                Reply::Checksum { tap, crc32 } => match Tap::from_index(tap) {
                    Some(tap) => {
                        answer.checksums.push((tap, crc32));
                        Ok(())
                    }
                    None => Err(format!("a checksum of tap {tap}")),
                },
                Reply::Done => match answer.missing(network) {
                    None => return Ok(answer),
                    Some(missing) => Err(format!("the end after {missing}")),
                },
                other => return Err(unexpected(DURING, &other, "scores, maps, labels and checksums")),
            };
            added.map_err(|found| DeviceError::Unexpected {
                during: DURING,
                found,
                expected: "the next part of the results".to_owned(),
            })?;
        }
    }

    fn ready(&mut self, during: &'static str, expected: u16) -> Result<(), DeviceError> {
        match self.reply(during)? {
            Reply::Ready { next } if next == expected => Ok(()),
            other => Err(unexpected(during, &other, &format!("readiness for row {expected}"))),
        }
    }

    fn send(&mut self, during: &'static str, request: Request<'_>) -> Result<(), DeviceError> {
        self.port.send(&request).map_err(|error| failure(error, self.patience, during))
    }

    fn reply(&mut self, during: &'static str) -> Result<Reply<'_>, DeviceError> {
        let patience = self.patience;
        match self.port.receive() {
            Ok(Reply::Refused(refusal)) => Err(DeviceError::Refused { during, refusal }),
            Ok(reply) => Ok(reply),
            Err(error) => Err(failure(error, patience, during)),
        }
    }
}

fn unexpected(during: &'static str, found: &Reply<'_>, expected: &str) -> DeviceError {
    DeviceError::Unexpected { during, found: format!("{found:?}"), expected: expected.to_owned() }
}

fn failure(error: PortError<io::Error>, waited: Duration, during: &'static str) -> DeviceError {
    match error {
        PortError::Closed => DeviceError::Closed { during },
        PortError::Frame(source) => DeviceError::Frame { during, source },
        PortError::Stream(source) => match source.kind() {
            io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => DeviceError::Silent { waited, during },
            io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset | io::ErrorKind::UnexpectedEof => {
                DeviceError::Closed { during }
            }
            _ => DeviceError::Stream { during, source },
        },
    }
}
