//! What every stage reaches at every threshold: the ROC curve of the scores, and the overlap of the masks.

use maud::{Markup, PreEscaped, html};
use plotters::prelude::*;

use super::chart::{self, AXIS, Axes, DrawError, STAGE_COLOURS, Ticks, swatch};
use super::{ReportError, StageColumn};

/// The section with both plots; nothing where neither can be drawn. `constant_mask` is the IoU of the control.
pub(super) fn section(stages: &[StageColumn], constant_mask: Option<f64>) -> Result<Markup, ReportError> {
    let roc: Vec<_> = lines(stages, |stage| stage.curves.roc.as_deref());
    let iou: Vec<_> = lines(stages, |stage| stage.curves.iou.as_deref());
    if roc.is_empty() && iou.is_empty() {
        return Ok(html! {});
    }
    let failed = |plot| move |source| ReportError::Plot { plot, source };
    Ok(html! {
        section {
            h2 { "At every threshold" }
            p { "A dot marks the stored threshold, which was chosen on other images than these." }
            div class="curves plots" {
                @if !roc.is_empty() {
                    figure {
                        (PreEscaped(roc_plot(&roc).map_err(failed("ROC curve"))?))
                        figcaption {
                            b { "Which images? " } "Share of images with the finding that are noticed, against the share of "
                            "images without it that raise a false alarm. The nearer to the upper left corner, the better; "
                            "the thin line is guessing."
                            (legend(&roc, |stage| stage.auc.map(|auc| format!(" · AUC {auc:.3}"))))
                        }
                    }
                }
                @if !iou.is_empty() {
                    figure {
                        (PreEscaped(iou_plot(&iou, constant_mask).map_err(failed("IoU against threshold"))?))
                        figcaption {
                            b { "Where? " } "Overlap (IoU) of all masks with the true outlines, against the evidence level "
                            "from which on a pixel is marked. "
                            @if constant_mask.is_some() { "The thin line is the best mask that is the same for every image." }
                            (legend(&iou, |stage| Some(format!(" · threshold {}", stage.threshold))))
                        }
                    }
                }
            }
        }
    })
}

/// A stage with the line that is drawn for it.
struct Line<'a, T> {
    stage: &'a StageColumn,
    colour: RGBColor,
    width: u32,
    points: &'a [T],
}

fn lines<'a, T>(stages: &'a [StageColumn], points: impl Fn(&'a StageColumn) -> Option<&'a [T]>) -> Vec<Line<'a, T>> {
    let line = |(index, stage): (usize, &'a StageColumn)| {
        let width = if index + 1 == stages.len() { 4 } else { 2 };
        Some(Line { stage, colour: STAGE_COLOURS[index % STAGE_COLOURS.len()], width, points: points(stage)? })
    };
    stages.iter().enumerate().filter_map(line).collect()
}

fn legend<T>(lines: &[Line<'_, T>], figure: impl Fn(&StageColumn) -> Option<String>) -> Markup {
    html! {
        ul class="lines" { @for line in lines {
            li { (swatch(line.colour)) (line.stage.name) (figure(line.stage).unwrap_or_default()) }
        } }
    }
}

fn roc_plot(lines: &[Line<'_, (f64, f64)>]) -> Result<String, DrawError> {
    let axes =
        Axes { x: 0.0..1.0, y: 0.0..1.0, x_name: "false alarms", y_name: "noticed", x_ticks: Ticks::Decimals(1) };
    chart::svg(&axes, |chart| {
        chart.draw_series(LineSeries::new([(0.0, 0.0), (1.0, 1.0)], AXIS.stroke_width(1)))?;
        for line in lines {
            chart.draw_series(LineSeries::new(line.points.iter().copied(), line.colour.stroke_width(line.width)))?;
        }
        for line in lines {
            let alarm = line.stage.alarm.iter().map(|&at| Circle::new(at, 6, line.colour.filled()));
            chart.draw_series(alarm)?;
        }
        Ok(())
    })
}

fn iou_plot(lines: &[Line<'_, f64>], constant_mask: Option<f64>) -> Result<String, DrawError> {
    let highest = lines.iter().flat_map(|line| line.points).copied().chain(constant_mask).fold(0.05, f64::max);
    let axes =
        Axes { x: 0.0..255.0, y: 0.0..1.1 * highest, x_name: "threshold", y_name: "IoU", x_ticks: Ticks::Decimals(0) };
    chart::svg(&axes, |chart| {
        if let Some(iou) = constant_mask {
            chart.draw_series(LineSeries::new([(0.0, iou), (255.0, iou)], AXIS.stroke_width(1)))?;
        }
        for line in lines {
            let points = line.points.iter().enumerate().map(|(level, &iou)| (level as f64, iou));
            chart.draw_series(LineSeries::new(points, line.colour.stroke_width(line.width)))?;
        }
        for line in lines {
            let stored = line.points.get(usize::from(line.stage.threshold));
            let at = stored.map(|&iou| Circle::new((f64::from(line.stage.threshold), iou), 6, line.colour.filled()));
            chart.draw_series(at)?;
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Curves;

    fn stage(curves: Curves) -> StageColumn {
        StageColumn { name: "stage 1".into(), threshold: 96, auc: Some(0.875), alarm: Some((0.1, 0.8)), curves }
    }

    #[test]
    fn every_line_has_its_dot_and_its_legend() {
        let curves = Curves {
            roc: Some(vec![(0.0, 0.0), (0.25, 0.9), (1.0, 1.0)]),
            iou: Some((0..256).map(|level| f64::from(level) / 512.0).collect()),
            false_alarms: None,
        };
        let page = section(&[stage(curves.clone()), stage(curves)], Some(0.1)).unwrap().into_string();
        assert_eq!(page.matches("<svg").count(), 2);
        assert_eq!(page.matches("<circle").count(), 4);
        assert_eq!(page.matches("stage 1 · AUC 0.875").count(), 2);
        assert_eq!(page.matches("stage 1 · threshold 96").count(), 2);
        assert!(page.contains("the same for every image"));
    }

    #[test]
    fn what_cannot_be_drawn_is_left_out() {
        assert_eq!(section(&[stage(Curves::default())], None).unwrap().into_string(), "");
        let roc = Curves { roc: Some(vec![(0.0, 0.0), (1.0, 1.0)]), ..Curves::default() };
        let page = section(&[stage(roc)], None).unwrap().into_string();
        assert_eq!((page.matches("<svg").count(), page.contains("Where?")), (1, false));
    }
}
