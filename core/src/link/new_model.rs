//! Whether a new model may become current on this device.

use super::refusal::UpdateError;
use crate::model::Model;
use crate::stream::Plan;

/// Checks that `bytes` are a model of this version, that `plan` is its plan with kernels that are linked here, and that both fit an
/// arena of `arena_bytes`.
///
/// # Errors
/// [`UpdateError::NotAModel`], [`UpdateError::ForeignPlan`], [`UpdateError::ArenaTooSmall`].
pub fn check_new_model(bytes: &[u8], plan: &[u8], arena_bytes: usize) -> Result<(), UpdateError> {
    let model = Model::parse(bytes).map_err(|_| UpdateError::NotAModel)?;
    let plan = Plan::read(model.network(), plan).map_err(|_| UpdateError::ForeignPlan)?;
    if !plan.is_linked(model.network()) {
        return Err(UpdateError::ForeignPlan);
    }
    // Arenas of devices have 32-bit lengths.
    let (found, expected) = (arena_bytes as u32, plan.arena_bytes() as u32);
    if expected > found { Err(UpdateError::ArenaTooSmall { found, expected }) } else { Ok(()) }
}
