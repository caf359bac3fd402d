//! Data sets that an experiment cannot be made with.

use crate::data::{DataSet, Split, Task};

/// A data set or a run that does not suit an experiment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsuitable {
    /// Nothing to judge by.
    #[error("data set {data}: found no mask in the test split, expected some to judge by")]
    NoMasks {
        /// The data set.
        data: String,
    },
    /// One class where classes are compared.
    #[error("data set {data}: found the two classes {negative} and {positive}, expected several classes of objects")]
    Binary {
        /// The data set.
        data: String,
        /// The negative class.
        negative: String,
        /// The positive one.
        positive: String,
    },
    /// No deconvolution to look at.
    #[error("run on {data}: found no deconvolution stage, expected one at least")]
    NoStage {
        /// The data set.
        data: String,
    },
    /// A layer that has no counterpart in the decoder.
    #[error("layer: found {found}, expected one of {expected}")]
    Layer {
        /// The name given.
        found: String,
        /// The names there are.
        expected: String,
    },
    /// Another number of classes than the run's.
    #[error("classes of data set {data}: found {found}, expected the run's {expected}")]
    Classes {
        /// The data set.
        data: String,
        /// Classes it has.
        found: usize,
        /// Classes of the network.
        expected: usize,
    },
    /// An image that is not there.
    #[error("image: found none named {name} in the test split of {data}, expected a name of one of its images")]
    NoImage {
        /// The data set.
        data: String,
        /// The name given.
        name: String,
    },
    /// No positive image to draw.
    #[error("data set {data}: found no positive image in the test split, expected some to draw")]
    NoPositive {
        /// The data set.
        data: String,
    },
    /// Two data sets that tables cannot tell apart.
    #[error("data sets: found two named {data}, expected names that differ")]
    SameName {
        /// The name.
        data: String,
    },
}

impl Unsuitable {
    /// What to do next.
    pub fn help(&self) -> &'static str {
        match self {
            Self::NoMasks { .. } => "masks are read for judging only: add them for the images of the test split",
            Self::Binary { .. } => "table3 compares the stages on binary data, fig4 shows them",
            Self::NoStage { .. } => "train with --stages 1 at least",
            Self::Layer { .. } => {
                "a deconvolution gives back the map of the convolution below the one that it is tied to"
            }
            Self::Classes { .. } => "draw a data set of the classes that the run was trained on",
            Self::NoImage { .. } => "names are as the data set's list writes them, with / between folders",
            Self::NoPositive { .. } => "fig4 and fig5 draw images that show something: add some to the test split",
            Self::SameName { .. } => {
                "the name is that of the data set's folder: rename one, or link to it by another name"
            }
        }
    }
}

/// Refuses a data set whose test split has no mask.
///
/// # Errors
/// [`Unsuitable::NoMasks`].
pub fn check_masks(data: &DataSet, name: &str) -> Result<(), Unsuitable> {
    let has_mask = data.split(Split::Test).any(|sample| sample.mask.is_some());
    if has_mask { Ok(()) } else { Err(Unsuitable::NoMasks { data: name.to_owned() }) }
}

/// Refuses a data set without several classes of objects.
///
/// # Errors
/// [`Unsuitable::Binary`].
pub fn check_classes(data: &DataSet, name: &str) -> Result<(), Unsuitable> {
    match (data.task, &data.classes[..]) {
        (Task::Binary, [negative, positive, ..]) => {
            Err(Unsuitable::Binary { data: name.to_owned(), negative: negative.clone(), positive: positive.clone() })
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Sample;

    fn data(task: Task) -> DataSet {
        let sample = |split, mask: Option<&str>| Sample {
            name: String::new(),
            path: "a".into(),
            labels: vec![1],
            split,
            group: None,
            mask: mask.map(Into::into),
        };
        DataSet {
            root: "scans".into(),
            task,
            classes: ["normal", "lesion"].map(str::to_owned).into(),
            samples: vec![sample(Split::Val, Some("a")), sample(Split::Test, None)],
        }
    }

    #[test]
    fn the_data_set_is_named_with_what_it_lacks() {
        let binary = data(Task::Binary);
        let error = check_masks(&binary, "scans").unwrap_err().to_string();
        assert_eq!(error, "data set scans: found no mask in the test split, expected some to judge by");
        let error = check_classes(&binary, "scans").unwrap_err().to_string();
        assert!(error.starts_with("data set scans: found the two classes normal and lesion"), "{error}");
        let mut judged = data(Task::MultiLabel);
        judged.samples[1].mask = Some("b".into());
        assert_eq!((check_masks(&judged, "scans"), check_classes(&judged, "scans")), (Ok(()), Ok(())));
    }
}
