//! What the device's conversation asks of the program around it: its health, its alarm, its models in flash.

use application::Alarm;
use application::slots::{BeginError, CommitError, HEADER_BYTES, NewModel, Slots, VerifyError, WriteError};
use embedded_hal::digital::PinState;
use heapless::String;
use linked::{arena, board, chip, slots};
use switchback::link::{Health, Host, Refusal, UpdateError, check_new_model};
use switchback::stream::Inference;

use crate::{failure, log, pulse, stack};

/// What outlives a model.
pub struct Keeper {
    pub slots: Slots<chip::Flash>,
    alarm: Option<Alarm<chip::Alarm>>,
    last_error: String<{ failure::MAX_PLACE }>,
}

impl Keeper {
    /// `None` where the board's slots are not as its flash wants them, which its manifest's check rules out.
    pub fn new(flash: chip::Flash, pin: chip::Alarm, last_error: String<{ failure::MAX_PLACE }>) -> Option<Self> {
        let range = |index: usize| board::SLOTS.get(index).map(|slot| slot.start as u32..slot.end as u32);
        let slots = Slots::new(flash, range(0)?, range(1)).ok()?;
        let on = if board::ALARM_ACTIVE_HIGH { PinState::High } else { PinState::Low };
        Some(Self { slots, alarm: Alarm::new(pin, on).ok(), last_error })
    }

    /// Sets the alarm, which sounds while the last image was positive.
    pub fn set_alarm(&mut self, is_positive: bool) {
        if let Some(alarm) = &mut self.alarm
            && alarm.set(is_positive).is_err()
        {
            defmt::warn!("the alarm's pin cannot be set");
        }
    }
}

/// The keeper while a model runs, whose class names are logged.
pub struct Attendant<'k, 'm> {
    pub keeper: &'k mut Keeper,
    pub log: log::Log<'m>,
}

impl Host for Attendant<'_, '_> {
    const TICKS_PER_SECOND: u32 = pulse::TICKS_PER_SECOND;

    fn ticks() -> u32 {
        pulse::ticks()
    }

    fn alive() {
        pulse::alive();
    }

    fn judged(&mut self, inference: &Inference<'_>) {
        self.keeper.set_alarm(inference.is_positive());
        self.log.judged(inference);
    }

    fn refused(&mut self, refusal: Refusal) {
        defmt::warn!("refused: {}", refusal);
    }

    fn health(&mut self) -> Health<'_> {
        Health {
            uptime_ms: pulse::millis(),
            stack_used: stack::used() as u32,
            stack_bytes: stack::bytes() as u32,
            last_error: &self.keeper.last_error,
        }
    }

    fn model_room(&self) -> u32 {
        board::SLOTS.get(1).map_or(0, |slot| slot.len().saturating_sub(HEADER_BYTES) as u32)
    }

    fn begin_update(&mut self, bytes: u32, crc32: u32, plan: &[u8]) -> Result<u32, UpdateError> {
        let slots = &mut self.keeper.slots;
        if let Some((found, taken)) = slots.progress(crc32)
            && found == bytes as usize
        {
            return Ok(taken as u32);
        }
        slots.begin(&NewModel { bytes: bytes as usize, crc32, plan }).map_err(|error| match error {
            BeginError::SingleSlot => UpdateError::NoSlot,
            BeginError::Length { found, most } => UpdateError::TooLarge { found: found as u32, most: most as u32 },
            BeginError::Plan { .. } => UpdateError::ForeignPlan,
            _ => UpdateError::Flash,
        })?;
        Ok(0)
    }

    fn write_update(&mut self, crc32: u32, offset: u32, part: &[u8]) -> Result<u32, UpdateError> {
        let slots = &mut self.keeper.slots;
        let (bytes, taken) = slots.progress(crc32).ok_or(UpdateError::NotBegun)?;
        slots.write(offset as usize, part).map_err(|error| match error {
            WriteError::NotBegun => UpdateError::NotBegun,
            WriteError::Order { .. } => UpdateError::WrongOffset { found: offset, expected: taken as u32 },
            WriteError::Length { found, .. } => UpdateError::TooLarge { found: found as u32, most: bytes as u32 },
            WriteError::Flash(_) => UpdateError::Flash,
        })?;
        Ok(slots.progress(crc32).map_or(0, |(_, taken)| taken as u32))
    }

    fn commit_update(&mut self, crc32: u32) -> Result<(), UpdateError> {
        let slots = &mut self.keeper.slots;
        slots.progress(crc32).ok_or(UpdateError::NotBegun)?;
        let verified = slots.verify(|_, slot| {
            let start = board::SLOTS.get(slot.number).map_or(0, |range| range.start);
            let bytes = slots::bytes(slot.number);
            let model =
                (slot.model.start as usize).checked_sub(start).zip((slot.model.end as usize).checked_sub(start));
            let model = model.and_then(|(from, to)| bytes.get(from..to)).unwrap_or_default();
            check_new_model(model, &slot.plan, arena::bytes())
        });
        verified.map_err(|error| match error {
            VerifyError::NotBegun => UpdateError::NotBegun,
            VerifyError::Incomplete { found, expected } => {
                UpdateError::Unfinished { found: found as u32, expected: expected as u32 }
            }
            VerifyError::Checksum { found, expected } => UpdateError::Checksum { found, expected },
            VerifyError::Refused(refusal) => refusal,
            VerifyError::Record | VerifyError::Flash(_) => UpdateError::Flash,
        })?;
        match slots.commit() {
            Ok(slot) => {
                defmt::info!("model {=u32} becomes current in slot {=usize}", slot.sequence, slot.number);
                Ok(())
            }
            Err(CommitError::NotVerified) => Err(UpdateError::NotBegun),
            Err(_) => Err(UpdateError::Flash),
        }
    }
}
