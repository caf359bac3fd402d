//! A colour camera for a grey network.

use switchback::frame::luma;
use switchback::model::MapShape;

use super::RowSource;

/// The luma of a source of three channels, as the host computes it ([`luma`]); a grey source passes as it is.
#[derive(Debug)]
pub struct Grey<'a, S> {
    source: S,
    colours: &'a mut [u8],
}

impl<'a, S: RowSource> Grey<'a, S> {
    /// `source` in grey. `colours` holds a row of the source; what is shorter than one leaves the rest of each row black.
    pub fn new(source: S, colours: &'a mut [u8]) -> Self {
        Self { source, colours }
    }
}

impl<S: RowSource> RowSource for Grey<'_, S> {
    type Error = S::Error;

    fn shape(&self) -> MapShape {
        MapShape { channels: 1, ..self.source.shape() }
    }

    fn start_frame(&mut self) -> Result<(), S::Error> {
        self.source.start_frame()
    }

    fn read_row(&mut self, row: &mut [u8]) -> Result<(), S::Error> {
        if self.source.shape().channels == 1 {
            return self.source.read_row(row);
        }
        row.fill(0);
        let length = self.source.shape().row_elements().min(self.colours.len());
        let colours = self.colours.get_mut(..length).unwrap_or(&mut []);
        self.source.read_row(colours)?;
        for (grey, &pixel) in row.iter_mut().zip(colours.as_chunks().0) {
            *grey = luma(pixel);
        }
        Ok(())
    }
}
