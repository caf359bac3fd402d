//! Integer inference of a switch-pooled, tied-deconvolution network on a microcontroller.
//!
//! A model is parsed once, in place; an image is pushed row by row; scores, class maps and labels come out:
//!
//! ```no_run
//! use switchback::model::{Aligned, Model};
//! use switchback::stream::Session;
//!
//! static MODEL: Aligned<[u8; 4]> = Aligned(*b"...."); // Aligned(*include_bytes!("model.sbk"))
//!
//! # fn rows() -> impl Iterator<Item = [u8; 96]> { core::iter::empty() }
//! let model = Model::parse(&MODEL.0)?;
//! let mut arena = Aligned([0; 16 * 1024]);
//! let mut session = Session::new(&model, &mut arena.0)?;
//! for row in rows() {
//!     session.push_row(&row)?;
//! }
//! let out = session.finish()?;
//! assert_eq!(out.scores().len(), model.network().classes());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The layers, from the bottom; each uses those above it only:
//!
//! - [`numeric`]: one number: multipliers, gains, roots, logarithms. It knows no map.
//! - [`model`]: what a network is: its description, its shapes, the bytes that carry it, and the proof that no accumulator
//!   overflows. It computes no map.
//! - `arch`: what depends on the processor: a few instructions and the innermost loops. It knows words and slices.
//! - [`ops`]: the equations of the numeric contract (`docs/numerics.md`), a row of output at a time. It knows no ring and no
//!   arena, and cannot fail: its arguments come from a parsed model.
//! - [`stream`]: which buffer lies where and which row is made when. It carves the arena and moves rows; it reads no element.
//! - [`frame`]: a crop of a camera's frame, averaged down to the network's size as its rows arrive. It knows no camera.
//! - [`link`]: the messages between a device and a host. It knows no socket and no UART.
//!
//! Nothing here allocates, panics or uses a float between pixels and scores; the feature `alloc` adds what only hosts need.
#![no_std]
#![deny(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(clippy::indexing_slicing, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::unreachable)
)]

mod arch;
mod bounded;
pub mod frame;
pub mod link;
pub mod model;
pub mod numeric;
pub mod ops;
#[cfg(any(test, feature = "back-end-checks"))]
mod random;
pub mod stream;

#[cfg(feature = "back-end-checks")]
pub use arch::checks as back_end_checks;
