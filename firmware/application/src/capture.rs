//! A frame from a source through crop and filter into a session.

use core::fmt;

use switchback::frame::{BoxFilter, Sum};
use switchback::stream::{Observer, RowError, Session};

use crate::source::RowSource;

/// Why a frame did not get into the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum CaptureError<E> {
    /// The source failed.
    Source(E),
    /// The buffer is shorter than a row of the source.
    Buffer {
        /// Its bytes.
        found: usize,
        /// Bytes of a row.
        expected: usize,
    },
    /// The filter was made for other frames than the source gives.
    Filter(RowError),
    /// The filter was made for another input than the model has.
    Session(RowError),
}

impl<E: fmt::Display> fmt::Display for CaptureError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Source(error) => error.fmt(f),
            Self::Buffer { found, expected } => {
                write!(f, "camera row's buffer: found {found} bytes, expected at least {expected}")
            }
            Self::Filter(error) => write!(f, "camera's {error}"),
            Self::Session(error) => write!(f, "model's {error}"),
        }
    }
}

impl<E: fmt::Display + fmt::Debug> core::error::Error for CaptureError<E> {}

/// Takes one frame: every row of it goes through `filter` and, where that completes a row of the model's input, into
/// `session`, which is then ready to `finish`. `buffer` holds a row of the source.
///
/// `after_row` is called after each row of the frame, with the row of the input that it completed: the place to feed a
/// watchdog, and to keep the small image for a display.
///
/// # Errors
/// [`CaptureError`]; the session's rows of this frame are forgotten with the next one.
pub fn capture<S: RowSource, A: Sum, O: Observer>(
    source: &mut S,
    filter: &mut BoxFilter<'_, A>,
    session: &mut Session<'_, O>,
    buffer: &mut [u8],
    mut after_row: impl FnMut(Option<&[u8]>),
) -> Result<(), CaptureError<S::Error>> {
    let shape = source.shape();
    let (found, expected) = (buffer.len(), shape.row_elements());
    let row = buffer.get_mut(..expected).ok_or(CaptureError::Buffer { found, expected })?;
    filter.restart();
    session.restart();
    source.start_frame().map_err(CaptureError::Source)?;
    for _ in 0..shape.height {
        source.read_row(row).map_err(CaptureError::Source)?;
        let small = filter.push_row(row).map_err(CaptureError::Filter)?;
        if let Some(small) = small {
            session.push_row(small).map_err(CaptureError::Session)?;
        }
        after_row(small);
    }
    Ok(())
}
