//! The table by lesion size: a row a stage, and the controls below.

use maud::{Markup, html};

use super::results::{figure, number, shown};
use crate::metrics::{Metrics, SizeResult};

/// The heading and the table; nothing without masks.
pub(super) fn table(metrics: &Metrics) -> Markup {
    let rows: Vec<_> =
        shown(metrics).filter_map(|(name, control, result)| Some((name, control, result.by_size?.named()))).collect();
    html! {
        @if let Some((_, _, sizes)) = rows.first() {
            h3 { "By size of the finding" }
            p {
                "Thirds of the positive images, ordered by the area of the true outline. Detection: the share of images "
                "whose mask touches the finding."
            }
            div class="scroll" { table {
                thead {
                    tr {
                        th rowspan="2" { "stage" }
                        @for (name, size) in sizes {
                            th class="group" colspan="3" { (name) small { " " (size.images) " images" } }
                        }
                    }
                    tr { @for _ in sizes {
                        th class="number first" { "IoU" }
                        th class="number" { "pointing" }
                        th class="number" { "detection" }
                    } }
                }
                tbody { @for (name, control, sizes) in &rows { tr class=[control.then_some("control")] {
                    td { (name) }
                    @for (_, SizeResult { iou, pointing, detection, .. }) in sizes {
                        (number("number first", *iou))
                        (figure(*pointing))
                        (figure(*detection))
                    }
                } } }
            } }
        }
    }
}
