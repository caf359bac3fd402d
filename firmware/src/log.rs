//! What the device says about itself, in words.

use fixed::types::I16F16;
use switchback::model::Model;
use switchback::model::spec::MapActivation;
use switchback::numeric::exp_negative_q31;
use switchback::stream::{Inference, Plan};

use linked::board;

/// Logs what the device runs.
pub fn started(model: &Model<'_>, plan: &Plan) {
    let input = model.network().input();
    defmt::info!(
        "{=str}: model {=u32:08x}, images of {=usize}x{=usize}x{=usize}, {=usize} bytes of arena",
        board::NAME,
        model.crc32(),
        input.width,
        input.height,
        input.channels,
        plan.arena_bytes(),
    );
}

/// Logs what is asked of the device and what it answers.
pub struct Log<'m> {
    model: &'m Model<'m>,
}

impl<'m> Log<'m> {
    /// A log that knows the classes' names.
    pub fn new(model: &'m Model<'m>) -> Self {
        Self { model }
    }

    fn class_name(&self, class: usize) -> &str {
        self.model.header().class_names.get(class).map_or("?", |name| name)
    }

    /// Logs the scores and what was decided.
    pub fn judged(&self, inference: &Inference<'_>) {
        let scores = inference.scores();
        let one_label = self.model.network().spec().head.activation == MapActivation::Relu;
        for (class, score) in scores.iter().enumerate() {
            let percent = if one_label { exclusive_percent(scores, *score) } else { percent(*score) };
            let (name, q16) = (self.class_name(class), score.to_bits());
            defmt::info!("{=str}: {=u8} % (score {=i32} / 65536)", name, percent, q16);
        }
        if scores.len() == 2 {
            // The operating point is the model's, not one half.
            defmt::info!("decision: {=str}", self.class_name(inference.is_positive().into()));
        }
    }
}

/// A probability for people: the decision was made before.
fn percent(probability: I16F16) -> u8 {
    let q16 = probability.clamp(I16F16::ZERO, I16F16::ONE).to_bits();
    ((100 * q16 + (1 << 15)) >> 16) as u8
}

/// The softmax of `scores` at `own`, one of them, for people too.
fn exclusive_percent(scores: &[I16F16], own: I16F16) -> u8 {
    let highest = scores.iter().copied().max().unwrap_or(own);
    // Of 23 bits: a hundred of them are within 32 bits, and so are as many as there can be classes.
    let share = |score: I16F16| exp_negative_q31(highest.to_bits().abs_diff(score.to_bits())) >> 8;
    let total: u32 = scores.iter().map(|&score| share(score)).sum();
    (100 * share(own) + total / 2).checked_div(total).unwrap_or(0) as u8
}
