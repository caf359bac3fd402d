//! From one network of the staged training to the next (section 4.2).

use std::collections::BTreeMap;

use candle_core::Var;
use switchback::model::Network;

use super::error::FloatError;
use super::network::FloatNetwork;
use super::parameters::{Initializer, parameters};

/// What becomes of the class-map weights when a stage is added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewHead {
    /// All new and random: the fine features have to carry the decision.
    Fresh,
    /// What was learned stays and the new stage's are random (the paper).
    Continued,
}

impl FloatNetwork {
    /// A copy of this network for another number of stages of the same encoder, without fully connected layers.
    ///
    /// Tensors of the same name and shape are copied, so that training the result leaves `self` as it is; new
    /// deconvolution biases are zero, and new class-map weights random by `seed`.
    ///
    /// # Errors
    /// [`FloatError::Compute`] when memory for the tensors cannot be had.
    pub fn with_stages(&self, network: Network, head: NewHead, seed: u64) -> Result<Self, FloatError> {
        let mut initializer = Initializer::new(seed);
        let mut tensors = BTreeMap::new();
        for parameter in parameters(&network, self.method().decoding) {
            let kept = head == NewHead::Continued || !parameter.name.starts_with("head.");
            let old = self.tensors().get(&parameter.name).filter(|old| kept && old.dims() == parameter.shape);
            let tensor = match old {
                Some(old) => Var::from_tensor(&old.copy()?.detach())?,
                None => initializer.variable(&parameter)?,
            };
            tensors.insert(parameter.name, tensor);
        }
        Ok(Self::from_tensors(network, self.method(), tensors))
    }
}
