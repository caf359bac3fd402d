//! What can be wrong with a data set, an image or a mask: each variant names the thing, what was found and what was
//! expected.

use std::path::PathBuf;

use super::Split;
use crate::files::FileError;
use crate::metrics::IGNORE;

/// A data set, an image or a mask that cannot be used as it is.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// A file or folder could not be read or listed.
    #[error(transparent)]
    File(#[from] FileError),

    /// The path of the data set or of its masks is not a folder.
    #[error("{what} {}: not a folder", path.display())]
    NotAFolder {
        /// `data set` or `masks`.
        what: &'static str,
        /// The path that was given.
        path: PathBuf,
    },

    /// There is not one image in the data set.
    #[error("data set {}: found no images, expected at least one", path.display())]
    NoImages {
        /// The data set's folder.
        path: PathBuf,
    },

    /// There are images but nothing says what they show.
    #[error("data set {}: found {images} images without labels, expected {LAYOUTS}", path.display())]
    NoLabels {
        /// The data set's folder.
        path: PathBuf,
        /// How many images lie there.
        images: usize,
    },

    /// A label file is not UTF-8 text.
    #[error("{}:{line}: found a byte that is not UTF-8, expected UTF-8 text", path.display())]
    NotUtf8 {
        /// The label file.
        path: PathBuf,
        /// Line of the byte, from 1.
        line: usize,
    },

    /// `labels.csv` has a column that nothing reads: most likely a misspelt one.
    #[error("{}:1: found an unknown column `{found}`, expected {COLUMNS}", path.display())]
    UnknownColumn {
        /// The label file.
        path: PathBuf,
        /// The column's name as written.
        found: String,
    },

    /// `labels.csv` names a column twice.
    #[error("{}:1: found the column `{column}` twice, expected it once", path.display())]
    RepeatedColumn {
        /// The label file.
        path: PathBuf,
        /// The column's name.
        column: String,
    },

    /// `labels.csv` lacks a column that it needs.
    #[error("{}:1: found no column `{column}` in `{found}`, expected {COLUMNS}", path.display())]
    MissingColumn {
        /// The label file.
        path: PathBuf,
        /// The column that is needed.
        column: &'static str,
        /// The header line as written.
        found: String,
    },

    /// A line of `labels.csv` has more or fewer cells than the header.
    #[error("{}:{line}: found {found} cells, expected {expected} as in the header", path.display())]
    CellCount {
        /// The label file.
        path: PathBuf,
        /// Line, from 1.
        line: u64,
        /// Cells in this line.
        found: u64,
        /// Cells in the header.
        expected: u64,
    },

    /// A line of a label file is not what it should be.
    #[error("{}:{line}: found `{found}`, expected {expected}", path.display())]
    BadLine {
        /// The label file.
        path: PathBuf,
        /// Line, from 1.
        line: u64,
        /// The offending text.
        found: String,
        /// What should stand there.
        expected: &'static str,
    },

    /// A label file lists an image that does not exist.
    #[error("{}:{line}: found no image {}, expected a file there", path.display(), image.display())]
    MissingImage {
        /// The label file.
        path: PathBuf,
        /// Line, from 1.
        line: u64,
        /// Where the image was looked for.
        image: PathBuf,
    },

    /// An image of VOC's segmentation is in no class list, and its annotation is not there either.
    #[error("{}:{line}: found its image in no list of ImageSets/Main and no {}, expected the latter to name its objects",
            path.display(), annotation.display())]
    MissingAnnotation {
        /// The list of the segmentation.
        path: PathBuf,
        /// Line, from 1.
        line: u64,
        /// Where the annotation was looked for.
        annotation: PathBuf,
    },

    /// A label file lists an image twice.
    #[error("{}:{line}: found `{file}` again (first in line {first}), expected each file once", path.display())]
    RepeatedFile {
        /// The label file.
        path: PathBuf,
        /// Line of the repetition, from 1.
        line: u64,
        /// The image's name.
        file: String,
        /// Line where it stood first.
        first: u64,
    },

    /// A label is not among the classes of `classes.txt`.
    #[error("{}:{line}: found the label `{found}`, expected a class of classes.txt: {}", path.display(), classes.join(", "))]
    UnknownLabel {
        /// The label file.
        path: PathBuf,
        /// Line, from 1.
        line: u64,
        /// The label as written.
        found: String,
        /// The classes of `classes.txt`.
        classes: Vec<String>,
    },

    /// A split is not one of the three.
    #[error("{}:{line}: found the split `{found}`, expected train, val or test", path.display())]
    UnknownSplit {
        /// The label file.
        path: PathBuf,
        /// Line, from 1.
        line: u64,
        /// The split as written.
        found: String,
    },

    /// Nothing can be learned: all images carry the same label.
    #[error("data set {}: found the one class `{class}` in every image, expected two classes or images without it",
            path.display())]
    OneClass {
        /// The data set's folder.
        path: PathBuf,
        /// The only class.
        class: String,
    },

    /// A class folder is empty.
    #[error("class `{class}`: found no images in {}, expected at least one", path.display())]
    EmptyClassFolder {
        /// The class's name.
        class: String,
        /// Its folder.
        path: PathBuf,
    },

    /// No training image shows the class.
    #[error("class `{class}`: found no images in the train split, expected at least one")]
    ClassWithoutTrainImages {
        /// The class's name.
        class: String,
    },

    /// A split came out empty.
    #[error("split {split}: found no images among the {images} of the data set, expected at least one")]
    EmptySplit {
        /// The empty split.
        split: Split,
        /// Images of the whole data set.
        images: usize,
    },

    /// Two classes, but which of them means "nothing there" cannot be told from their names.
    #[error("classes `{}` and `{}`: found no single one that means \"nothing there\", expected one of {}",
            classes[0], classes[1], NEGATIVE_NAMES.join(", "))]
    UnknownNegative {
        /// The two classes.
        classes: [String; 2],
    },

    /// The class given as negative does not exist.
    #[error("negative class `{found}`: not in the data set, expected one of {}", classes.join(", "))]
    NoSuchNegative {
        /// The class that was asked for.
        found: String,
        /// The classes there are.
        classes: Vec<String>,
    },

    /// A file holds no image of a known format, whatever its name says.
    #[error("image {}: found no known format in its bytes, expected png, jpeg, bmp, tiff, gif or pnm", path.display())]
    NotAnImage {
        /// The file.
        path: PathBuf,
    },

    /// A DICOM file, which this program was built without a decoder for.
    #[error("image {}: found DICOM, expected png, jpeg, bmp, tiff, gif or pnm: this program was built without DICOM",
            path.display())]
    BuiltWithoutDicom {
        /// The file.
        path: PathBuf,
    },

    /// A DICOM file that holds no picture that can be shown.
    #[error("image {}: DICOM: {reason}", path.display())]
    Dicom {
        /// The file.
        path: PathBuf,
        /// What was found there, and expected.
        reason: String,
    },

    /// An image is larger than anything that is sensibly resized to a network's input.
    #[error("image {}: found {width}x{height} pixels, expected at most {most} in all", path.display())]
    TooManyPixels {
        /// The file.
        path: PathBuf,
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// The limit.
        most: u64,
    },

    /// An image ends before its last pixel.
    #[error("image {}: found the end of the file before the end of the picture, expected a whole image", path.display())]
    Truncated {
        /// The file.
        path: PathBuf,
    },

    /// An image could not be decoded.
    #[error("image {}", path.display())]
    Decode {
        /// The file.
        path: PathBuf,
        /// The decoder's reason.
        source: image::ImageError,
    },

    /// Images that cannot be read, all of them.
    #[error("data set {}: found {} unreadable of {images} images, expected none:{}",
            path.display(), reasons.len(), indented(reasons))]
    UnreadableImages {
        /// The data set's folder.
        path: PathBuf,
        /// Images of the whole data set.
        images: usize,
        /// One an image, with its file.
        reasons: Vec<String>,
    },

    /// A mask stores something else than class indices.
    #[error("mask {}: found {found}, expected a PNG of 8-bit grey or palette class indices", path.display())]
    MaskFormat {
        /// The file.
        path: PathBuf,
        /// What it stores.
        found: String,
    },

    /// The folder of masks that was named has none of the images that show something.
    #[error("masks {}: found none of the {images} images that show something, expected names of images ending in .png, \
             such as {}", path.display(), example.display())]
    NoMasks {
        /// The folder.
        path: PathBuf,
        /// Images that show something.
        images: usize,
        /// Where the first one's mask was looked for, relative to the folder.
        example: PathBuf,
    },

    /// A mask has a class that the data set does not.
    #[error("mask {}: found class {found} at pixel ({x}, {y}), expected one below {classes} or {IGNORE} (ignore)",
            path.display())]
    MaskClass {
        /// The file.
        path: PathBuf,
        /// The class index stored there.
        found: u8,
        /// Column of the first such pixel, from 0.
        x: usize,
        /// Row of the first such pixel, from 0.
        y: usize,
        /// Classes of the data set, background included.
        classes: usize,
    },
}

