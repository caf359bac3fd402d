//! The page's skeleton: heading, key facts, the sections in their order, and where it comes from.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{ReportError, ReportInput, curves, headline, pictures, plots, results};
use crate::metrics::Metrics;

/// The whole page of a run.
pub(super) fn page(input: &ReportInput) -> Result<Markup, ReportError> {
    let lead = html! {
        "A network that marks where in an image it sees evidence of " b { (input.finding) }
        ". It learned this from labels of whole images alone, which say what an image shows and not where: "
        "no outline was ever shown to it in training. It is small enough for a microcontroller, and all "
        "pictures here were made with the integers that run there."
    };
    let main = html! {
        (headline::section(&input.metrics, &input.finding))
        (pictures::section(input)?)
        (plots::section(&input.stages, constant_mask(&input.metrics))?)
        (results::section(&input.metrics))
        (curves::section(&input.log)?)
        (facts("The run", &input.facts))
    };
    Ok(document(&input.title, lead, main, footer(&input.metrics)))
}

/// What all pages have in common: heading, a few sentences about what follows, that, and where it comes from.
pub(super) fn document(title: &str, lead: Markup, main: Markup, footer: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                // An empty icon, so that a browser does not ask a server for one.
                link rel="icon" href="data:,";
                style { (PreEscaped(include_str!("style.css"))) }
            }
            body {
                header { h1 { (title) } p class="lead" { (lead) } }
                main { (main) }
                footer { (footer) }
            }
        }
    }
}

fn constant_mask(metrics: &Metrics) -> Option<f64> {
    metrics.controls.as_ref().and_then(|controls| controls.constant_mask?.iou)
}

/// The section of names and values; nothing without any.
pub(super) fn facts(heading: &str, facts: &[(String, String)]) -> Markup {
    html! {
        @if !facts.is_empty() {
            section {
                h2 { (heading) }
                dl class="facts" {
                    @for (name, value) in facts {
                        div { dt { (name) } dd { (value) } }
                    }
                }
            }
        }
    }
}

fn footer(metrics: &Metrics) -> Markup {
    html! {
        p { "Made by " code { (metrics.command) } " with seed " (metrics.seed) "." }
        @if !metrics.versions.is_empty() {
            p {
                @for (index, (name, version)) in metrics.versions.iter().enumerate() {
                    @if index > 0 { " · " }
                    (name) " " (version)
                }
            }
        }
    }
}
