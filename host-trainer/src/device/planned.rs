//! A model's plan for a device, as the device stores it beside the model.

use boards::Board;
use switchback::model::Model;
use switchback::stream::{KernelSet, MAX_STORED_PLAN, Plan};

use super::DeviceIdentity;

/// A plan as bytes, and what it takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedModel {
    /// [`Plan::write`].
    pub plan: Vec<u8>,
    /// Bytes of the arena that it needs.
    pub arena_bytes: usize,
    /// The kinds of kernels that it takes.
    pub kinds: KernelSet,
}

impl PlannedModel {
    /// The fastest plan with kernels of `kinds` for a board's arena.
    pub fn on_board(model: &Model<'_>, board: &Board, kinds: KernelSet) -> Self {
        Self::within(model, board.memory.arena.bytes as usize, kinds)
    }

    /// The fastest plan for a device's arena and the kernels that its firmware has.
    pub fn on_device(model: &Model<'_>, device: &DeviceIdentity) -> Self {
        Self::within(model, device.arena_room as usize, device.kernels)
    }

    fn within(model: &Model<'_>, budget: usize, kinds: KernelSet) -> Self {
        let plan = Plan::within_of(model, budget, kinds);
        Self {
            plan: plan.write(&mut [0; MAX_STORED_PLAN]).to_vec(),
            arena_bytes: plan.arena_bytes(),
            kinds: plan.kinds(model.network()),
        }
    }
}
