//! The result tables, the control that ignores the image, and the parity line.

use maud::{Markup, html};

use crate::metrics::threshold::ThresholdSource;
use crate::metrics::{Metrics, Parity, SizeResult, StageResult};

/// Shown where a figure was not measured.
const DASH: &str = "–";

/// The section with everything that was measured.
pub(super) fn section(metrics: &Metrics) -> Markup {
    let has_masks = metrics.results.iter().any(|result| result.iou.is_some());
    html! {
        section {
            h2 { "Results" }
            p {
                "Measured on the " (metrics.images) " images of the " b { (metrics.split) }
                " split. All figures run from 0 to 1."
            }
            (stages(metrics))
            @if control_wins(metrics) {
                p class="warning" {
                    "The best constant mask overlaps the truth more than the last network in this table does: "
                    "its masks do not show yet where the finding is."
                }
            }
            @if !has_masks {
                p class="note" { "The data set has no masks for this split, so only the scores can be judged." }
            }
            (meanings(metrics))
            (by_size(&metrics.results))
            (classes(&metrics.results))
            @if let Some(parity) = metrics.parity { (parity_line(parity)) }
        }
    }
}

fn stages(metrics: &Metrics) -> Markup {
    let multi_label = is_multi_label(metrics);
    let control = metrics.controls.and_then(|controls| controls.constant_mask);
    html! {
        div class="scroll" { table {
            thead { tr {
                th { "stage" } th { "engine" }
                th class="number" { (if multi_label { "mAP" } else { "AUC" }) }
                th class="number" { "IoU" }
                th class="number" { "IoU per image" }
                th class="number" { "pointing" }
                @if !multi_label {
                    th class="number" { "threshold" }
                    th class="number" { "false alarms" }
                    th class="number" { "IoU, threshold from masks" }
                }
            } }
            tbody {
                @for result in &metrics.results { tr {
                    (name_cells(result))
                    (figure(result.auc.or(result.map)))
                    (figure(result.iou))
                    (figure(result.mean_iou_per_image))
                    (figure(result.pointing))
                    @if !multi_label {
                        td class="number" { (threshold(result)) }
                        (figure(result.false_alarm_rate))
                        td class="number" {
                            @match result.at_mask_threshold {
                                Some(at) => { (format!("{:.3}", at.iou)) small { " at " (at.threshold) } },
                                None => (DASH),
                            }
                        }
                    }
                } }
                @if let Some(control) = control { tr class="control" {
                    td colspan="2" { "best constant mask" }
                    td class="number" { (DASH) }
                    (figure(control.iou))
                    (figure(control.mean_iou_per_image))
                    td class="number" colspan=(if multi_label { 1 } else { 4 }) {}
                } }
            }
        } }
    }
}

fn meanings(metrics: &Metrics) -> Markup {
    let multi_label = is_multi_label(metrics);
    let scores = if multi_label { MULTI_LABEL_MEANINGS } else { BINARY_MEANINGS };
    let threshold = if multi_label { &[] } else { THRESHOLD_MEANINGS };
    html! {
        details {
            summary { "What the figures mean" }
            dl class="meanings" {
                @for (name, meaning) in [ROW_MEANINGS, scores, PIXEL_MEANINGS, threshold, CONTROL_MEANINGS].concat() {
                    dt { (name) } dd { (meaning) }
                }
            }
        }
    }
}

/// Names in the tables and what they mean to somebody new to them.
type Meanings = &'static [(&'static str, &'static str)];

const ROW_MEANINGS: Meanings = &[
    ("stage", "Deconvolution layers that refine the evidence; stage 0 has none."),
    ("engine", "float is the network as trained, int8 the integer model that runs on the device."),
];
const BINARY_MEANINGS: Meanings = &[
    ("AUC", "How often an image with the finding scores above one without; 0.5 is chance."),
    ("IoU", "Pixels that predicted and true mask share, divided by those of either, all positive images together."),
];
const MULTI_LABEL_MEANINGS: Meanings = &[
    ("mAP", "Mean average precision of the scores over the classes."),
    (
        "IoU",
        "Pixels that prediction and truth share, divided by those of either, averaged over classes and background.",
    ),
];
const PIXEL_MEANINGS: Meanings = &[
    ("IoU per image", "The same, image by image, then averaged: small findings count as much as large ones."),
    ("pointing", "Share of positive images whose strongest evidence lies in the true outline."),
];
const THRESHOLD_MEANINGS: Meanings = &[
    ("threshold", "Evidence level, 1 to 255, from which on a pixel is in the mask; chosen on the validation split."),
    ("false alarms", "Share of images without the finding that show a mask somewhere at this threshold."),
    ("IoU, threshold from masks", "What another threshold reaches, chosen with the validation split's true outlines."),
];
const CONTROL_MEANINGS: Meanings = &[(
    "best constant mask",
    "A control: one mask for all images, chosen on the validation split, blind to the image.",
)];

