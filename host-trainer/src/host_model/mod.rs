//! The host model: the numeric contract in candle F64 tensors that hold integers, whole maps at a time.
//!
//! It is what the core is compared with, so it shares no arithmetic with it: from the core it takes the network description
//! and the file format only. Every quantity is an integer below 2^53, which an f64 holds exactly.

mod head;
mod layers;
mod scalars;

use candle_core::{DType, Device, Tensor};
use switchback::model::Model;

/// Everything that the host model computes for one image, channels last, as integers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HostTaps {
    /// `[y][x][channel]`.
    pub input: Vec<i64>,
    /// `[y][x][filter]`, one entry a convolution.
    pub convolutions: Vec<Vec<i64>>,
    /// `[y][x][filter]`, 0 to 3; empty where the convolution does not pool.
    pub switches: Vec<Vec<i64>>,
    /// `[y][x][channel]`, one entry a deconvolution.
    pub deconvolutions: Vec<Vec<i64>>,
    /// `[y][x][map]`, one entry a stage; empty where the head does not read it.
    pub class_sums: Vec<Vec<i64>>,
    /// `[y][x][map]` in Q16.
    pub logits: Vec<i64>,
    /// `[map][y][x]`, 0 to 255.
    pub class_maps: Vec<Vec<i64>>,
    /// `[y][x]`.
    pub labels: Vec<i64>,
    /// In Q16, one a class.
    pub scores_q16: Vec<i64>,
}

/// A model as F64 tensors.
#[derive(Debug)]
pub struct HostModel<'m> {
    model: &'m Model<'m>,
    convolutions: Vec<layers::Convolution>,
    deconvolutions: Vec<layers::Deconvolution>,
    head: Vec<Option<Tensor>>,
}

impl<'m> HostModel<'m> {
    /// Takes the integers out of a parsed model.
    ///
    /// # Errors
    /// Whatever candle reports.
    pub fn new(model: &'m Model<'m>) -> candle_core::Result<Self> {
        let network = model.network();
        let convolutions =
            (0..network.encoder().len()).map(|i| layers::Convolution::new(model, i)).collect::<Result<_, _>>()?;
        let deconvolutions =
            (0..network.decoder().len()).map(|i| layers::Deconvolution::new(model, i)).collect::<Result<_, _>>()?;
        let head = (0..=network.stages())
            .map(|stage| {
                let weights: Vec<f64> = model.head_weights(stage).iter().map(|&w| w.into()).collect();
                let shape = (network.maps(), network.stage_shape(stage).channels);
                network.head_reads(stage).then(|| Tensor::from_vec(weights, shape, &Device::Cpu)).transpose()
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { model, convolutions, deconvolutions, head })
    }

    /// Runs one image of `height * width * channels` pixels, channels last.
    ///
    /// # Errors
    /// Whatever candle reports, a wrong number of pixels included.
    pub fn run(&self, pixels: &[u8]) -> candle_core::Result<HostTaps> {
        let network = self.model.network();
        let shape = network.input();
        let mut taps = HostTaps::default();
        let table = self.model.input_table();
        let input: Vec<f64> =
            pixels.iter().enumerate().map(|(i, &p)| table[i % shape.channels * 256 + usize::from(p)].into()).collect();
        let input = Tensor::from_vec(input, (1, shape.height, shape.width, shape.channels), &Device::Cpu)?;
        let mut map = input.permute((0, 3, 1, 2))?.contiguous()?;
        taps.input = integers(&map)?;
        let mut switches = Vec::new();
        for convolution in &self.convolutions {
            let pooled = convolution.run(&map)?;
            taps.convolutions.push(integers(&pooled.map)?);
            taps.switches.push(pooled.switches.as_ref().map(integers).transpose()?.unwrap_or_default());
            map = pooled.map;
            switches.push(pooled.switches);
        }
        let mut stages = vec![map.clone()];
        for (deconvolution, layer) in self.deconvolutions.iter().zip(network.decoder()) {
            map = deconvolution.run(&map, switches[layer.convolution].as_ref())?;
            taps.deconvolutions.push(integers(&map)?);
            if layer.ends_stage {
                stages.push(map.clone());
            }
        }
        head::run(self.model, &self.head, &stages, &mut taps)?;
        Ok(taps)
    }
}

/// A `[1, C, H, W]` map as integers, channels last.
fn integers(map: &Tensor) -> candle_core::Result<Vec<i64>> {
    map.permute((0, 2, 3, 1))?.flatten_all()?.to_dtype(DType::I64)?.to_vec1()
}
