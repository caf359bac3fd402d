//! What the device says about itself, in words.

use fixed::types::I16F16;
use switchback::model::Model;
use switchback::model::spec::{MAX_CLASSES, MapActivation};
use switchback::ops::softmax;
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
            let percent = if one_label { share(scores, class) } else { (100 * score.to_bits() + (1 << 15)) >> 16 };
            let percent = percent.clamp(0, 100) as u8;
            defmt::info!("{=str}: {=u8} % (score {=i32} / 65536)", self.class_name(class), percent, score.to_bits());
        }
        if scores.len() == 2 {
            // The operating point is the model's, not one half.
            defmt::info!("decision: {=str}", self.class_name(inference.is_positive().into()));
        }
    }
}

/// The probability of one class among exclusive ones, in percent. For people: the decision was made before.
fn share(scores: &[I16F16], class: usize) -> i32 {
    let mut logits = [0; MAX_CLASSES];
    for (logit, score) in logits.iter_mut().zip(scores) {
        *logit = score.to_bits();
    }
    let mut shares = [0; MAX_CLASSES];
    softmax(logits.get(..scores.len()).unwrap_or_default(), &mut shares);
    (100 * shares.get(class).map_or(0, |&share| i32::from(share)) + 127) / 255
}
