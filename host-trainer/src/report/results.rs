//! The result tables, the controls below the stages, and the parity line.

use maud::{Markup, html};

use super::by_size;
use crate::metrics::threshold::ThresholdSource;
use crate::metrics::{Engine, Metrics, Parity, StageResult, ThresholdResult};

/// Shown where a figure was not measured.
const DASH: &str = "–";
const CONSTANT_MASK: &str = "best constant mask";

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
            @if !has_masks {
                p class="note" { "The data set has no masks for this split, so only the scores can be judged." }
            }
            (meanings(metrics))
            (by_size::table(metrics))
            (classes(&metrics.results))
            @if let Some(parity) = metrics.parity { (parity_line(parity)) }
        }
    }
}

fn stages(metrics: &Metrics) -> Markup {
    let multi_label = is_multi_label(metrics);
    let controls = metrics.controls.iter().flat_map(|controls| &controls.networks);
    let constant_mask = metrics.controls.as_ref().and_then(|controls| controls.constant_mask);
    html! {
        div class="scroll" { table {
            thead { tr {
                th { "stage" } th { "engine" }
                th class="number" { (if multi_label { "mAP" } else { "AUC" }) }
                th class="number" { "IoU" }
                th class="number" { "IoU per image" }
                th class="number" { "pointing" }
                th class="number" { "detection" }
                th class="number" { "million MACs" }
                @if !multi_label {
                    th class="number first" { "stored threshold" }
                    th class="number" { "false alarms" }
                    th class="number first" { "IoU, threshold from labels" }
                    th class="number" { "IoU, threshold from masks" }
                }
            } }
            tbody {
                @for result in &metrics.results { tr {
                    td { (result.id.stage) } td { (result.id.engine.name()) }
                    (figure_cells(result, multi_label))
                } }
                @for control in controls { tr class="control" {
                    td { (control.name) } td { (control.result.id.engine.name()) }
                    (figure_cells(&control.result, multi_label))
                } }
                @if let Some(control) = constant_mask { tr class="control" {
                    td colspan="2" { (CONSTANT_MASK) }
                    td class="number" { (DASH) }
                    (figure(control.iou))
                    (figure(control.mean_iou_per_image))
                    td colspan=(if multi_label { 3 } else { 7 }) {}
                } }
            }
        } }
    }
}

fn figure_cells(result: &StageResult, multi_label: bool) -> Markup {
    html! {
        (figure(result.auc.or(result.map)))
        (figure(result.iou))
        (figure(result.mean_iou_per_image))
        (figure(result.pointing))
        (figure(result.detection))
        td class="number" { (result.macs.map_or(DASH.to_owned(), |macs| format!("{:.1}", macs as f64 / 1e6))) }
        @if !multi_label {
            td class="number first" { (threshold(result)) }
            (figure(result.false_alarm_rate))
            td class="number first" { (at(result.at_label_threshold)) }
            td class="number" { (at(result.at_mask_threshold)) }
        }
    }
}

fn at(result: Option<ThresholdResult>) -> Markup {
    html! {
        @match result {
            Some(at) => { (format!("{:.3}", at.iou)) small { " at " (at.threshold) } },
            None => (DASH),
        }
    }
}

fn meanings(metrics: &Metrics) -> Markup {
    let multi_label = is_multi_label(metrics);
    let scores = if multi_label { MULTI_LABEL_MEANINGS } else { BINARY_MEANINGS };
    let threshold = if multi_label { &[] } else { THRESHOLD_MEANINGS };
    let rate = metrics.allowed_false_alarm_rate.map(|rate| format!("{} %", 100.0 * rate));
    html! {
        details {
            summary { "What the figures mean" }
            dl class="meanings" {
                @for (name, meaning) in [ROW_MEANINGS, scores, PIXEL_MEANINGS, threshold, CONTROL_MEANINGS].concat() {
                    dt { (name) } dd { (meaning) }
                }
                @if let Some(rate) = rate {
                    dt { "from labels" }
                    dd {
                        "The lowest threshold at which at most " (rate) " of the validation images without the finding show a "
                        "mask anywhere, but between 20 and 40 % of the strongest evidence that those with it usually show; "
                        "it needs no outline."
                    }
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
    ("detection", "Share of positive images whose mask touches the true outline, if only by a pixel."),
    ("million MACs", "Multiplications and additions an image costs: what a device's time depends on."),
];
const THRESHOLD_MEANINGS: Meanings = &[
    (
        "stored threshold",
        "Evidence level, 1 to 255, from which on a pixel is in the mask; chosen on the validation split and stored in the \
         model. All figures left of it are measured there.",
    ),
    ("false alarms", "Share of images without the finding that show a mask somewhere at the stored threshold."),
    ("from masks", "The threshold with the best IoU on the validation split's true outlines; for comparison."),
];
const CONTROL_MEANINGS: Meanings = &[
    (CONSTANT_MASK, "A control: one mask for all images, chosen on the validation split, blind to the image."),
    ("other rows in italics", "Controls: other networks, trained on the same images and judged the same way."),
];

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
                    td { (result.id.stage) } td { (result.id.engine.name()) }
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

/// Names of the controls that reach a larger IoU than the last result.
pub(super) fn winning_controls(metrics: &Metrics) -> Vec<&str> {
    let Some(reached) = final_result(metrics).and_then(|result| result.iou) else { return Vec::new() };
    let controls = metrics.controls.iter();
    let constant = controls.clone().filter_map(|controls| Some((CONSTANT_MASK, controls.constant_mask?.iou?)));
    let networks = controls.flat_map(|controls| &controls.networks);
    let networks = networks.filter_map(|control| Some((control.name.as_str(), control.result.iou?)));
    constant.chain(networks).filter(|&(_, iou)| iou > reached).map(|(name, _)| name).collect()
}

/// What the page is about: the last row of the tables, which is the final stage with integers where there are any.
pub(super) fn final_result(metrics: &Metrics) -> Option<&StageResult> {
    metrics.results.last()
}

/// The integer rows where there are any, as they are what runs on a device, else all; then the control networks, marked
/// as such.
pub(super) fn shown(metrics: &Metrics) -> impl Iterator<Item = (String, bool, &StageResult)> {
    let has_integers = metrics.results.iter().any(|result| result.id.engine == Engine::Int8);
    let stages = metrics.results.iter().filter(move |result| !has_integers || result.id.engine == Engine::Int8);
    let controls = metrics.controls.iter().flat_map(|controls| &controls.networks);
    stages
        .map(|result| (result.id.stage.to_string(), false, result))
        .chain(controls.map(|control| (control.name.clone(), true, &control.result)))
}

fn is_multi_label(metrics: &Metrics) -> bool {
    metrics.results.iter().any(|result| result.map.is_some())
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

/// A cell with a figure.
pub(super) fn figure(value: Option<f64>) -> Markup {
    number("number", value)
}

/// A cell of the given classes with a figure.
pub(super) fn number(classes: &str, value: Option<f64>) -> Markup {
    html! { td class=(classes) { (value.map_or(DASH.to_owned(), |value| format!("{value:.3}"))) } }
}

/// Digits in groups of three, narrow spaces between.
pub fn grouped(number: u64) -> String {
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
