//! Stochastic gradient descent with momentum, weight decay and clipping.

use std::collections::BTreeMap;

use candle_core::{Device, Result, Tensor, Var};

use super::devices::Gradients;
use super::recipe::Recipe;

/// The optimizer of one phase.
pub struct Sgd {
    momentum: f32,
    weight_decay: f32,
    clip: Option<f32>,
    /// v of each tensor that ever had a gradient.
    velocities: BTreeMap<String, Vec<f32>>,
}

impl Sgd {
    /// At rest.
    pub fn new(recipe: &Recipe) -> Self {
        Self::resumed(recipe, BTreeMap::new())
    }

    /// With velocities by tensor name.
    pub(super) fn resumed(recipe: &Recipe, velocities: BTreeMap<String, Vec<f32>>) -> Self {
        Self { momentum: recipe.momentum, weight_decay: recipe.weight_decay, clip: recipe.clip, velocities }
    }

    /// Velocities by tensor name.
    pub(super) fn velocities(&self) -> &BTreeMap<String, Vec<f32>> {
        &self.velocities
    }

    /// Moves every tensor that has a gradient: v = momentum * v + clipped gradient + decay * w, w -= rate * v.
    ///
    /// Returns the norm of the gradient before clipping; when that is not finite, nothing moves.
    pub(super) fn step<'a>(
        &mut self,
        tensors: impl Iterator<Item = (&'a str, &'a Var)>,
        gradients: &Gradients,
        rate: f32,
    ) -> Result<f32> {
        let squares: f64 = gradients.elements().map(|g| f64::from(g) * f64::from(g)).sum();
        let norm = squares.sqrt() as f32;
        if !norm.is_finite() {
            return Ok(norm);
        }
        let scale = self.clip.map_or(1.0, |clip| if norm > clip { clip / norm } else { 1.0 });
        for (name, var) in tensors {
            let Some(gradient) = gradients.get(name) else { continue };
            let mut weights = var.flatten_all()?.to_vec1::<f32>()?;
            let velocity = self.velocities.entry(name.into()).or_insert_with(|| vec![0.0; weights.len()]);
            for ((w, v), g) in weights.iter_mut().zip(velocity).zip(gradient) {
                *v = self.momentum * *v + scale * g + self.weight_decay * *w;
                *w -= rate * *v;
            }
            var.set(&Tensor::from_vec(weights, var.shape(), &Device::Cpu)?)?;
        }
        Ok(norm)
    }
}

#[cfg(test)]
mod tests {
    use switchback::model::spec::{InputSpec, NetworkSpec};

    use super::super::devices::PartGradients;
    use super::*;

    fn recipe() -> Recipe {
        let input = InputSpec { width: 32, height: 32, channels: 1 };
        let recipe = Recipe::default_for(&NetworkSpec::table1(0.125, input, 2));
        Recipe { momentum: 0.5, weight_decay: 0.25, clip: Some(5.0), ..recipe }
    }

    /// Of the sum of `pieces`, by the name w.
    fn gradients(w: &Var, pieces: &[Tensor]) -> Result<Gradients> {
        let mut part = PartGradients::default();
        for piece in pieces {
            part.add([("w", w)].into_iter(), &piece.backward()?)?;
        }
        Gradients::on_host(vec![part])
    }

    #[test]
    fn momentum_decay_and_clipping() -> Result<()> {
        let w = Var::new(&[4.0_f32, 0.0], &Device::Cpu)?;
        // Gradient (30, 40): norm 50, clipped to (3, 4).
        let direction = Tensor::new(&[30.0_f32, 40.0], &Device::Cpu)?;
        let objective = |part: f64| ((w.as_tensor() * &direction)? * part)?.sum_all();
        let gradients = gradients(&w, &[objective(0.25)?, objective(0.75)?])?;
        let mut sgd = Sgd::new(&recipe());
        let mut step = || sgd.step([("w", &w)].into_iter(), &gradients, 0.5);
        // v = (3 + 1, 4); w = (4 - 2, -2).
        assert_eq!(step()?, 50.0);
        assert_eq!(w.to_vec1::<f32>()?, [2.0, -2.0]);
        // v = (2 + 3 + 0.5, 2 + 4 - 0.5); w -= v / 2.
        step()?;
        assert_eq!(w.to_vec1::<f32>()?, [2.0 - 2.75, -2.0 - 2.75]);
        Ok(())
    }

    #[test]
    fn nothing_moves_on_a_gradient_that_is_not_a_number() -> Result<()> {
        let w = Var::new(&[1.0_f32], &Device::Cpu)?;
        let gradients = gradients(&w, &[(w.as_tensor() * f64::NAN)?.sum_all()?])?;
        assert!(Sgd::new(&recipe()).step([("w", &w)].into_iter(), &gradients, 0.5)?.is_nan());
        assert_eq!(w.to_vec1::<f32>()?, [1.0]);
        Ok(())
    }
}
