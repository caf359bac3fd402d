//! A data set of phantoms on disk.

use std::io::Write;
use std::path::{Path, PathBuf};

use image::{ExtendedColorType, ImageEncoder, ImageError};
use indicatif::ProgressBar;
use rayon::prelude::*;

use super::{PhantomOptions, generate};
use crate::data::Split;
use crate::files::FileError;

/// How many phantoms each split gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// For training.
    pub train: usize,
    /// For choosing thresholds.
    pub val: usize,
    /// For reporting.
    pub test: usize,
}

impl Default for Counts {
    fn default() -> Self {
        Self { train: 4400, val: 300, test: 400 }
    }
}

impl Counts {
    /// All images of the data set.
    pub fn total(&self) -> usize {
        self.train + self.val + self.test
    }

    fn split_of(&self, index: usize) -> Split {
        if index < self.train {
            Split::Train
        } else if index < self.train + self.val {
            Split::Val
        } else {
            Split::Test
        }
    }
}

/// A data set of phantoms that could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PhantomError {
    /// A file or folder could not be made.
    #[error(transparent)]
    File(#[from] FileError),

    /// There is something where the data set should go.
    #[error("phantom folder {}: found files in it, expected an empty or new folder", path.display())]
    NotEmpty {
        /// The folder that was asked for.
        path: PathBuf,
    },

    /// The pictures would be too small to show anything.
    #[error("phantom size: found {width}x{height}, expected at least {smallest}x{smallest}", smallest = PhantomOptions::SMALLEST)]
    TooSmall {
        /// Width that was asked for.
        width: usize,
        /// Height that was asked for.
        height: usize,
    },

    /// A picture could not be encoded.
    #[error("encode {}: {cause}", path.display())]
    Encode {
        /// The picture's file.
        path: PathBuf,
        /// The encoder's reason.
        cause: ImageError,
    },
}

/// Writes `counts.total()` phantoms as a data set folder: `images/`, `masks/` (0 and 255) and `labels.csv` with the classes
/// `normal` and `lesion`. Pictures 0.. go to train, then val, then test.
///
/// The set is made in a folder beside `out` and renamed when it is whole: what lies at `out` is never half a data set.
/// `progress` advances by one a picture.
///
/// # Errors
/// [`PhantomError`]: `out` exists and is not an empty folder, the pictures are too small, a file cannot be written.
pub fn write_data_set(
    out: &Path,
    options: &PhantomOptions,
    counts: Counts,
    progress: &ProgressBar,
) -> Result<(), PhantomError> {
    let &PhantomOptions { width, height, .. } = options;
    if width.min(height) < PhantomOptions::SMALLEST {
        return Err(PhantomError::TooSmall { width, height });
    }
    if out.exists() {
        // A file fails here too: it cannot be listed.
        let mut entries = std::fs::read_dir(out).map_err(FileError::of("list", out))?;
        if entries.next().is_some() {
            return Err(PhantomError::NotEmpty { path: out.to_path_buf() });
        }
    }
    let parent = out.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(parent).map_err(FileError::of("create", parent))?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".phantom-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // A temporary folder is private to its owner; a data set is as readable as any other.
        builder.permissions(std::fs::Permissions::from_mode(0o755));
    }
    let beside = builder.tempdir_in(parent).map_err(FileError::of("create", parent))?;
    fill(beside.path(), options, counts, progress)?;
    if out.exists() {
        std::fs::remove_dir(out).map_err(FileError::of("replace", out))?;
    }
    std::fs::rename(beside.path(), out).map_err(FileError::of("write", out))?;
    // Nothing is left at its old name to be cleaned up.
    let _moved = beside.keep();
    Ok(())
}

fn fill(folder: &Path, options: &PhantomOptions, counts: Counts, progress: &ProgressBar) -> Result<(), PhantomError> {
    let (images, masks) = (folder.join("images"), folder.join("masks"));
    for subfolder in [&images, &masks] {
        std::fs::create_dir(subfolder).map_err(FileError::of("create", subfolder))?;
    }
    (0..counts.total()).into_par_iter().try_for_each(|index| {
        let phantom = generate(options, index as u64);
        let name = file_name(index);
        write_png(&images.join(&name), &phantom.image.pixels, options)?;
        let mask: Vec<u8> = phantom.mask.classes.iter().map(|&class| class * 255).collect();
        write_png(&masks.join(&name), &mask, options)?;
        progress.inc(1);
        Ok::<_, PhantomError>(())
    })?;
    let path = folder.join("labels.csv");
    let mut labels = b"file,labels,split\n".to_vec();
    for index in 0..counts.total() {
        let label = if index % 2 == 1 { "lesion" } else { "normal" };
        writeln!(labels, "{},{label},{}", file_name(index), counts.split_of(index))
            .map_err(FileError::of("write", &path))?;
    }
    std::fs::write(&path, labels).map_err(FileError::of("write", &path))?;
    Ok(())
}

fn file_name(index: usize) -> String {
    format!("{index:05}.png")
}

fn write_png(path: &Path, pixels: &[u8], options: &PhantomOptions) -> Result<(), PhantomError> {
    let mut encoded = Vec::new();
    image::codecs::png::PngEncoder::new(&mut encoded)
        .write_image(pixels, options.width as u32, options.height as u32, ExtendedColorType::L8)
        .map_err(|cause| PhantomError::Encode { path: path.to_path_buf(), cause })?;
    std::fs::write(path, encoded).map_err(FileError::of("write", path))?;
    Ok(())
}
