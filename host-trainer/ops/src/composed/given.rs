//! A value that is computed already, in candle's graph with a gradient of its own.

use std::sync::Mutex;

use candle_core::backend::BackendStorage;
use candle_core::{CpuStorage, CudaStorage, CustomOp3, Layout, Result, Shape, Storage, Tensor, bail};

/// Gradients of three arguments; `None` for one that needs none.
pub(super) type Gradients = (Option<Tensor>, Option<Tensor>, Option<Tensor>);

/// `value`, a contiguous tensor, as a function of `arguments`. `gradients` is given the arguments, detached, with whether
/// each of them needs a gradient, the value and the gradient of it.
pub(super) fn given(
    name: &'static str,
    value: Tensor,
    arguments: [&Tensor; 3],
    gradients: impl Fn([(&Tensor, bool); 3], &Tensor, &Tensor) -> Result<Gradients> + Send + Sync + 'static,
) -> Result<Tensor> {
    if !arguments.iter().any(|argument| argument.track_op()) {
        return Ok(value);
    }
    let [a, b, c] = arguments;
    a.apply_op3(b, c, Given { name, value: Mutex::new(Some(value)), gradients })
}

struct Given<G> {
    name: &'static str,
    /// Until the forward pass: the graph keeps the operation, and should not keep a second copy with it.
    value: Mutex<Option<Tensor>>,
    gradients: G,
}

impl<G> Given<G> {
    /// Copies the value's storage, by `of_device`.
    fn copy<S: BackendStorage>(&self, of_device: impl Fn(&Storage) -> Option<&S>) -> Result<(S, Shape)> {
        let Some(value) = self.value.lock().ok().and_then(|mut value| value.take()) else {
            bail!("{}: found a second forward pass of one operation", self.name);
        };
        let (storage, layout) = value.storage_and_layout();
        match of_device(&storage) {
            Some(storage) => Ok((storage.try_clone(layout)?, layout.shape().clone())),
            None => bail!("{}: found a value on another device than the arguments", self.name),
        }
    }
}

impl<G> CustomOp3 for Given<G>
where
    G: Fn([(&Tensor, bool); 3], &Tensor, &Tensor) -> Result<Gradients> + Send + Sync,
{
    fn name(&self) -> &'static str {
        self.name
    }

    fn cpu_fwd(
        &self,
        _: &CpuStorage,
        _: &Layout,
        _: &CpuStorage,
        _: &Layout,
        _: &CpuStorage,
        _: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        self.copy(|storage| match storage {
            Storage::Cpu(storage) => Some(storage),
            _ => None,
        })
    }

    fn cuda_fwd(
        &self,
        _: &CudaStorage,
        _: &Layout,
        _: &CudaStorage,
        _: &Layout,
        _: &CudaStorage,
        _: &Layout,
    ) -> Result<(CudaStorage, Shape)> {
        self.copy(|storage| match storage {
            Storage::Cuda(storage) => Some(storage),
            _ => None,
        })
    }

    fn bwd(&self, a: &Tensor, b: &Tensor, c: &Tensor, value: &Tensor, gradient: &Tensor) -> Result<Gradients> {
        let tracked = [a, b, c].map(Tensor::track_op);
        let [a, b, c] = [a, b, c].map(Tensor::detach);
        let arguments = [(&a, tracked[0]), (&b, tracked[1]), (&c, tracked[2])];
        (self.gradients)(arguments, &value.detach(), gradient)
    }
}
