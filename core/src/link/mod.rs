//! The serial link between a device and a host: the messages, their framing, and the device's side of the conversation.
//!
//! A message is postcard bytes of its number and itself, then their CRC-32 (ISO-HDLC, little endian), stuffed by COBS and ended
//! by a zero byte. A receiver that lost its place finds it again at the next zero. [`message`] is meaning, [`frame`] is bytes,
//! [`Port`] joins both over any `embedded-io` stream, and [`Device`] answers requests with a
//! [`Session`](crate::stream::Session).
//!
//! Each request is answered by one reply with the request's number. What is damaged on the way to the device is refused with the
//! number [`UNNUMBERED`], what is damaged or lost on the way back is not heard: the host asks again. A request that arrives
//! twice changes nothing the second time, a reply with another number than the last request's is left alone.
//!
//! The image need not fit in the device's memory: the host sends a row in parts of at most [`MAX_PART`] bytes and waits for
//! [`Reply::Ready`] before it sends the next one.
//!
//! ```text
//! host    Identify   Begin          RowPart        ...               Finish   Score ... MapPart ... Checksum ...
//! device    Identity   Ready{0, 0}    Ready{0, 256}    Ready{H, 0}     Judged   Score ... Part    ... Checksum ...
//! ```
//!
//! A new model comes the same way: [`Request::BeginUpdate`], [`Request::UpdatePart`], [`Request::CommitUpdate`]. Everything that
//! cannot be done is a [`Refusal`]. Nothing here knows a socket, a UART, a flash or what the numbers mean.

mod desk;
mod device;
pub mod frame;
pub mod message;
mod new_model;
mod port;
mod refusal;
mod rows;

pub use device::{Device, Health, Host, Turn};
pub use frame::FrameError;
pub use message::{Identity, MAX_PART, PROTOCOL, Reply, Request, Status, Verdict, parts};
pub use new_model::check_new_model;
pub use port::{Port, PortError};
pub use refusal::{Refusal, UpdateError};

/// The number of a reply to something that is no request; requests have others.
pub const UNNUMBERED: u16 = 0;

#[cfg(test)]
mod tests;
