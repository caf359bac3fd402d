//! How full the maps are: which share of their values is not zero. The sparse deconvolutions' work depends on nothing else.

use std::collections::BTreeMap;

use indicatif::ProgressBar;
use rayon::prelude::*;
use switchback::model::{Model, Network};
use switchback::stream::{Observer, Tap, TapRow};

use crate::data::Image8;
use crate::engine::{CoreEngine, EngineError};

/// Values of a map over many images.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    values: u64,
    nonzeros: u64,
}

/// Counts of every map of a network, by [`Tap::index`].
#[derive(Clone, Debug, Default)]
struct Watch(BTreeMap<u16, Counts>);

impl Observer for &mut Watch {
    fn row(&mut self, tap: Tap, _: usize, row: TapRow<'_>) {
        if let (Tap::Convolution(_) | Tap::Deconvolution(_), TapRow::U8(values)) = (tap, row) {
            let counts = self.0.entry(tap.index()).or_default();
            counts.values += values.len() as u64;
            counts.nonzeros += values.iter().filter(|&&value| value != 0).count() as u64;
        }
    }
}

impl Watch {
    fn merged(mut self, other: Self) -> Self {
        for (tap, counts) in other.0 {
            let sum = self.0.entry(tap).or_default();
            sum.values += counts.values;
            sum.nonzeros += counts.nonzeros;
        }
        self
    }

    fn of(&self, tap: Tap) -> Counts {
        self.0.get(&tap.index()).copied().unwrap_or_default()
    }
}

/// How full a layer's maps are, from 0 to 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Density {
    /// The layer.
    pub layer: String,
    /// What it reads; of a deconvolution, after unpooling.
    pub input: f64,
    /// What it writes; of a convolution, after its pool.
    pub output: f64,
}

/// Of every layer of `model`, over all images, by the integer core.
///
/// # Errors
/// [`EngineError`] for an image of another size.
pub fn densities(model: &Model<'_>, images: &[Image8], progress: &ProgressBar) -> Result<Vec<Density>, EngineError> {
    let run = |engine: &mut CoreEngine<'_>, image: &Image8| -> Result<Watch, EngineError> {
        let mut watch = Watch::default();
        engine.run(&image.pixels, &mut watch)?;
        progress.inc(1);
        Ok(watch)
    };
    let watch = images
        .par_iter()
        .map_init(|| CoreEngine::new(model), run)
        .try_reduce(Watch::default, |a, b| Ok(a.merged(b)))?;
    Ok(by_layer(model.network(), &watch, images.len()))
}

fn by_layer(network: &Network, watch: &Watch, images: usize) -> Vec<Density> {
    let share = |nonzeros: u64, values: u64| nonzeros as f64 / values.max(1) as f64;
    let output = |tap| share(watch.of(tap).nonzeros, watch.of(tap).values);
    let mut all = Vec::new();
    // The network's input has no zeros to speak of.
    let mut read = 1.0;
    for i in 0..network.encoder().len() {
        let tap = Tap::Convolution(i as u8);
        all.push(Density { layer: tap.name(network).to_string(), input: read, output: output(tap) });
        read = output(tap);
    }
    let mut input = Tap::Convolution(network.encoder().len().saturating_sub(1) as u8);
    for (i, layer) in network.decoder().iter().enumerate() {
        let tap = Tap::Deconvolution(i as u8);
        // Where it unpools, positions of its output's map, one value of each window at most.
        let positions = layer.output.height * layer.output.width * layer.input.channels * images;
        let input_density =
            if layer.unpool { share(watch.of(input).nonzeros, positions as u64) } else { output(input) };
        all.push(Density { layer: tap.name(network).to_string(), input: input_density, output: output(tap) });
        input = tap;
    }
    all
}

#[cfg(test)]
mod tests {
    use switchback::model::spec::{InputSpec, NetworkSpec};

    use super::*;

    #[test]
    fn unpooled_maps_are_a_quarter_as_dense_as_what_they_come_from() {
        let spec = NetworkSpec::table1(0.125, InputSpec { width: 32, height: 32, channels: 1 }, 2);
        let network = Network::new(spec).expect("a valid network");
        let mut watch = Watch::default();
        for (i, layer) in network.encoder().iter().enumerate() {
            let row = vec![1; layer.output.elements()];
            (&mut watch).row(Tap::Convolution(i as u8), 0, TapRow::U8(&row));
        }
        for (i, layer) in network.decoder().iter().enumerate() {
            let mut row = vec![0; layer.output.elements()];
            row[0] = 1;
            (&mut watch).row(Tap::Deconvolution(i as u8), 0, TapRow::U8(&row));
        }
        let found = by_layer(&network, &watch, 1);
        assert_eq!(found.len(), network.encoder().len() + network.decoder().len());
        assert_eq!(found[1].input, 1.0);
        let first = &found[network.encoder().len()];
        assert_eq!(first.input, if network.decoder()[0].unpool { 0.25 } else { 1.0 });
        let second = &network.decoder()[1];
        let positions = second.output.height * second.output.width * second.input.channels;
        assert_eq!(found[network.encoder().len() + 1].input, 1.0 / positions as f64);
    }
}
