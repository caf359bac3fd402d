//! Loss over steps, a plot a training phase.

use maud::{Markup, PreEscaped, html};
use plotters::prelude::*;

use super::chart::{self, Axes, DrawError, Ticks, swatch};
use super::{LossRow, ReportError};

/// Points of the drawn batch loss: more cannot be told apart at that size.
const POINTS: usize = 260;
/// The moving average reaches this part of a phase to either side.
const REACH: usize = 50;
/// Colours that stand out on light and on dark paper.
const BATCH: RGBColor = RGBColor(125, 160, 215);
const AVERAGE: RGBColor = RGBColor(38, 110, 215);
const VALIDATION: RGBColor = RGBColor(230, 110, 30);

/// The section with every phase's curve; nothing without a log.
pub(super) fn section(log: &[LossRow]) -> Result<Markup, ReportError> {
    if log.is_empty() {
        return Ok(html! {});
    }
    let figures = log.chunk_by(|a, b| a.phase == b.phase).map(figure).collect::<Result<Vec<_>, _>>()?;
    let has_validation = log.iter().any(|row| row.validation.is_some());
    Ok(html! {
        section {
            h2 { "Training" }
            p {
                "Loss over optimizer steps, phase after phase: lower is better. "
                (swatch(BATCH)) "each batch "
                (swatch(AVERAGE)) "moving average "
                @if has_validation { (swatch(VALIDATION)) "validation split" }
            }
            div class="curves" { @for figure in figures { (figure) } }
        }
    })
}

/// The plot of one phase, with its learning rates and how it ended.
fn figure(rows: &[LossRow]) -> Result<Markup, ReportError> {
    let phase = &rows[0].phase;
    let batch: Vec<(f64, f64)> = finite(rows.iter().map(|row| (row.step, row.loss)));
    let validation: Vec<(f64, f64)> = finite(rows.iter().filter_map(|row| Some((row.step, row.validation?))));
    let average = moving_average(&batch, batch.len() / REACH);
    let lost = rows.len() - batch.len();
    let (first, last) = (rows[0].learning_rate, rows[rows.len() - 1].learning_rate);
    let svg = if batch.is_empty() {
        String::new()
    } else {
        plot(&batch, &average, &validation).map_err(|source| ReportError::Curve { phase: phase.clone(), source })?
    };
    Ok(html! {
        figure {
            (PreEscaped(svg))
            figcaption {
                b { (phase) } " · " (rows.len()) " steps · learning rate " (significant(first))
                @if last != first { " → " (significant(last)) }
                @if let Some(&(_, loss)) = average.last() { " · loss at the end " (format!("{loss:.3}")) }
                @if lost > 0 { " · " span class="bad" { (lost) " steps without a finite loss" } }
            }
        }
    })
}

fn finite(points: impl Iterator<Item = (u64, f64)>) -> Vec<(f64, f64)> {
    points.filter(|(_, loss)| loss.is_finite()).map(|(step, loss)| (step as f64, loss)).collect()
}

/// The mean of each point and up to `reach` points on either side.
fn moving_average(points: &[(f64, f64)], reach: usize) -> Vec<(f64, f64)> {
    let mean = |window: &[(f64, f64)]| window.iter().map(|point| point.1).sum::<f64>() / window.len() as f64;
    let window = |at: usize| &points[at.saturating_sub(reach)..points.len().min(at + reach + 1)];
    points.iter().enumerate().map(|(at, point)| (point.0, mean(window(at)))).collect()
}

/// `value` with three significant digits and no zeros at its end.
fn significant(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return value.to_string();
    }
    let decimals = (2 - value.abs().log10().floor() as i32).clamp(0, 12) as usize;
    let digits = format!("{value:.decimals$}");
    if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.').to_owned() } else { digits }
}

/// At most [`POINTS`] points: means of equal runs.
fn thinned(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    points
        .chunks(points.len().div_ceil(POINTS).max(1))
        .map(|run| {
            let count = run.len() as f64;
            (run.iter().map(|point| point.0).sum::<f64>() / count, run.iter().map(|point| point.1).sum::<f64>() / count)
        })
        .collect()
}

/// The largest loss to make room for. A few spikes may be cut off: they would flatten the rest.
fn top(batch: &[(f64, f64)], validation: &[(f64, f64)]) -> f64 {
    let mut losses: Vec<f64> = batch.iter().map(|point| point.1).collect();
    losses.sort_by(f64::total_cmp);
    let usual = losses[(losses.len() - 1) * 99 / 100];
    let highest = validation.iter().map(|point| point.1).fold(usual, f64::max);
    if highest > 0.0 { 1.08 * highest } else { 1.0 }
}

fn plot(batch: &[(f64, f64)], average: &[(f64, f64)], validation: &[(f64, f64)]) -> Result<String, DrawError> {
    let top = top(batch, validation);
    let (first, last) = (batch[0].0, batch[batch.len() - 1].0);
    // A single step still needs an axis with two ends.
    let last = if last > first { last } else { first + 1.0 };
    let axes = Axes { x: first..last, y: 0.0..top, x_name: "step", y_name: "", x_ticks: Ticks::Decimals(0) };
    chart::svg(&axes, |chart| {
        let cut = |points: Vec<(f64, f64)>| points.into_iter().map(move |(step, loss)| (step, loss.min(top)));
        chart.draw_series(LineSeries::new(cut(thinned(batch)), BATCH.mix(0.8)))?;
        chart.draw_series(LineSeries::new(cut(thinned(average)), AVERAGE.stroke_width(3)))?;
        chart.draw_series(LineSeries::new(cut(validation.to_vec()), VALIDATION.stroke_width(3)).point_size(4))?;
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_average_looks_to_both_sides() {
        let points = [(1.0, 4.0), (2.0, 2.0), (3.0, 0.0)];
        assert_eq!(moving_average(&points, 1), [(1.0, 3.0), (2.0, 2.0), (3.0, 1.0)]);
        assert_eq!(moving_average(&points, 0), points);
    }

    #[test]
    fn learning_rates_keep_three_digits() {
        assert_eq!([0.01, 0.01 / 3.0, 1e-5, 0.0, 1500.0].map(significant), ["0.01", "0.00333", "0.00001", "0", "1500"]);
    }

    #[test]
    fn thinning_keeps_the_mean() {
        let points: Vec<(f64, f64)> = (0..1040).map(|step| (f64::from(step), f64::from(step % 4))).collect();
        let thinned = thinned(&points);
        assert_eq!(thinned.len(), POINTS);
        assert!(thinned.iter().all(|point| point.1 == 1.5));
    }

    #[test]
    fn a_phase_that_diverged_is_told_not_drawn() {
        let row = LossRow { phase: "x".into(), step: 3, loss: f64::NAN, learning_rate: 0.1, validation: None };
        let page = section(&[row]).unwrap().into_string();
        assert!(page.contains("1 steps without a finite loss") && !page.contains("<svg"), "{page}");
        assert_eq!(section(&[]).unwrap().into_string(), "");
    }
}
