//! Copies of the network in training, one a device.

use candle_core::{Device, Result};

use super::Devices;
use super::gradients::{Gradients, PartGradients, Sum};
use crate::float::{FloatError, FloatNetwork};

/// A network where it is computed. On the CPU alone that is the network itself.
pub struct Replicas<'a> {
    original: &'a FloatNetwork,
    /// One a device, in their order; none where the CPU alone computes.
    copies: Vec<FloatNetwork>,
    sum: &'a Sum,
}

impl<'a> Replicas<'a> {
    /// On all devices.
    ///
    /// # Errors
    /// [`FloatError::Compute`] when memory for the tensors cannot be had.
    pub fn on_all(original: &'a FloatNetwork, devices: &'a Devices) -> std::result::Result<Self, FloatError> {
        Self::on(original, &devices.all, &devices.sum)
    }

    /// On the first device, for a forward pass.
    ///
    /// # Errors
    /// As [`Self::on_all`].
    pub fn on_first(original: &'a FloatNetwork, devices: &Devices) -> std::result::Result<Self, FloatError> {
        Self::on(original, &devices.all[..1], &Sum::OnHost)
    }

    fn on(original: &'a FloatNetwork, devices: &[Device], sum: &'a Sum) -> std::result::Result<Self, FloatError> {
        let copies = match devices {
            [Device::Cpu] => Vec::new(),
            _ => devices.iter().map(|device| original.copied_to(device)).collect::<std::result::Result<_, _>>()?,
        };
        Ok(Self { original, copies, sum })
    }

    /// The network that is trained, on the CPU.
    pub(in super::super) fn original(&self) -> &'a FloatNetwork {
        self.original
    }

    /// On the first device.
    pub fn first(&self) -> &FloatNetwork {
        self.all()[0]
    }

    /// One a device.
    pub(in super::super) fn all(&self) -> Vec<&FloatNetwork> {
        if self.copies.is_empty() { vec![self.original] } else { self.copies.iter().collect() }
    }

    /// The sum of the devices' gradients, one part a device.
    pub(in super::super) fn sum(&self, parts: Vec<PartGradients>) -> Result<Gradients> {
        self.sum.of(parts)
    }

    /// Gives the copies the weights that the original has now.
    pub(in super::super) fn update(&self) -> Result<()> {
        for copy in &self.copies {
            for ((_, original), (_, var)) in self.original.trainable().zip(copy.trainable()) {
                var.set(&original.as_detached_tensor().to_device(var.device())?)?;
            }
        }
        Ok(())
    }
}
