//! One image at a time through a model: `push_row` for each row, then `finish`.

use core::fmt;

use heapless::Vec;

use super::decode::Decoder;
use super::encode::Encoder;
use super::finish::Inference;
use super::observer::Observer;
use super::plan::{ARENA_ALIGNMENT, Plan};
use crate::model::Model;
use crate::model::spec::MAX_STAGES;
use crate::ops::Statistics;

/// One running [`Statistics`] a stage.
pub(super) type StageStatistics = Vec<Statistics, { MAX_STAGES + 1 }>;

/// Why a session cannot start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum SessionError {
    /// The arena is too short.
    ArenaTooSmall {
        /// Bytes that the plan needs.
        needed: usize,
        /// Bytes given.
        given: usize,
    },
    /// The arena does not start at a multiple of [`ARENA_ALIGNMENT`].
    ArenaMisaligned {
        /// Its address modulo the alignment.
        remainder: usize,
    },
    /// The plan is another network's, or has kernels that are not linked here.
    ForeignPlan,
}

/// Why a row is refused. The rows before it are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum RowError {
    /// A row of another length than width times channels.
    Length {
        /// Bytes of the row.
        found: usize,
        /// Bytes of a row of the image.
        expected: usize,
    },
    /// A row after the last one.
    TooMany {
        /// Rows of the image.
        expected: usize,
    },
}

/// [`Session::finish`] before the last row. The rows so far are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct UnfinishedFrame {
    /// Rows pushed.
    pub found: usize,
    /// Rows of the image.
    pub expected: usize,
}

impl fmt::Display for SessionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ArenaTooSmall { needed, given } => {
                write!(f, "arena: found {given} bytes, expected at least {needed}: {} missing", needed - given)
            }
            Self::ArenaMisaligned { remainder } => {
                write!(f, "arena address: found {remainder} past a multiple of {ARENA_ALIGNMENT}, expected a multiple")
            }
            Self::ForeignPlan => write!(f, "plan: found one of other layers or kernels, expected the model's"),
        }
    }
}

impl fmt::Display for RowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length { found, expected } => write!(f, "row: found {found} bytes, expected {expected}"),
            Self::TooMany { expected } => write!(f, "rows: found one more, expected {expected}"),
        }
    }
}

impl fmt::Display for UnfinishedFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "rows: found {}, expected {} before finish", self.found, self.expected)
    }
}

impl core::error::Error for SessionError {}
impl core::error::Error for RowError {}
impl core::error::Error for UnfinishedFrame {}

/// Runs a model over images in a caller-given arena; see the example on the crate's first page.
pub struct Session<'m, O = ()> {
    pub(super) model: &'m Model<'m>,
    pub(super) arena: &'m mut [u8],
    pub(super) plan: Plan,
    pub(super) observer: O,
    pub(super) statistics: StageStatistics,
    pub(super) encoder: Encoder,
    pub(super) decoder: Decoder,
}

impl<'m> Session<'m> {
    /// A session that nobody watches. The arena needs no particular contents; the fastest plan that fits it is taken
    /// ([`Plan::within`]).
    ///
    /// # Errors
    /// [`SessionError`] when the arena is shorter than the smallest plan's or not aligned.
    pub fn new(model: &'m Model<'m>, arena: &'m mut [u8]) -> Result<Self, SessionError> {
        Self::with_observer(model, arena, ())
    }
}

impl<'m, O: Observer> Session<'m, O> {
    /// A session whose finished rows `observer` sees.
    ///
    /// # Errors
    /// [`SessionError`] when the arena is shorter than the smallest plan's or not aligned.
    pub fn with_observer(model: &'m Model<'m>, arena: &'m mut [u8], observer: O) -> Result<Self, SessionError> {
        let plan = Plan::within(model, arena.len());
        Self::with_plan(model, plan, arena, observer)
    }

    /// A session with a plan of this model made before, here or on a host ([`Plan::read`]): planning reads every weight, so
    /// what starts many sessions plans once.
    ///
    /// # Errors
    /// [`SessionError`] when the plan is not the model's, or the arena is shorter than the plan's or not aligned.
    pub fn with_plan(model: &'m Model<'m>, plan: Plan, arena: &'m mut [u8], observer: O) -> Result<Self, SessionError> {
        if !plan.is_of(model.network()) {
            return Err(SessionError::ForeignPlan);
        }
        let (needed, given) = (plan.arena_bytes(), arena.len());
        if given < needed {
            return Err(SessionError::ArenaTooSmall { needed, given });
        }
        let remainder = arena.as_ptr().addr() % ARENA_ALIGNMENT;
        if remainder != 0 {
            return Err(SessionError::ArenaMisaligned { remainder });
        }
        let encoder = Encoder::new(model.network(), &plan);
        let decoder = Decoder::new(model.network(), &plan);
        let mut session = Self { model, arena, plan, observer, statistics: Vec::new(), encoder, decoder };
        session.restart();
        Ok(session)
    }

    /// The memory plan.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The observer.
    pub fn observer(&self) -> &O {
        &self.observer
    }

    /// Rows pushed since the image began.
    pub fn rows(&self) -> usize {
        self.encoder.rows()
    }

    /// What [`Self::finish`] would say now, if anything.
    pub fn missing_rows(&self) -> Option<UnfinishedFrame> {
        let (found, expected) = (self.rows(), self.model.network().input().height);
        (found != expected).then_some(UnfinishedFrame { found, expected })
    }

    /// Forgets the rows of an unfinished image.
    pub fn restart(&mut self) {
        self.encoder.restart();
        self.decoder.restart();
        self.statistics.clear();
        // One more than stages at most: it always fits.
        let _ = self.statistics.resize_default(self.model.network().stages() + 1);
    }

    /// The next row of the image, top first: `width * channels` pixels of 8 bits, channels last.
    ///
    /// # Errors
    /// [`RowError`] for a row of another length or one too many.
    pub fn push_row(&mut self, pixels: &[u8]) -> Result<(), RowError> {
        let input = self.model.network().input();
        if self.rows() == input.height {
            return Err(RowError::TooMany { expected: input.height });
        }
        let (found, expected) = (pixels.len(), input.row_elements());
        if found != expected {
            return Err(RowError::Length { found, expected });
        }
        self.encode_row(pixels);
        Ok(())
    }

    /// Decodes the image and gives the result; the next row pushed begins another image.
    ///
    /// # Errors
    /// [`UnfinishedFrame`] before the last row.
    pub fn finish(&mut self) -> Result<Inference<'_>, UnfinishedFrame> {
        if let Some(unfinished) = self.missing_rows() {
            return Err(unfinished);
        }
        self.decode();
        let scores = self.class_maps();
        self.restart();
        Ok(Inference::new(self.model, self.arena, &self.plan, scores))
    }
}