/// Names of a class that means "nothing there", in lower case.
pub const NEGATIVE_NAMES: [&str; 11] =
    ["normal", "negative", "healthy", "free", "good", "ok", "none", "no", "no_finding", "background", "0"];

const COLUMNS: &str = "the columns file,labels[,split][,group]";

const LAYOUTS: &str = "a labels.csv, a folder a class, a VOC folder, or files named *_0.png and *_1.png";

/// What to do about an image that is too large.
const MORE_PIXELS: &str = "--max-megapixels N lets larger images in, where there is memory for them";

const WITH_DICOM: &str = "build it in: SWITCHBACK_TRAINER_FEATURES=dicom cargo xtask …, or cargo build -p host-trainer \
                          --features dicom";

/// Each on a line of its own.
fn indented(lines: &[String]) -> String {
    lines.iter().map(|line| format!("\n  {line}")).collect()
}

impl DataError {
    /// The next step, where there is one that a person would not guess.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::UnknownNegative { classes } => {
                Some(format!("say which class means \"nothing there\": --negative {}", classes[0]))
            }
            Self::NoLabels { path, .. } => Some(format!(
                "write {} with the header file,labels,split and one line an image",
                path.join("labels.csv").display()
            )),
            Self::ClassWithoutTrainImages { class } => {
                Some(format!("give some images of `{class}` the split train, or take the class out"))
            }
            Self::MaskFormat { .. } | Self::MaskClass { .. } => {
                Some("store in each pixel the line of classes.txt, from 0".to_string())
            }
            Self::BuiltWithoutDicom { .. } => Some(WITH_DICOM.to_string()),
            // Of many reasons the one that a build mends.
            Self::UnreadableImages { reasons, .. }
                if reasons.iter().any(|reason| reason.ends_with("without DICOM")) =>
            {
                Some(WITH_DICOM.to_string())
            }
            Self::TooManyPixels { .. } => Some(MORE_PIXELS.to_string()),
            Self::UnreadableImages { reasons, .. }
                if reasons.iter().any(|reason| reason.contains("pixels, expected at most")) =>
            {
                Some(format!("{MORE_PIXELS}; --skip-unreadable leaves unreadable images out"))
            }
            Self::UnreadableImages { .. } => {
                Some("mend or remove these files, or leave them out with --skip-unreadable".to_string())
            }
            _ => None,
        }
    }
}
