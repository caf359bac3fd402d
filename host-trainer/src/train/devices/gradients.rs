//! Gradients of the parts of a batch, and their sum over the devices.

use std::collections::BTreeMap;

use candle_core::backprop::GradStore;
use candle_core::{Device, Result, Tensor, Var};

/// Gradients by tensor name of what one device has seen of a batch, where they were computed.
#[derive(Default)]
pub(in super::super) struct PartGradients(BTreeMap<String, Tensor>);

impl PartGradients {
    /// Adds those of one more piece; tensors that it does not reach have none.
    pub fn add<'a>(&mut self, tensors: impl Iterator<Item = (&'a str, &'a Var)>, piece: &GradStore) -> Result<()> {
        for (name, var) in tensors {
            // Detached: what it was computed from is not needed any more.
            let Some(gradient) = piece.get(var).map(Tensor::detach) else { continue };
            let sum = match self.0.get(name) {
                Some(sum) => (sum + gradient)?,
                None => gradient,
            };
            self.0.insert(name.into(), sum);
        }
        Ok(())
    }
}

/// Gradients of a whole batch by tensor name, on the host.
#[derive(Default)]
pub(in super::super) struct Gradients(BTreeMap<String, Vec<f32>>);

impl Gradients {
    /// The sum of parts, copied from where they are and added in their order.
    pub fn on_host(parts: Vec<PartGradients>) -> Result<Self> {
        let mut sums = Self::default();
        for (name, gradient) in parts.into_iter().flat_map(|part| part.0) {
            let gradient = gradient.flatten_all()?.to_vec1::<f32>()?;
            match sums.0.get_mut(&name) {
                Some(sum) => sum.iter_mut().zip(gradient).for_each(|(sum, g)| *sum += g),
                None => _ = sums.0.insert(name, gradient),
            }
        }
        Ok(sums)
    }

    /// That of one tensor, where it has any.
    pub fn get(&self, name: &str) -> Option<&[f32]> {
        self.0.get(name).map(Vec::as_slice)
    }

    /// All elements of all tensors.
    pub fn elements(&self) -> impl Iterator<Item = f32> {
        self.0.values().flatten().copied()
    }
}

/// How gradients are summed over devices.
#[derive(Debug)]
pub(super) enum Sum {
    /// Copied to the host and added there, in the devices' order.
    OnHost,
    /// All-reduced from GPU to GPU.
    #[cfg(feature = "nccl")]
    Nccl(super::nccl::Group),
}

impl Sum {
    /// The best way that is built in for these devices.
    pub fn over(devices: &[Device]) -> Result<Self> {
        #[cfg(feature = "nccl")]
        if devices.len() > 1 {
            return super::nccl::Group::connect(devices).map(Self::Nccl);
        }
        let _ = devices;
        Ok(Self::OnHost)
    }

    /// The sum of the parts, one a device and in their order.
    pub fn of(&self, parts: Vec<PartGradients>) -> Result<Gradients> {
        match self {
            Self::OnHost => Gradients::on_host(parts),
            #[cfg(feature = "nccl")]
            Self::Nccl(group) => by_nccl(group, parts),
        }
    }
}

/// As one long tensor a device. A device without images, at the end of an epoch, takes part with zeros.
#[cfg(feature = "nccl")]
fn by_nccl(group: &super::nccl::Group, parts: Vec<PartGradients>) -> Result<Gradients> {
    let lengths: BTreeMap<String, usize> =
        parts.iter().flat_map(|part| &part.0).map(|(name, gradient)| (name.clone(), gradient.elem_count())).collect();
    let flat = |(part, device): (&PartGradients, &Device)| -> Result<Tensor> {
        let of = |(name, &length): (&String, &usize)| match part.0.get(name) {
            Some(gradient) => gradient.flatten_all(),
            None => Tensor::zeros(length, candle_core::DType::F32, device),
        };
        Tensor::cat(&lengths.iter().map(of).collect::<Result<Vec<_>>>()?, 0)
    };
    let flats = parts.iter().zip(group.devices()).map(flat).collect::<Result<Vec<_>>>()?;
    let mut sum = group.sum(&flats)?.into_iter();
    Ok(Gradients(lengths.into_iter().map(|(name, length)| (name, sum.by_ref().take(length).collect())).collect()))
}
