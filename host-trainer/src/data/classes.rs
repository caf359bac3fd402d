//! Label names become class indices; two classes with one label an image make a binary task.

use super::error::NEGATIVE_NAMES;
use super::listing::Listing;
use super::{DataError, Task};

/// The name of class 0 of a multi-label set.
const BACKGROUND: &str = "background";

/// The classes of a data set and how to number a label.
pub(super) struct ClassTable {
    pub task: Task,
    pub classes: Vec<String>,
    /// The label that stands for "nothing there" in a multi-label set, besides `background`.
    negative: Option<String>,
}

impl ClassTable {
    /// Decides the task and the order of the classes. Binary if and only if there are two classes and every image has
    /// exactly one label. The order is `classes.txt`'s, else alphabetical; the negative class of a binary set comes first.
    pub fn new(listing: &Listing, negative: Option<&str>) -> Result<Self, DataError> {
        let mut labels: Vec<String> = listing.entries.iter().flat_map(|entry| entry.labels.iter().cloned()).collect();
        labels.sort();
        labels.dedup();
        if let Some(declared) = &listing.declared_classes {
            check_declared(listing, declared)?;
        }
        if let Some(found) = negative
            && !labels.iter().any(|label| label == found)
        {
            return Err(DataError::NoSuchNegative { found: found.to_string(), classes: labels });
        }
        let one_label_each = listing.entries.iter().all(|entry| entry.labels.len() == 1);
        if let [first, second] = labels.as_slice()
            && one_label_each
        {
            let second_is_negative = is_second_negative([first, second], negative)?;
            if second_is_negative {
                labels.reverse();
            }
            return Ok(Self { task: Task::Binary, classes: labels, negative: None });
        }
        let mut classes = listing.declared_classes.clone().unwrap_or(labels);
        classes.retain(|class| class != BACKGROUND && Some(class.as_str()) != negative);
        classes.insert(0, BACKGROUND.to_string());
        Ok(Self { task: Task::MultiLabel, classes, negative: negative.map(str::to_string) })
    }

    /// The class indices of an image, ascending and without repetition. In a multi-label set the background is left out.
    pub fn indices(&self, labels: &[String]) -> Vec<usize> {
        let index = |label: &String| match self.task {
            Task::MultiLabel if label == BACKGROUND || Some(label) == self.negative.as_ref() => None,
            _ => self.classes.iter().position(|class| class == label),
        };
        let mut indices: Vec<usize> = labels.iter().filter_map(index).collect();
        indices.sort_unstable();
        indices.dedup();
        indices
    }
}

fn check_declared(listing: &Listing, declared: &[String]) -> Result<(), DataError> {
    for entry in &listing.entries {
        if let Some(found) = entry.labels.iter().find(|label| !declared.contains(label)) {
            return Err(DataError::UnknownLabel {
                path: listing.label_file.clone(),
                line: entry.line,
                found: found.clone(),
                classes: declared.to_vec(),
            });
        }
    }
    Ok(())
}

/// Which of two classes means "nothing there": the one asked for, else the only one with a name that says so. A guess
/// would train the picture's negative without anyone noticing, so two or no such names are an error.
fn is_second_negative(classes: [&String; 2], asked: Option<&str>) -> Result<bool, DataError> {
    if let Some(asked) = asked {
        return Ok(classes[1] == asked);
    }
    let says_nothing = |class: &String| NEGATIVE_NAMES.contains(&class.to_lowercase().as_str());
    match (says_nothing(classes[0]), says_nothing(classes[1])) {
        (true, false) => Ok(false),
        (false, true) => Ok(true),
        _ => Err(DataError::UnknownNegative { classes: classes.map(String::clone) }),
    }
}
