//! Rows over a byte stream.

use core::fmt;

use embedded_io::Read;
use switchback::model::MapShape;

use super::RowSource;

/// What comes before the rows of every frame, so that a lost byte costs one frame.
pub const FRAME_START: [u8; 4] = *b"SBFR";

/// Frames over a byte stream: [`FRAME_START`], then `height * width * channels` bytes, rows first, channels last.
#[derive(Debug)]
pub struct Stream<R> {
    reader: R,
    shape: MapShape,
}

/// Why there is no frame or no row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum StreamError<E> {
    /// The stream has ended.
    Ended,
    /// As many bytes as two frames have, and no start of one among them.
    NoStart {
        /// Bytes that were skipped.
        skipped: usize,
    },
    /// The reader failed.
    Read(E),
}

impl<E: fmt::Debug> fmt::Display for StreamError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ended => write!(f, "camera's stream: found its end, expected a frame"),
            Self::NoStart { skipped } => {
                write!(f, "camera's stream: found {skipped} bytes without a frame's start, expected one")
            }
            Self::Read(error) => write!(f, "camera's stream: {error:?}"),
        }
    }
}

impl<E: fmt::Debug> core::error::Error for StreamError<E> {}

impl<R: Read> Stream<R> {
    /// Frames of this shape from `reader`.
    pub fn new(reader: R, shape: MapShape) -> Self {
        Self { reader, shape }
    }

    /// What `read_exact` does, without its panic where a reader gives more than it was asked for.
    fn fill(&mut self, mut bytes: &mut [u8]) -> Result<(), StreamError<R::Error>> {
        while !bytes.is_empty() {
            match self.reader.read(bytes).map_err(StreamError::Read)? {
                0 => return Err(StreamError::Ended),
                read => bytes = core::mem::take(&mut bytes).get_mut(read..).unwrap_or_default(),
            }
        }
        Ok(())
    }
}

impl<R: Read> RowSource for Stream<R> {
    type Error = StreamError<R::Error>;

    fn shape(&self) -> MapShape {
        self.shape
    }

    fn start_frame(&mut self) -> Result<(), Self::Error> {
        let mut last = [0; FRAME_START.len()];
        self.fill(&mut last)?;
        let most = 2 * (self.shape.elements() + FRAME_START.len());
        for skipped in 0.. {
            if last == FRAME_START {
                break;
            }
            if skipped == most {
                return Err(StreamError::NoStart { skipped });
            }
            last.rotate_left(1);
            let [.., newest] = &mut last;
            self.fill(core::slice::from_mut(newest))?;
        }
        Ok(())
    }

    fn read_row(&mut self, row: &mut [u8]) -> Result<(), Self::Error> {
        self.fill(row)
    }
}
