//! The page of an experiment: its tables and figures, each with a caption that says what one sees.

use image::RgbImage;
use maud::{Markup, PreEscaped, html};

use super::page::{document, facts};
use super::pictures::data_uri;
use super::{LinePlot, ReportError, Table};

/// Everything that the page shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Article {
    /// The heading.
    pub title: String,
    /// What was tried and what to look for, for a reader who has not seen the paper.
    pub lead: String,
    /// Tables and figures in their order.
    pub sections: Vec<Section>,
    /// How it was made: name and value.
    pub facts: Vec<(String, String)>,
    /// The command line that made it.
    pub command: String,
}

/// A table or a figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Section {
    /// What is shown.
    pub heading: String,
    /// What one sees, and how it was made.
    pub caption: String,
    /// Name of the figure's own file, without its extension; tables have none.
    pub file: String,
    /// The table or figure.
    pub content: Content,
}

/// What a section shows.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// Figures in rows and columns.
    Table(Table),
    /// Lines.
    Plot(LinePlot),
    /// Pixels.
    Picture(RgbImage),
}

impl Article {
    /// The whole page as HTML, with everything in it.
    ///
    /// # Errors
    /// [`ReportError`] names the plot or picture that cannot be drawn.
    pub fn render(&self) -> Result<String, ReportError> {
        let sections = self.sections.iter().map(Section::markup).collect::<Result<Vec<_>, _>>()?;
        let main = html! {
            @for section in sections { (section) }
            (facts("How it was made", &self.facts))
        };
        let footer =
            html! { p { "Made by " code { (self.command) } "." } p { "switchback " (env!("CARGO_PKG_VERSION")) } };
        Ok(document(&self.title, html! { (self.lead) }, main, footer).into_string())
    }
}

impl Section {
    fn markup(&self) -> Result<Markup, ReportError> {
        let content = match &self.content {
            Content::Table(table) => table.markup(),
            Content::Plot(plot) => html! { figure class="plate" { (PreEscaped(plot.svg()?)) } },
            Content::Picture(picture) => {
                let image =
                    data_uri(picture).map_err(|source| ReportError::Picture { file: self.file.clone(), source })?;
                html! { figure class="plate" { img src=(image) alt=(self.heading); } }
            }
        };
        Ok(html! { section { h2 { (self.heading) } (content) p class="caption" { (self.caption) } } })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Axes, Entry, PlotLine, Ticks};

    #[test]
    fn a_page_holds_its_table_plot_and_picture() {
        let axes = Axes { x: 0.0..1.0, y: 0.0..1.0, x_name: "rank", y_name: "IoU", x_ticks: Ticks::Decimals(1) };
        let line = |dashed| PlotLine {
            name: "stage <1>".into(),
            colour: [1, 2, 3],
            dashed,
            points: vec![(0.0, 0.5), (1.0, 0.75)],
            ranges: vec![(0.25, 0.75); 2],
        };
        let plot = LinePlot { axes, lines: vec![line(false), line(true)] };
        let drawn = plot.image().unwrap();
        assert!(drawn.pixels().any(|pixel| pixel.0 == [1, 2, 3]), "the line is drawn");
        let table = Table { header: vec!["x".into()], rows: vec![vec![Entry::text("y")]], names: 1 };
        let picture = RgbImage::new(2, 1);
        let contents = [Content::Table(table), Content::Plot(plot), Content::Picture(picture)];
        let section = |content| Section { heading: "a & b".into(), caption: "c".into(), file: "d".into(), content };
        let article = Article {
            title: "t".into(),
            lead: "l".into(),
            sections: contents.map(section).into(),
            facts: vec![("seeds".into(), "0".into())],
            command: "cargo xtask experiment table3".into(),
        };
        let page = article.render().unwrap();
        assert_eq!(["<table", "<svg", "<img", "a &amp; b</h2>"].map(|part| page.matches(part).count()), [1, 1, 1, 3]);
        assert!(page.contains("stage &lt;1&gt;") && page.contains("cargo xtask experiment table3"), "{page}");
    }
}
