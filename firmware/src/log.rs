//! What the device says about itself, in words.

use switchback::model::Model;
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
        for (class, score) in scores.iter().enumerate() {
            let (name, q16) = (self.class_name(class), score.to_bits());
            #[cfg(feature = "percentages")]
            let percent = application::percent(self.model.network(), scores, class);
            #[cfg(feature = "percentages")]
            defmt::info!("{=str}: {=u8} % (score {=i32} / 65536)", name, percent, q16);
            #[cfg(not(feature = "percentages"))]
            defmt::info!("{=str}: score {=i32} / 65536", name, q16);
        }
        if scores.len() == 2 {
            // The operating point is the model's, not one half.
            defmt::info!("decision: {=str}", self.class_name(inference.is_positive().into()));
        }
    }
}
