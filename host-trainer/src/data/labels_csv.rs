//! `labels.csv`: `file,labels[,split][,group]`, one line an image, labels separated by spaces.
//!
//! Read as a spreadsheet would save it: commas, semicolons or tabs (whichever the header uses most), LF or CRLF, with or
//! without a byte order mark, quoted cells, any order of columns, spaces around cells ignored. Files are relative to
//! `images/` where that folder exists, else to the data set. `classes.txt`, one class a line, fixes the classes' order
//! (class indices of masks count its lines from 0).

use std::collections::HashMap;
use std::path::Path;

use super::DataError;
use super::listing::{Entry, Listing, find_mask, read_text};
use super::split::Shares;

/// Position of each known column in the header.
struct Columns {
    file: usize,
    labels: usize,
    split: Option<usize>,
    group: Option<usize>,
}

/// Reads the data set that `root/labels.csv` describes; masks are looked for in `masks`.
pub(super) fn read(root: &Path, masks: &Path) -> Result<Listing, DataError> {
    let path = root.join("labels.csv");
    let text = read_text(&path)?;
    let header = text.lines().next().unwrap_or_default();
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter_of(header)).trim(csv::Trim::All).from_reader(text.as_bytes());
    let columns = match reader.headers() {
        Ok(names) => columns_of(&path, names, header)?,
        Err(error) => return Err(csv_error(&path, error)),
    };

    let images = Some(root.join("images")).filter(|folder| folder.is_dir()).unwrap_or_else(|| root.to_path_buf());
    let mut entries = Vec::new();
    let mut first_line = HashMap::new();
    for record in reader.records() {
        let record = record.map_err(|error| csv_error(&path, error))?;
        let line = record.position().map_or(0, csv::Position::line);
        let cell = |column: Option<usize>| column.and_then(|c| record.get(c)).filter(|text| !text.is_empty());
        let Some(name) = cell(Some(columns.file)) else {
            return Err(DataError::BadLine { path, line, found: String::new(), expected: "a file name" });
        };
        if let Some(&first) = first_line.get(name) {
            return Err(DataError::RepeatedFile { path, line, file: name.to_string(), first });
        }
        first_line.insert(name.to_string(), line);
        let image = images.join(name);
        if !image.is_file() {
            return Err(DataError::MissingImage { path, line, image });
        }
        let split = match cell(columns.split) {
            None => None,
            Some(text) => match text.parse() {
                Ok(split) => Some(split),
                Err(_) => return Err(DataError::UnknownSplit { path, line, found: text.to_string() }),
            },
        };
        entries.push(Entry {
            name: name.to_string(),
            path: image,
            labels: record[columns.labels].split_whitespace().map(str::to_string).collect(),
            split,
            group: cell(columns.group).map(str::to_string),
            mask: find_mask(masks, name),
            line,
        });
    }
    // All lines have a split or none has: half a split would be half a mistake.
    if entries.iter().any(|entry| entry.split.is_some())
        && let Some(bare) = entries.iter().find(|entry| entry.split.is_none())
    {
        return Err(DataError::UnknownSplit { path, line: bare.line, found: String::new() });
    }
    Ok(Listing { entries, declared_classes: declared_classes(root)?, label_file: path, shares: Shares::default() })
}

/// The separator that the header uses most; a comma where it uses none.
fn delimiter_of(header: &str) -> u8 {
    let count = |delimiter: u8| header.bytes().filter(|&byte| byte == delimiter).count();
    // The last maximum wins, so the comma stands last.
    [b'\t', b';', b','].into_iter().max_by_key(|&delimiter| count(delimiter)).unwrap_or(b',')
}

fn columns_of(path: &Path, names: &csv::StringRecord, header: &str) -> Result<Columns, DataError> {
    let mut found: HashMap<String, usize> = HashMap::new();
    for (index, name) in names.iter().enumerate() {
        let column = name.to_lowercase();
        if !["file", "labels", "split", "group"].contains(&column.as_str()) {
            return Err(DataError::UnknownColumn { path: path.to_path_buf(), found: name.to_string() });
        }
        if found.insert(column.clone(), index).is_some() {
            return Err(DataError::RepeatedColumn { path: path.to_path_buf(), column });
        }
    }
    let required = |column: &'static str| {
        found.get(column).copied().ok_or_else(|| DataError::MissingColumn {
            path: path.to_path_buf(),
            column,
            found: header.to_string(),
        })
    };
    Ok(Columns {
        file: required("file")?,
        labels: required("labels")?,
        split: found.get("split").copied(),
        group: found.get("group").copied(),
    })
}

fn csv_error(path: &Path, error: csv::Error) -> DataError {
    let line = error.position().map_or(0, csv::Position::line);
    let path = path.to_path_buf();
    match error.into_kind() {
        csv::ErrorKind::UnequalLengths { expected_len: expected, len: found, .. } => {
            DataError::CellCount { path, line, found, expected }
        }
        kind => DataError::BadLine { path, line, found: format!("{kind:?}"), expected: "comma separated text" },
    }
}

/// The classes of `classes.txt`, where there is one.
fn declared_classes(root: &Path) -> Result<Option<Vec<String>>, DataError> {
    let path = root.join("classes.txt");
    if !path.is_file() {
        return Ok(None);
    }
    let mut classes: Vec<String> = Vec::new();
    for (index, line) in read_text(&path)?.lines().enumerate() {
        let class = line.trim();
        // Only trailing blank lines: one in between would shift the indices that masks use.
        if class.is_empty() {
            continue;
        }
        if classes.len() != index || classes.iter().any(|known| known == class) {
            return Err(DataError::BadLine {
                path,
                line: index as u64 + 1,
                found: class.to_string(),
                expected: "each class once, one a line, without blank lines between",
            });
        }
        classes.push(class.to_string());
    }
    Ok(Some(classes))
}
