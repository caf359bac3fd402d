//! Reading the f32 values behind a contiguous candle tensor.

use std::ops::Deref;

use candle_core::{CpuStorage, Layout, Result, Storage, Tensor, bail};

/// The values of a contiguous f32 tensor, in row-major order.
///
/// # Errors
/// When the storage is not f32 or the layout not contiguous.
pub(super) fn values<'a>(storage: &'a CpuStorage, layout: &Layout, op: &str) -> Result<&'a [f32]> {
    let Some((start, end)) = layout.contiguous_offsets() else {
        bail!("{op}: found strides {:?}, expected a contiguous tensor", layout.stride());
    };
    Ok(&storage.as_slice::<f32>()?[start..end])
}

/// A tensor held for reading in a backward pass.
pub(super) struct Held<'a, Guard> {
    storage: Guard,
    layout: &'a Layout,
}

/// Holds `tensor` for reading; it cannot be written until the result is dropped.
pub(super) fn hold(tensor: &Tensor) -> Held<'_, impl Deref<Target = Storage>> {
    let (storage, layout) = tensor.storage_and_layout();
    Held { storage, layout }
}

impl<Guard: Deref<Target = Storage>> Held<'_, Guard> {
    /// Its values, see [`values`].
    pub fn values(&self, op: &str) -> Result<&[f32]> {
        match &*self.storage {
            Storage::Cpu(storage) => values(storage, self.layout, op),
            _ => bail!("{op}: found a tensor on another device, expected the CPU"),
        }
    }
}
