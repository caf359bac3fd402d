//! A table of an experiment: the same cells for the terminal and the page.

use maud::{Markup, html};

use crate::metrics::aligned;

/// Columns that have room enough on the page; more are set closer.
const ROOMY: usize = 12;

/// Rows under a line of headings.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// The columns' headings.
    pub header: Vec<String>,
    /// Rows, each with an entry a column.
    pub rows: Vec<Vec<Entry>>,
    /// How many of the first columns name the row; the others hold figures.
    pub names: usize,
}

/// What stands at one place of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// A name, or a figure as it is shown.
    pub text: String,
    /// The range that the figure is the mean of, where there is one to show.
    pub range: Option<String>,
}

impl Entry {
    /// A name, or a figure without a range.
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), range: None }
    }
}

impl Table {
    /// The table for a terminal, ranges in brackets.
    pub fn to_text(&self) -> String {
        let cell = |entry: &Entry| match &entry.range {
            Some(range) => format!("{} [{range}]", entry.text),
            None => entry.text.clone(),
        };
        let rows = self.rows.iter().map(|row| row.iter().map(cell).collect());
        aligned(&std::iter::once(self.header.clone()).chain(rows).collect::<Vec<_>>())
    }

    /// The table for the page, ranges below their figures.
    pub(super) fn markup(&self) -> Markup {
        let class = |column: usize| (column >= self.names).then_some("number");
        let dense = (self.header.len() > ROOMY).then_some("dense");
        html! {
            div class="scroll" { table class=[dense] {
                thead { tr { @for (column, name) in self.header.iter().enumerate() {
                    th class=[class(column)] { (name) }
                } } }
                tbody { @for row in &self.rows { tr { @for (column, entry) in row.iter().enumerate() {
                    td class=[class(column)] {
                        (entry.text)
                        @if let Some(range) = &entry.range { small class="range" { (range) } }
                    }
                } } } }
            } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_carry_their_range_on_both_papers() {
        let table = Table {
            header: vec!["data".into(), "IoU".into()],
            rows: vec![vec![Entry::text("a<b"), Entry { text: "50.0".into(), range: Some("25.0 to 75.0".into()) }]],
            names: 1,
        };
        let expected = "\
data                  IoU
----  -------------------
a<b   50.0 [25.0 to 75.0]
";
        assert_eq!(table.to_text(), expected);
        let page = table.markup().into_string();
        assert!(page.contains(r#"<td>a&lt;b</td><td class="number">50.0<small class="range">25.0 to 75.0"#), "{page}");
    }
}
