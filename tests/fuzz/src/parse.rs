//! Model bytes -> `Model::parse`, and what a parsed model promises. Nothing is run, so it is fast.

use switchback::model::Model;
use switchback::numeric::Multiplier;

use crate::model_file;

/// Parses the file of an input ([`model_file`]).
///
/// # Panics
/// If a model is taken whose numbers are not those of the contract.
pub fn run(input: &[u8]) {
    let Some(file) = model_file::of_input(input) else { return };
    if let Ok(model) = Model::parse(file.as_slice()) {
        assert_of_the_contract(&model);
    }
}

/// Every array has its layer's length and every number its range.
fn assert_of_the_contract(model: &Model<'_>) {
    let network = model.network();
    let valid = |r: i32| Multiplier::new(r).is_some();
    for (index, layer) in network.encoder().iter().enumerate() {
        let arrays = model.convolution(index);
        assert_eq!(arrays.weights.len(), layer.weights());
        assert!(arrays.weights.iter().all(|&weight| weight != i8::MIN));
        assert_eq!([arrays.bias.len(), arrays.multipliers.len()], [layer.output.channels; 2]);
        assert!(arrays.multipliers.iter().all(|r| valid(r.get())));
        assert_eq!(arrays.ratios.len(), if layer.tied { layer.output.channels } else { 0 });
        assert!(arrays.ratios.iter().all(|ratio| (1..=15).contains(ratio)));
        assert_eq!(arrays.deconvolution_bias.len(), if layer.tied { layer.input.channels } else { 0 });
    }
    assert!((0..network.decoder().len()).all(|index| model.deconvolution_multiplier(index).is_some()));
    for stage in 0..=network.stages() {
        let read = if network.head_reads(stage) { network.maps() * network.stage_shape(stage).channels } else { 0 };
        assert_eq!(model.head_weights(stage).len(), read);
    }
    assert_eq!(model.input_table().len(), 256 * network.input().channels);
    assert_eq!(model.exponentials().len(), 256);
    assert_eq!(model.header().class_names.len(), network.classes());
}
