//! The page's skeleton: heading, key facts, the sections in their order, and where it comes from.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{ReportError, ReportInput, curves, headline, pictures, plots, results};
use crate::metrics::Metrics;

/// The whole page.
pub(super) fn page(input: &ReportInput) -> Result<Markup, ReportError> {
    Ok(html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (input.title) }
                // An empty icon, so that a browser does not ask a server for one.
                link rel="icon" href="data:,";
                style { (PreEscaped(include_str!("style.css"))) }
            }
            body {
                header {
                    h1 { (input.title) }
                    p class="lead" {
                        "A network that marks where in an image it sees evidence of " b { (input.finding) }
                        ". It learned this from labels of whole images alone, which say what an image shows and not where: "
                        "no outline was ever shown to it in training. It is small enough for a microcontroller, and all "
                        "pictures here were made with the integers that run there."
                    }
                }
                main {
                    (headline::section(&input.metrics, &input.finding))
                    (pictures::section(input)?)
                    (plots::section(&input.stages, constant_mask(&input.metrics))?)
                    (results::section(&input.metrics))
                    (curves::section(&input.log)?)
                    (facts(&input.facts))
                }
                (footer(&input.metrics))
            }
        }
    })
}

fn constant_mask(metrics: &Metrics) -> Option<f64> {
    metrics.controls.as_ref().and_then(|controls| controls.constant_mask?.iou)
}

fn facts(facts: &[(String, String)]) -> Markup {
    html! {
        @if !facts.is_empty() {
            section {
                h2 { "The run" }
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
        footer {
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
}
