//! A still image in flash in place of a camera: the device judges it again and again while nobody asks it anything.

use application::source::{RowSource, Still};
use application::{CaptureError, capture};
use cortex_m::singleton;
use embedded_io::{Read, ReadReady, Write};
use switchback::frame::{BoxFilter, Crop};
use switchback::link::{Device, Host, Verdict};
use switchback::model::MapShape;
use switchback::model::spec::MAX_SIDE;
use switchback::stream::{Observer, Tap, TapRow};

use crate::keeper::Attendant;
use crate::pulse;

include!(concat!(env!("OUT_DIR"), "/still.rs"));

/// Values of the widest row.
const ROW: usize = 3 * MAX_SIDE as usize;

/// What a frame is taken with.
pub struct Camera {
    source: Still<'static>,
    sums: &'static mut [u32; ROW],
    small_row: &'static mut [u8; ROW],
    buffer: &'static mut [u8; ROW],
}

impl Camera {
    /// The camera; `None` where it was there before.
    pub fn new() -> Option<Self> {
        Some(Self {
            source: Still::new(STILL_SHAPE, STILL).ok()?,
            sums: singleton!(: [u32; ROW] = [0; ROW])?,
            small_row: singleton!(: [u8; ROW] = [0; ROW])?,
            buffer: singleton!(: [u8; ROW] = [0; ROW])?,
        })
    }

    /// Judges a frame, cropped in its middle to the input's aspect and averaged down to its size.
    pub fn judge<S: Read + Write + ReadReady>(
        &mut self,
        input: MapShape,
        device: &mut Device<'_, S, Attendant<'_, '_>>,
    ) {
        let Self { source, sums, small_row, buffer } = self;
        let crop = Crop::centered(source.shape(), input);
        let mut filter =
            match BoxFilter::new(source.shape(), crop, input, sums.as_mut_slice(), small_row.as_mut_slice()) {
                Ok(filter) => filter,
                Err(error) => defmt::panic!("{}", error),
            };
        let started = pulse::ticks();
        let judged = device.session(Alive).map_err(|_| ()).and_then(|mut session| {
            let captured = capture(source, &mut filter, &mut session, buffer.as_mut_slice(), |_| pulse::alive());
            captured.map_err(|error: CaptureError<_>| defmt::warn!("{}", error))?;
            session.finish().map(|inference| (Verdict::of(&inference), inference.is_positive())).map_err(|_| ())
        });
        let ticks = pulse::ticks().wrapping_sub(started);
        if let Ok((verdict, is_positive)) = judged {
            device.count(verdict, ticks.into());
            device.host().keeper.set_alarm(is_positive);
        }
    }
}

/// Feeds the watchdog a row of any layer.
struct Alive;

impl Observer for Alive {
    fn row(&mut self, _tap: Tap, _y: usize, _row: TapRow<'_>) {
        Attendant::alive();
    }
}
