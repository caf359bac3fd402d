//! Files that are never half written: written beside their place, then renamed into it.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// A file or folder operation that failed, with the path. Its cause is the error's source.
#[derive(Debug, thiserror::Error)]
#[error("{action} {}", path.display())]
pub struct FileError {
    /// What was tried, as a verb: `read`, `write`, `create`, `list`.
    pub action: &'static str,
    /// The file or folder.
    pub path: PathBuf,
    /// Why it failed.
    pub source: io::Error,
}

impl FileError {
    /// An adapter for `map_err`: names the action and the path of an I/O error.
    pub fn of(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self { action, path: path.to_path_buf(), source }
    }
}

/// Writes `path` by filling a temporary file in the same folder and renaming it: a reader sees the old file or the
/// whole new one. Missing parent folders are created.
///
/// # Errors
/// [`FileError`] when the folder cannot be made or the file cannot be written, synced or renamed; nothing is left behind.
pub fn write_atomically(
    path: &Path,
    fill: impl FnOnce(&mut BufWriter<&mut File>) -> io::Result<()>,
) -> Result<(), FileError> {
    let parent = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(parent).map_err(FileError::of("create", parent))?;
    let write = || -> io::Result<()> {
        let mut temporary = tempfile::NamedTempFile::new_in(parent)?;
        let mut buffered = BufWriter::new(temporary.as_file_mut());
        fill(&mut buffered)?;
        buffered.flush()?;
        drop(buffered);
        temporary.as_file().sync_all()?;
        // A temporary file is private to its owner; a result is as readable as any other file.
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            temporary.as_file().set_permissions(std::fs::Permissions::from_mode(0o644))?;
        }
        temporary.persist(path).map_err(|e| e.error)?;
        Ok(())
    };
    write().map_err(FileError::of("write", path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cause_is_told_once() {
        let error = FileError::of("read", Path::new("a/b"))(io::Error::other("no disk"));
        assert_eq!(format!("{:#}", anyhow::Error::from(error)), "read a/b: no disk");
    }
}
