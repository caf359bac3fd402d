//! Decoded images of a split, all of one size: the first in memory, as many as there is room for, the others in a file.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::error::TrainError;
use crate::files::FileError;

/// Bytes of decoded images that a training keeps in memory unless it is told otherwise: 1 GiB. Beside it there is room
/// for the maps of a micro-batch on a machine of 4 GiB, and it holds all images of most data sets (10,000 of 320x320 pixels).
pub const IMAGE_MEMORY: usize = 1 << 30;

const WRITE: &str = "write a temporary file in";
const READ: &str = "read a temporary file in";

/// Where decoded images may lie.
#[derive(Clone, Debug)]
pub(super) struct Room {
    /// Bytes of memory that are left.
    pub memory: usize,
    /// The folder for what does not fit.
    pub folder: PathBuf,
}

/// Images of `length` bytes each.
pub(super) struct Store {
    length: usize,
    /// The first images.
    memory: Vec<u8>,
    rest: Option<Rest>,
}

/// The images that memory has no room for, one after the other. The file has no name (on Windows: none that stays), so that
/// it is gone with the program, however that ends.
struct Rest {
    file: Mutex<File>,
    /// For errors.
    folder: PathBuf,
}

impl Store {
    /// Calls `read` once for each image, on all threads, and keeps the `length` bytes that it gives. Takes what it needs of
    /// `room.memory`; more memory than that and an image a thread is never used.
    ///
    /// # Errors
    /// What `read` gives; [`TrainError::File`] when the file cannot be made or written.
    ///
    /// # Panics
    /// If `length` is 0, or `read` gives another number of bytes.
    pub fn fill(
        images: usize,
        length: usize,
        room: &mut Room,
        read: impl Fn(usize) -> Result<Vec<u8>, TrainError> + Sync,
    ) -> Result<Self, TrainError> {
        let kept = images.min(room.memory / length);
        room.memory -= kept * length;
        let mut memory = vec![0; kept * length];
        memory.par_chunks_exact_mut(length).enumerate().try_for_each(|(image, place)| -> Result<(), TrainError> {
            place.copy_from_slice(&read(image)?);
            Ok(())
        })?;
        if kept == images {
            return Ok(Self { length, memory, rest: None });
        }
        let rest = Rest::new(&room.folder)?;
        (kept..images).into_par_iter().try_for_each(|image| {
            let pixels = read(image)?;
            assert_eq!(pixels.len(), length, "all images have one size");
            Ok::<_, TrainError>(rest.write((image - kept) * length, &pixels)?)
        })?;
        Ok(Self { length, memory, rest: Some(rest) })
    }

    /// The bytes of an image, which may come to lie in `buffer`.
    ///
    /// # Errors
    /// [`FileError`] when they cannot be read back.
    ///
    /// # Panics
    /// If there is no such image.
    pub fn image<'a>(&'a self, image: usize, buffer: &'a mut Vec<u8>) -> Result<&'a [u8], FileError> {
        let start = image * self.length;
        match &self.rest {
            Some(rest) if start >= self.memory.len() => {
                buffer.resize(self.length, 0);
                rest.read(start - self.memory.len(), buffer)?;
                Ok(buffer)
            }
            _ => Ok(&self.memory[start..start + self.length]),
        }
    }
}

impl Rest {
    fn new(folder: &Path) -> Result<Self, FileError> {
        std::fs::create_dir_all(folder).map_err(FileError::of("create", folder))?;
        let file = tempfile::tempfile_in(folder).map_err(FileError::of(WRITE, folder))?;
        Ok(Self { file: Mutex::new(file), folder: folder.to_path_buf() })
    }

    fn write(&self, start: usize, pixels: &[u8]) -> Result<(), FileError> {
        self.at(start, |file| file.write_all(pixels)).map_err(FileError::of(WRITE, &self.folder))
    }

    fn read(&self, start: usize, pixels: &mut [u8]) -> Result<(), FileError> {
        self.at(start, |file| file.read_exact(pixels)).map_err(FileError::of(READ, &self.folder))
    }

    /// Goes to a place first, always, so that a thread which panicked leaves nothing behind.
    fn at(&self, start: usize, with: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(start as u64))?;
        with(&mut file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LENGTH: usize = 5;

    fn pixels(image: usize) -> Vec<u8> {
        (0..LENGTH).map(|i| (image * 31 + i * 7) as u8).collect()
    }

    fn files(folder: &Path) -> usize {
        std::fs::read_dir(folder).map_or(0, Iterator::count)
    }

    #[test]
    fn every_image_comes_back_from_memory_file_or_both() -> Result<(), TrainError> {
        let folder = tempfile::tempdir().unwrap();
        let temporary = folder.path().join("checkpoint");
        for (memory, kept) in [(0, 0), (LENGTH - 1, 0), (2 * LENGTH + 1, 2), (7 * LENGTH, 7), (1000, 7)] {
            let mut room = Room { memory, folder: temporary.clone() };
            let store = Store::fill(7, LENGTH, &mut room, |image| Ok(pixels(image)))?;
            assert_eq!((store.memory.len(), store.rest.is_some()), (kept * LENGTH, kept < 7), "{memory} bytes");
            assert_eq!(room.memory, memory - kept * LENGTH);
            let mut buffer = Vec::new();
            for image in [6, 0, 3, 3, 1, 5, 2, 4] {
                assert_eq!(store.image(image, &mut buffer)?, pixels(image), "image {image}, {memory} bytes");
            }
            drop(store);
            assert_eq!(files(&temporary), 0);
        }
        Ok(())
    }

    #[cfg(unix)]
    #[test]
    fn the_file_has_no_name_that_could_stay() -> Result<(), TrainError> {
        let folder = tempfile::tempdir().unwrap();
        let mut room = Room { memory: 0, folder: folder.path().into() };
        let store = Store::fill(3, LENGTH, &mut room, |image| Ok(pixels(image)))?;
        assert_eq!((store.rest.is_some(), files(folder.path())), (true, 0));
        Ok(())
    }

    #[test]
    fn what_cannot_be_read_or_written_is_said() {
        let folder = tempfile::tempdir().unwrap();
        for memory in [0, 1000] {
            let mut room = Room { memory, folder: folder.path().into() };
            let read = |image| match image {
                4 => Err(TrainError::NoImages { split: "train" }),
                _ => Ok(pixels(image)),
            };
            assert!(matches!(Store::fill(7, LENGTH, &mut room, read), Err(TrainError::NoImages { .. })));
            assert_eq!(files(folder.path()), 0);
        }
        let no_folder = folder.path().join("file");
        std::fs::write(&no_folder, "").unwrap();
        let mut room = Room { memory: 0, folder: no_folder.clone() };
        let error = Store::fill(7, LENGTH, &mut room, |image| Ok(pixels(image))).err().unwrap();
        assert!(matches!(&error, TrainError::File(error) if error.path == no_folder), "{error}");
    }
}
