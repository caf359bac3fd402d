//! A convolution's map and what the decoder makes of it.

use candle_core::Tensor;
use switchback::model::{DecoderLayer, Network};

use super::Unsuitable;
use crate::data::Image8;
use crate::engine::float::batch;
use crate::float::{FloatError, FloatNetwork};

/// A stored map of the encoder and the decoder's map in its place: of the same size, with the same channels. What a
/// deconvolution gives back is the map that its convolution had read: the output of the convolution below.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// Place of the convolution among the encoder's layers.
    pub convolution: usize,
    /// Place of the deconvolution among the decoder's layers.
    pub deconvolution: usize,
    /// The convolution's name: `conv3`.
    pub convolution_name: String,
    /// The deconvolution's name: `deconv2`.
    pub deconvolution_name: String,
}

impl Pair {
    /// The two maps of a batch of images, convolution first: `[batch, channels, height, width]` each.
    ///
    /// # Errors
    /// [`FloatError::Compute`] when an image has another size than the network's input.
    pub fn maps(&self, float: &FloatNetwork, images: &[Image8]) -> Result<[Tensor; 2], FloatError> {
        let mut seen = float.activations(&batch(float.network(), images)?)?;
        Ok([seen.encoder.swap_remove(self.convolution), seen.decoder.swap_remove(self.deconvolution)])
    }
}

/// All pairs of a network, the deepest first.
pub fn pairs(network: &Network) -> Vec<Pair> {
    let pair = |(deconvolution, layer): (usize, &DecoderLayer)| {
        // The first convolution reads the image, which no layer has made.
        let convolution = layer.convolution.checked_sub(1)?;
        Some(Pair {
            convolution,
            deconvolution,
            convolution_name: network.convolution_name(convolution).to_string(),
            deconvolution_name: network.deconvolution_name(layer).to_string(),
        })
    };
    network.decoder().iter().enumerate().filter_map(pair).collect()
}

/// The pair of the convolution called `layer`; without a name the last that the decoder makes, which is the finest.
///
/// # Errors
/// [`Unsuitable`] without a deconvolution, or with a name that none of the pairs has.
pub fn choose(network: &Network, data: &str, layer: Option<&str>) -> Result<Pair, Unsuitable> {
    let pairs = pairs(network);
    let names: Vec<&str> = pairs.iter().map(|pair| pair.convolution_name.as_str()).collect();
    let Some(last) = pairs.last() else { return Err(Unsuitable::NoStage { data: data.to_owned() }) };
    match layer {
        None => Ok(last.clone()),
        Some(name) => pairs
            .iter()
            .find(|pair| pair.convolution_name == name)
            .cloned()
            .ok_or_else(|| Unsuitable::Layer { found: name.to_owned(), expected: names.join(", ") }),
    }
}

#[cfg(test)]
mod tests {
    use switchback::model::spec::{InputSpec, NetworkSpec};

    use super::*;
    use crate::float::Decoding;

    fn network(stages: u8) -> Network {
        let input = InputSpec { width: 96, height: 96, channels: 1 };
        Network::new(NetworkSpec { stages, ..NetworkSpec::table1(0.125, input, 2) }).unwrap()
    }

    #[test]
    fn the_maps_of_a_pair_have_one_shape() {
        let network = network(5);
        let pairs = pairs(&network);
        let names: Vec<_> =
            pairs.iter().map(|pair| (pair.convolution_name.as_str(), pair.deconvolution_name.as_str())).collect();
        let expected = [("conv4", "deconv1"), ("conv3", "deconv2"), ("conv2", "deconv3"), ("conv1", "deconv4")];
        assert_eq!(names, expected);
        for pair in pairs {
            let (encoder, decoder) = (&network.encoder()[pair.convolution], &network.decoder()[pair.deconvolution]);
            assert_eq!(encoder.output, decoder.output);
        }
    }

    #[test]
    fn a_batch_gives_both_maps_of_the_pair() {
        let network = network(3);
        let float = FloatNetwork::new(network.clone(), Decoding::Tied, 5).unwrap();
        let pixels = (0..96 * 96).map(|pixel| (pixel * 7919 % 256) as u8).collect();
        let image = Image8 { width: 96, height: 96, channels: 1, pixels };
        let images = vec![image; 2];
        let pair = choose(&network, "scans", Some("conv3")).unwrap();
        let [down, up] = pair.maps(&float, &images).unwrap();
        assert_eq!((down.dims(), up.dims()), (&[2, 48, 12, 12][..], &[2, 48, 12, 12][..]));
        let seen = float.activations(&batch(&network, &images).unwrap()).unwrap();
        let same =
            |a: &Tensor, b: &Tensor| (a - b).unwrap().abs().unwrap().max_all().unwrap().to_scalar::<f32>().unwrap();
        assert_eq!((same(&down, &seen.encoder[2]), same(&up, &seen.decoder[1])), (0.0, 0.0));
    }

    #[test]
    fn the_finest_pair_unless_another_is_named() {
        assert_eq!(choose(&network(3), "scans", None).unwrap().convolution_name, "conv2");
        assert_eq!(choose(&network(3), "scans", Some("conv4")).unwrap().deconvolution, 0);
        let error = choose(&network(3), "scans", Some("conv5")).unwrap_err().to_string();
        assert_eq!(error, "layer: found conv5, expected one of conv4, conv3, conv2");
        let error = choose(&network(0), "scans", None).unwrap_err().to_string();
        assert_eq!(error, "run on scans: found no deconvolution stage, expected one at least");
    }
}
