//! The serial link between a device and a host: the messages, their framing, and the device's side of the conversation.
//!
//! A message is postcard bytes, then their CRC-32 (ISO-HDLC, little endian), stuffed by COBS and ended by a zero byte. A
//! receiver that lost its place finds it again at the next zero. [`message`] is meaning, [`frame`] is bytes, [`Port`] joins
//! both over any `embedded-io` stream, and [`Device`] answers requests with a [`Session`](crate::stream::Session).
//!
//! The image need not fit in the device's memory: the host sends a row in parts of at most [`MAX_PART`] bytes and waits for
//! [`Reply::Ready`] before it sends the next one.
//!
//! ```text
//! host    Identify   Begin          RowPart x n                       Finish
//! device    Identity   Ready{row 0}   Ready{row 1} ... Ready{row H}     Score, MapPart, LabelPart, Checksum, Done
//! ```
//!
//! Everything that can go wrong on the way is a [`Refusal`], after which the image is forgotten and [`Request::Begin`]
//! starts another. Nothing here knows a socket, a UART or what the numbers mean.

mod device;
pub mod frame;
pub mod message;
mod port;
mod rows;

pub use device::{Device, Watch};
pub use frame::FrameError;
pub use message::{Identity, MAX_PART, PROTOCOL, Refusal, Reply, Request, parts};
pub use port::{Port, PortError};

#[cfg(test)]
mod tests;
