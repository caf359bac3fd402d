//! The learning rate of a step.

use super::recipe::PhaseRecipe;

/// Learning rate of `step` (from 0, within the phase) in `epoch` (from 0): halved every so many epochs, and rising from
/// nearly nothing over the first `warmup_steps`.
pub(super) fn learning_rate(phase: &PhaseRecipe, warmup_steps: usize, epoch: usize, step: usize) -> f32 {
    let halvings = phase.halve_every.map_or(0, |every| epoch / every);
    let warmth = if step < warmup_steps { (step + 1) as f32 / warmup_steps as f32 } else { 1.0 };
    phase.learning_rate * 0.5_f32.powi(halvings as i32) * warmth
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rises_then_halves() {
        let phase = PhaseRecipe { epochs: 10, learning_rate: 0.8, halve_every: Some(4), patience: None };
        assert_eq!(learning_rate(&phase, 4, 0, 0), 0.2);
        assert_eq!(learning_rate(&phase, 4, 0, 3), 0.8);
        assert_eq!(learning_rate(&phase, 4, 3, 30), 0.8);
        assert_eq!(learning_rate(&phase, 4, 4, 40), 0.4);
        assert_eq!(learning_rate(&phase, 0, 9, 0), 0.2);
        assert_eq!(learning_rate(&PhaseRecipe { halve_every: None, ..phase }, 0, 9, 0), 0.8);
    }
}
