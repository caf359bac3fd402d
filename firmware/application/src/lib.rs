//! What a device does with a model beside running it. No board and no register is known here: everything outside comes
//! through the traits of `embedded-hal`, `embedded-io`, `embedded-storage` and `embedded-graphics`, so that all of it is
//! tested on a host.
//!
//! - [`source`]: rows of a camera's frames.
//! - [`capture`](capture()): a frame from a source, cropped and averaged down, into a session.
//! - [`Alarm`]: a pin that follows the model's operating point.
//! - [`overlay`]: image, heat and a line of text on a display.
//! - [`slots`]: the model in flash, and a new one beside it that becomes current by one write.
//!
//! ```no_run
//! use application::overlay::{Overlay, Verdict};
//! use application::source::{RowSource, Still};
//! use application::{Alarm, capture};
//! use embedded_graphics::Drawable;
//! use switchback::frame::{BoxFilter, Crop};
//! use switchback::model::{Aligned, MapShape, Model};
//! use switchback::stream::Session;
//! # use embedded_graphics_simulator::SimulatorDisplay;
//! # use embedded_graphics::{pixelcolor::Rgb565, prelude::Size};
//! # use embedded_hal::digital::PinState;
//! # static MODEL: Aligned<[u8; 4]> = Aligned(*b"....");
//! # static PHOTO: [u8; 320 * 240] = [0; 320 * 240];
//! # let (pin, mut display) = (embedded_hal_mock::eh1::digital::Mock::new(&[]), SimulatorDisplay::<Rgb565>::new(Size::new(160, 128)));
//!
//! let model = Model::parse(&MODEL.0)?;
//! let mut arena = Aligned([0; 64 * 1024]);
//! let mut session = Session::new(&model, &mut arena.0)?;
//! let mut camera = Still::new(MapShape { height: 240, width: 320, channels: 1 }, &PHOTO)?;
//! let input = model.network().input(); // 96x96, grey
//! let crop = Crop::centered(camera.shape(), input);
//! let (mut sums, mut row, mut buffer) = ([0u32; 96], [0; 96], [0; 320]);
//! let mut filter = BoxFilter::new(camera.shape(), crop, input, &mut sums, &mut row)?;
//! let mut alarm = Alarm::new(pin, PinState::High)?;
//! loop {
//!     let mut small = heapless::Vec::<u8, { 96 * 96 }>::new();
//!     capture(&mut camera, &mut filter, &mut session, &mut buffer, |row| {
//!         // Feed the watchdog here.
//!         let _ = small.extend_from_slice(row.unwrap_or(&[]));
//!     })?;
//!     let inference = session.finish()?;
//!     alarm.show(&inference)?;
//!     let verdict = Verdict::of(&model, &inference);
//!     let overlay = Overlay {
//!         image: input,
//!         pixels: &small,
//!         map: inference.shape(),
//!         map_row: |y| inference.map_row(verdict.map, y),
//!         name: model.header().class_names.get(verdict.class).map_or("", |name| name),
//!         percent: verdict.percent,
//!     };
//!     overlay.draw(&mut display)?;
//! }
//! # #[allow(unreachable_code)]
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(clippy::indexing_slicing, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::unreachable)
)]

#[cfg(any(test, feature = "alloc"))]
extern crate alloc;
#[cfg(test)]
extern crate std;

mod alarm;
mod capture;
pub mod overlay;
mod percent;
pub mod slots;
pub mod source;
#[cfg(test)]
mod tests;

pub use alarm::Alarm;
pub use capture::{CaptureError, capture};
pub use percent::percent;
