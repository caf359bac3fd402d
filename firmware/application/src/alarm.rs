//! A pin that says what the model says.

use embedded_hal::digital::{OutputPin, PinState};
use switchback::stream::Inference;

/// An output that is on while the last image was positive.
#[derive(Debug)]
pub struct Alarm<P> {
    pin: P,
    on: PinState,
}

impl<P: OutputPin> Alarm<P> {
    /// A silent alarm. `on` is the level that sounds it: high, or low where the circuit is active low.
    ///
    /// # Errors
    /// The pin's.
    pub fn new(pin: P, on: PinState) -> Result<Self, P::Error> {
        let mut alarm = Self { pin, on };
        alarm.set(false)?;
        Ok(alarm)
    }

    /// Sounds where the image is positive at the operating point that the model stores ([`Inference::is_positive`]), and is
    /// silent where it is not. Gives which it was.
    ///
    /// # Errors
    /// The pin's.
    pub fn show(&mut self, inference: &Inference<'_>) -> Result<bool, P::Error> {
        let positive = inference.is_positive();
        self.set(positive)?;
        Ok(positive)
    }

    /// Sounds or is silent, whatever the last image was: after a failure, before a reset.
    ///
    /// # Errors
    /// The pin's.
    pub fn set(&mut self, sounding: bool) -> Result<(), P::Error> {
        self.pin.set_state(if sounding { self.on } else { !self.on })
    }
}
