//! The report as lines for a terminal.

use super::{ClassCounts, DataReport, Listed, SplitCounts};

/// Names and pairs shown at most.
const SHOWN: usize = 10;

impl DataReport {
    /// A few lines: the counts, then a line for each thing to look at.
    pub fn text(&self) -> String {
        let mut lines =
            vec![format!("data    {}: {} images ({})", self.root.display(), self.images.total(), splits(&self.images))];
        let classes: Vec<String> = self
            .classes
            .iter()
            .map(|ClassCounts { name, images }| format!("{name} {}/{}/{}", images.train, images.val, images.test))
            .collect();
        lines.push(format!("        train/val/test: {}", classes.join(", ")));
        if self.unlabelled > 0 {
            lines.push(format!("        without a label: {}", self.unlabelled));
        }
        if let Some(sizes) = self.sizes {
            let ([w, ww], [h, hh]) = (sizes.width, sizes.height);
            let size = if (w, h) == (ww, hh) { format!("{w}x{h}") } else { format!("{w} to {ww} x {h} to {hh}") };
            let narrow = 100.0 * self.grey.narrow_share;
            lines.push(format!(
                "        {size} pixels; {narrow:.0} % of the images use less than half of the grey levels"
            ));
        }
        lines.extend(self.warnings().into_iter().map(|warning| format!("warning {warning}")));
        lines.join("\n")
    }

    /// What is likely to make the figures wrong, one sentence each.
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        for missing in &self.missing_classes {
            warnings.push(format!("class {}: no image in the {} split", missing.class, missing.split));
        }
        if self.grey.faint.count > 0 {
            let names = listed(&self.grey.faint, Clone::clone);
            let count = self.grey.faint.count;
            warnings.push(format!(
                "{count} images use no more than a sixteenth of their format's grey levels, as 12 bits stored in 16 do: {names}"
            ));
        }
        if self.grey.constant.count > 0 {
            let names = listed(&self.grey.constant, Clone::clone);
            warnings.push(format!("{} images of one grey level: {names}", self.grey.constant.count));
        }
        if !self.unreadable.is_empty() {
            let names: Vec<&str> = self.unreadable.iter().map(|image| image.name.as_str()).collect();
            warnings.push(format!("{} unreadable images: {}", names.len(), names.join(", ")));
        }
        if self.near_duplicates.count > 0 {
            let pairs = listed(&self.near_duplicates, |pair| {
                let ([a, b], [of_a, of_b]) = (&pair.names, &pair.splits);
                format!("{a} ({of_a}) and {b} ({of_b})")
            });
            warnings.push(format!("{} pairs of near-duplicates across splits: {pairs}", self.near_duplicates.count));
        }
        if self.torn_groups.count > 0 {
            let groups = listed(&self.torn_groups, |group| format!("{} ({})", group.name, splits(&group.images)));
            warnings.push(format!("{} groups torn apart by the split: {groups}", self.torn_groups.count));
        }
        warnings
    }
}

/// `864 train, 152 val, 245 test`.
fn splits(counts: &SplitCounts) -> String {
    format!("{} train, {} val, {} test", counts.train, counts.val, counts.test)
}

/// The first ones, and whether there are more.
fn listed<T>(all: &Listed<T>, name: impl Fn(&T) -> String) -> String {
    let mut names: Vec<String> = all.first.iter().take(SHOWN).map(name).collect();
    if all.count > SHOWN {
        names.push("…".to_owned());
    }
    names.join("; ")
}
