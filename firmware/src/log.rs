//! What the device says about itself, in words.

use fixed::types::I16F16;
use micromath::F32Ext;
use switchback::model::Model;
use switchback::model::spec::MapActivation;
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
            let probability = if one_label { softmax(scores, class) } else { score.to_num() };
            let percent = (100.0 * probability + 0.5) as u8;
            defmt::info!("{=str}: {=u8} % (score {=i32} / 65536)", self.class_name(class), percent, score.to_bits());
        }
        if scores.len() == 2 {
            // The operating point is the model's, not one half.
            defmt::info!("decision: {=str}", self.class_name(inference.is_positive().into()));
        }
    }
}

/// The probability of one class among exclusive ones. For people: the decision was made before, with integers.
fn softmax(scores: &[I16F16], class: usize) -> f32 {
    let relative = |score: &I16F16| scores.get(class).map_or(0.0, |own| (*score - *own).to_num::<f32>().exp());
    1.0 / scores.iter().map(relative).sum::<f32>()
}
