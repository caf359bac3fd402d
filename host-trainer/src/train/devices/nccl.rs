//! Sums over GPUs by NCCL, all in this process.

use std::fmt;

use candle_core::cuda_backend::cudarc::nccl::result::NcclError;
use candle_core::cuda_backend::cudarc::nccl::{Comm, ReduceOp, group_end, group_start};
use candle_core::{Device, Error, Result, Storage, Tensor, bail};

/// GPUs that are connected.
pub(super) struct Group {
    devices: Vec<Device>,
    /// One a device.
    ranks: Vec<Comm>,
}

impl fmt::Debug for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Group").field("devices", &self.devices).finish_non_exhaustive()
    }
}

impl Group {
    /// Connects different GPUs, at least one.
    pub fn connect(devices: &[Device]) -> Result<Self> {
        let streams = devices.iter().map(|device| Ok(device.as_cuda_device()?.cuda_stream())).collect::<Result<_>>()?;
        let ranks = Comm::from_devices(streams).map_err(failed)?;
        Ok(Self { devices: devices.to_vec(), ranks })
    }

    /// The devices, in the order of ranks.
    pub fn devices(&self) -> &[Device] {
        &self.devices
    }

    /// The sum of f32 vectors of one length, one on each device in their order.
    pub fn sum(&self, vectors: &[Tensor]) -> Result<Vec<f32>> {
        let mut sums = Vec::with_capacity(vectors.len());
        for (vector, device) in vectors.iter().zip(&self.devices) {
            sums.push(device.as_cuda_device()?.alloc_zeros::<f32>(vector.elem_count())?);
        }
        // One thread starts all ranks: none may wait for another before the group ends.
        group_start().map_err(failed)?;
        let started = self.ranks.iter().zip(vectors).zip(&mut sums).try_for_each(|((rank, vector), sum)| {
            let vector = vector.contiguous()?;
            let (storage, layout) = vector.storage_and_layout();
            let (Storage::Cuda(storage), Some((start, end))) = (&*storage, layout.contiguous_offsets()) else {
                bail!("gradients: found a tensor on another device, expected a GPU");
            };
            let values = storage.as_cuda_slice::<f32>()?.slice(start..end);
            rank.all_reduce(&values, sum, &ReduceOp::Sum).map_err(failed)?;
            Ok(())
        });
        group_end().map_err(failed)?;
        started?;
        match (sums.into_iter().next(), self.devices.first()) {
            // Every rank has the sum.
            (Some(sum), Some(device)) => device.as_cuda_device()?.clone_dtoh(&sum),
            _ => Ok(Vec::new()),
        }
    }
}

/// NCCL's errors have a code and no words.
fn failed(error: NcclError) -> Error {
    Error::msg(format!("NCCL: {:?}", error.0))
}