fn by_size(results: &[StageResult]) -> Markup {
    let rows: Vec<_> = results.iter().filter_map(|result| Some((result, result.by_size?.named()))).collect();
    html! {
        @if let Some((_, sizes)) = rows.first() {
            h3 { "By size of the finding" }
            p { "Thirds of the positive images, ordered by the area of the true outline." }
            div class="scroll" { table {
                thead {
                    tr {
                        th rowspan="2" { "stage" } th rowspan="2" { "engine" }
                        @for (name, size) in sizes {
                            th class="group" colspan="3" { (name) small { " " (size.images) " images" } }
                        }
                    }
                    tr { @for _ in sizes {
                        th class="number first" { "IoU" }
                        th class="number" { "per image" }
                        th class="number" { "pointing" }
                    } }
                }
                tbody { @for (result, sizes) in &rows { tr {
                    (name_cells(result))
                    @for (_, SizeResult { iou, mean_iou_per_image, pointing, .. }) in sizes {
                        td class="number first" { (decimals(*iou)) }
                        (figure(*mean_iou_per_image))
                        (figure(*pointing))
                    }
                } } }
            } }
        }
    }
}

/// IoU of each class; a single class is already in the main table.
fn classes(results: &[StageResult]) -> Markup {
    let rows: Vec<_> = results.iter().filter(|result| result.classes.len() > 1).collect();
    html! {
        @if let Some(first) = rows.first() {
            h3 { "IoU by class" }
            div class="scroll" { table {
                thead { tr {
                    th { "stage" } th { "engine" }
                    @for class in &first.classes { th class="number" { (class.name) } }
                } }
                tbody { @for result in &rows { tr {
                    (name_cells(result))
                    @for class in &result.classes { (figure(class.iou)) }
                } } }
            } }
        }
    }
}

fn parity_line(parity: Parity) -> Markup {
    let equal = parity.mismatches == 0 && parity.values_compared > 0;
    html! {
        p class=(if equal { "parity equal" } else { "parity different" }) {
            @if equal { "✓ The device's integer core and the host model agree bit for bit: " }
            @else { "✗ The device's integer core and the host model do not agree: " }
            (grouped(parity.images)) " images, " (grouped(parity.values_compared)) " values compared, "
            (grouped(parity.mismatches)) " mismatches."
        }
    }
}

/// Whether the mask that ignores the image reaches a larger IoU than the last result.
fn control_wins(metrics: &Metrics) -> bool {
    let control = metrics.controls.and_then(|controls| controls.constant_mask?.iou);
    let reached = metrics.results.last().and_then(|result| result.iou);
    reached.zip(control).is_some_and(|(reached, control)| reached < control)
}

fn is_multi_label(metrics: &Metrics) -> bool {
    metrics.results.iter().any(|result| result.map.is_some())
}

fn name_cells(result: &StageResult) -> Markup {
    html! { td { (result.id.stage) } td { (result.id.engine.name()) } }
}

fn threshold(result: &StageResult) -> Markup {
    let source = result.threshold_source.map(|source| match source {
        ThresholdSource::Labels => " from labels",
        ThresholdSource::Masks => " from masks",
    });
    html! {
        @if let Some(level) = result.threshold { (level) small { (source.unwrap_or_default()) } } @else { (DASH) }
    }
}

fn figure(value: Option<f64>) -> Markup {
    html! { td class="number" { (decimals(value)) } }
}

fn decimals(value: Option<f64>) -> String {
    value.map_or(DASH.to_owned(), |value| format!("{value:.3}"))
}

/// Digits in groups of three, narrow spaces between.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_in_threes() {
        assert_eq!([0, 999, 1000, 12_345_678].map(grouped), ["0", "999", "1\u{202f}000", "12\u{202f}345\u{202f}678"]);
    }

    #[test]
    fn nothing_compared_is_no_agreement() {
        let line =
            |values_compared, mismatches| parity_line(Parity { images: 1, values_compared, mismatches }).into_string();
        assert!(line(10, 0).contains("parity equal"));
        assert!(line(10, 1).contains("parity different") && line(0, 0).contains("parity different"));
    }
}
