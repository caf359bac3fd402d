//! What the final network reaches, in a few large figures and whole sentences; and what it does not.

use maud::{Markup, html};

use super::results::{final_result, winning_controls};
use crate::metrics::{Metrics, StageResult};

/// Large figures with what they mean; nothing without results.
pub(super) fn section(metrics: &Metrics, finding: &str) -> Markup {
    let Some(result) = final_result(metrics) else { return html! {} };
    let baseline = metrics.results.iter().find(|other| other.id.engine == result.id.engine && other.id.stage == 0);
    let cards = [which(result), pointing(result), detection(result, finding), overlap(metrics, result, baseline)];
    html! {
        section class="headline" {
            p {
                "On " b { (metrics.images) " images that it had never seen" } ", the "
                @if result.id.stage == 0 { "network without deconvolution stages" }
                @else { "network with " (result.id.stage) " deconvolution stages" }
                " reaches:"
            }
            div class="cards" { @for (figure, meaning) in cards.into_iter().flatten() {
                div { b { (figure) } p { (meaning) } }
            } }
            @for control in winning_controls(metrics) {
                p class="warning" {
                    "The control “" (control) "” overlaps the truth more than this network does at its stored threshold: "
                    "these masks do not show yet that the method pays here."
                }
            }
        }
    }
}

/// A figure and its meaning.
type Card = Option<(String, Markup)>;

fn percent(share: f64) -> String {
    format!("{:.0}\u{a0}%", 100.0 * share)
}

fn which(result: &StageResult) -> Card {
    let (figure, meaning) = match (result.auc, result.map) {
        (Some(auc), _) => (
            percent(auc),
            "of pairs, one image with the finding and one without, are put in the right order by \
            the score (AUC; guessing: 50 %).",
        ),
        (None, Some(map)) => (percent(map), "mean average precision of the scores over the classes (mAP)."),
        (None, None) => return None,
    };
    Some((figure, html! { (meaning) }))
}

fn pointing(result: &StageResult) -> Card {
    let pointing = result.pointing?;
    Some((percent(pointing), html! { "of the findings are hit by the strongest evidence (pointing)." }))
}

fn detection(result: &StageResult, finding: &str) -> Card {
    let detection = result.detection?;
    let alarms = result.false_alarm_rate.map(percent);
    Some((
        percent(detection),
        html! {
            "of the images with " (finding) " have a mask that touches it"
            @if let Some(alarms) = alarms { "; " (alarms) " of those without show a mask anywhere" }
            "."
        },
    ))
}

fn overlap(metrics: &Metrics, result: &StageResult, baseline: Option<&StageResult>) -> Card {
    let iou = result.iou?;
    let constant = metrics.controls.as_ref().and_then(|controls| controls.constant_mask?.iou);
    let baseline = baseline.filter(|baseline| baseline.id != result.id).and_then(|baseline| baseline.iou);
    Some((
        format!("{iou:.2}"),
        html! {
            "overlap of masks and true outlines (IoU; 1 is perfect)."
            @if let Some(baseline) = baseline { " Without deconvolution: " (format!("{baseline:.2}")) "." }
            @if let Some(constant) = constant { " A mask that ignores the image: " (format!("{constant:.2}")) "." }
        },
    ))
}
