//! The core's run of an image beside the host model's: every value of every tap and output.

use host_trainer::host_model::HostTaps;
use switchback::model::Network;
use switchback::stream::Tap;

use crate::recorder::CoreRun;

/// Compares two runs of one image; panics with the first place that differs.
pub fn assert_equal(network: &Network, core: &CoreRun, host: &HostTaps) {
    let same = |tap: Tap, expected: &[i64]| {
        let name = tap.name(network);
        let map = core.taps.iter().find(|map| map.tap == tap);
        let found = &map.unwrap_or_else(|| panic!("{name} was not watched")).values;
        assert_eq!(found.len(), expected.len(), "{name}: number of values");
        if let Some(i) = (0..found.len()).find(|&i| found[i] != expected[i]) {
            panic!("{name}: value {i} is {} in the core, {} in the host model", found[i], expected[i]);
        }
    };
    same(Tap::Input, &host.input);
    for (i, layer) in network.encoder().iter().enumerate() {
        same(Tap::Convolution(i as u8), &host.convolutions[i]);
        if layer.pool && layer.tied {
            same(Tap::Switches(i as u8), &host.switches[i]);
        }
    }
    for (i, expected) in host.deconvolutions.iter().enumerate() {
        same(Tap::Deconvolution(i as u8), expected);
    }
    for (stage, expected) in host.class_sums.iter().enumerate().filter(|&(stage, _)| network.head_reads(stage)) {
        same(Tap::ClassSums(stage as u8), expected);
    }
    same(Tap::Logits, &host.logits);
    same(Tap::Labels, &host.labels);
    for (map, expected) in host.class_maps.iter().enumerate() {
        same(Tap::ClassMap(map as u8), expected);
        let found: Vec<i64> = core.maps[map].iter().map(|&v| v.into()).collect();
        assert_eq!(&found, expected, "map {map} of the result");
    }
    let labels: Vec<i64> = core.labels.iter().map(|&v| v.into()).collect();
    assert_eq!(labels, host.labels, "labels of the result");
    assert_eq!(core.scores_q16, host.scores_q16, "scores");
}
