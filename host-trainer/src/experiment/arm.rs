//! What is compared with what.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use switchback::model::Network;
use switchback::model::spec::{HeadSpec, MAX_FILTERS, NetworkSpec};

use crate::float::{Decoding, Method, Pooling, Supervision};
use crate::train::Recipe;

/// The product's network, or a control: what it would be without a part of the method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Arm {
    /// Stages with tied weights and switches.
    Product,
    /// Stage 0, trained as long as the product in all.
    TrainedAsLong,
    /// No deconvolution and so many pools fewer that the top map is as fine as the last stage's; all convolutions kept, and
    /// widened where that takes it to as many instructions.
    Shallow,
    /// As `shallow`, with the last convolutions left out that it cannot afford with the product's instructions.
    ShallowEqual,
    /// Deconvolutions with weights of their own.
    Untied,
    /// Values repeated over their windows in place of switches.
    NearestUnpooling,
    /// The maximum of a class map in place of log-sum-exp; its stage 0 is FC-MIL (paper, Table 4).
    MaxPooling,
    /// The mean of a class map in place of log-sum-exp.
    AveragePooling,
    /// Every pixel trained with a distribution that meets constraints implied by the labels, softmax maps: C-CNN (paper, Table 4).
    Constrained,
    /// As `constrained`, with findings known to be small.
    ConstrainedSmall,
}

impl Arm {
    /// Its name in files and tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Product => "product",
            Self::TrainedAsLong => "trained-as-long",
            Self::Shallow => "shallow",
            Self::ShallowEqual => "shallow-equal",
            Self::Untied => "untied",
            Self::NearestUnpooling => "nearest-unpooling",
            Self::MaxPooling => "max-pooling",
            Self::AveragePooling => "average-pooling",
            Self::Constrained => "constrained",
            Self::ConstrainedSmall => "constrained-small",
        }
    }

    /// Its name in words, for the tables of a run.
    pub fn description(self) -> &'static str {
        match self {
            Self::Product => "the same once more",
            Self::TrainedAsLong => "stage 0, trained as long",
            Self::Shallow => "shallow, no deconvolution",
            Self::ShallowEqual => "shallow, no more work",
            Self::Untied => "untied",
            Self::NearestUnpooling => "no switches",
            Self::MaxPooling => "max pooling",
            Self::AveragePooling => "average pooling",
            Self::Constrained => "constrained training",
            Self::ConstrainedSmall => "constrained, small findings",
        }
    }

    /// What of the method it has.
    pub fn method(self) -> Method {
        let product = Method::default();
        match self {
            Self::Product | Self::TrainedAsLong | Self::Shallow | Self::ShallowEqual => product,
            Self::Untied => Decoding::Untied.into(),
            Self::NearestUnpooling => Decoding::NearestUnpooling.into(),
            Self::MaxPooling => Method { pooling: Pooling::Max, ..product },
            Self::AveragePooling => Method { pooling: Pooling::Average, ..product },
            Self::Constrained => Method { supervision: Supervision::Constraints, ..product },
            Self::ConstrainedSmall => Method { supervision: Supervision::SmallConstraints, ..product },
        }
    }

    /// Its network, where the product's is `product`.
    pub fn spec(self, product: &NetworkSpec) -> NetworkSpec {
        match self {
            Self::Product | Self::Untied | Self::NearestUnpooling | Self::MaxPooling | Self::AveragePooling => {
                product.clone()
            }
            // Constraints are about the class of each pixel.
            Self::Constrained | Self::ConstrainedSmall => {
                NetworkSpec { head: HeadSpec::PAPER_MULTI_LABEL, ..product.clone() }
            }
            Self::TrainedAsLong => NetworkSpec { stages: 0, ..product.clone() },
            Self::Shallow => worth(shallow(product), product),
            Self::ShallowEqual => affordable(shallow(product), product),
        }
    }

    /// Its training, where the product is `spec` and trained by `product`.
    pub fn recipe(self, product: &Recipe, spec: &NetworkSpec) -> Recipe {
        match self {
            Self::Product
            | Self::Untied
            | Self::NearestUnpooling
            | Self::MaxPooling
            | Self::AveragePooling
            | Self::Constrained
            | Self::ConstrainedSmall => product.clone(),
            Self::TrainedAsLong => product.without_stages(spec.stages),
            Self::Shallow | Self::ShallowEqual => {
                // A finer top map needs fewer hidden nodes for fully connected layers of the same size.
                let nodes = product.hidden * top_elements(spec) / top_elements(&self.spec(spec)).max(1);
                Recipe { hidden: nodes.max(LEAST_HIDDEN), ..product.without_stages(spec.stages) }
            }
        }
    }
}

/// The fewest hidden nodes of a control's classification network.
const LEAST_HIDDEN: usize = 64;

/// Elements of the encoder's top map.
fn top_elements(spec: &NetworkSpec) -> usize {
    Network::new(spec.clone()).map_or(0, |network| network.stage_shape(0).elements())
}

/// The encoder without its last pools, one for each stage.
fn shallow(product: &NetworkSpec) -> NetworkSpec {
    let mut spec = NetworkSpec { stages: 0, ..product.clone() };
    let pools = spec.convolutions.iter_mut().rev().filter(|convolution| convolution.pool);
    pools.take(product.stages.into()).for_each(|convolution| convolution.pool = false);
    spec
}

fn macs(spec: &NetworkSpec) -> u64 {
    Network::new(spec.clone()).map_or(0, |network| network.macs())
}

/// `spec` with as many filters more after its last pool as it takes to need no fewer multiply-accumulates than `product`.
fn worth(mut spec: NetworkSpec, product: &NetworkSpec) -> NetworkSpec {
    let least = macs(product);
    while macs(&spec) < least {
        let unpooled = spec.convolutions.iter_mut().rev().take_while(|convolution| !convolution.pool);
        let narrow: Vec<_> = unpooled.filter(|convolution| convolution.filters < MAX_FILTERS).collect();
        if narrow.is_empty() {
            break;
        }
        narrow.into_iter().for_each(|convolution| convolution.filters = (convolution.filters + 4).min(MAX_FILTERS));
    }
    spec
}

/// `spec` without the last convolutions, as many as it takes to need no more multiply-accumulates than `product`; pools
/// stay.
fn affordable(mut spec: NetworkSpec, product: &NetworkSpec) -> NetworkSpec {
    let most = macs(product);
    while macs(&spec) > most && spec.convolutions.len() > 1 && spec.convolutions.last().is_some_and(|c| !c.pool) {
        spec.convolutions.pop();
    }
    spec
}

#[cfg(test)]
mod tests {
    use switchback::model::spec::InputSpec;

    use super::*;

    #[test]
    fn controls_have_a_map_as_fine_and_work_to_match() {
        let input = InputSpec { width: 96, height: 96, channels: 1 };
        for stages in 0..=3 {
            let product = NetworkSpec { stages, ..NetworkSpec::table1(0.125, input, 2) };
            let network = |arm: Arm| Network::new(arm.spec(&product)).unwrap();
            let size = |arm| network(arm).map_shape();
            for arm in [Arm::Shallow, Arm::ShallowEqual] {
                assert_eq!(size(arm), size(Arm::Product), "{arm:?}, {stages} stages");
            }
            let macs = |arm| network(arm).macs();
            assert!(macs(Arm::Shallow) >= macs(Arm::Product));
            assert!(macs(Arm::ShallowEqual) <= macs(Arm::Product));
        }
    }

    #[test]
    fn controls_are_trained_as_long_with_no_larger_classifier() {
        let input = InputSpec { width: 96, height: 96, channels: 1 };
        let spec = NetworkSpec::table1(0.125, input, 2);
        let product = Recipe::default_for(&spec);
        let shallow = Arm::Shallow.recipe(&product, &spec);
        assert_eq!(shallow.hidden, LEAST_HIDDEN);
        assert_eq!(shallow.baseline.epochs, product.baseline.epochs + 3 * product.stage.epochs);
        assert_eq!(Arm::Untied.recipe(&product, &spec), product);
    }

    #[test]
    fn names_are_those_of_the_command_line() {
        for arm in Arm::value_variants() {
            assert_eq!(arm.to_possible_value().unwrap().get_name(), arm.name());
            assert_eq!(serde_json::to_value(arm).unwrap(), arm.name());
        }
    }
}
