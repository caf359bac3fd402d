//! Third phase: class sums become logits, class maps, labels and scores.

use fixed::types::I16F16;
use heapless::Vec;
use zerocopy::FromBytes;

use super::observer::{Observer, Tap, TapRow};
use super::plan::{Buffer, Plan};
use super::session::Session;
use crate::model::spec::{ClassMaps, MAX_CLASSES, MapActivation};
use crate::model::{MapShape, Model};
use crate::numeric::Multiplier;
use crate::ops::{self, StageRow};

/// One score a class.
type Scores = Vec<I16F16, MAX_CLASSES>;

/// What a model says about an image. It borrows the session's arena.
#[derive(Debug)]
pub struct Inference<'s> {
    scores: Scores,
    maps: &'s [u8],
    labels: &'s [u8],
    shape: MapShape,
    score_threshold: I16F16,
}

impl<'s> Inference<'s> {
    pub(super) fn new(model: &Model<'_>, arena: &'s [u8], plan: &Plan, scores: Scores) -> Self {
        Self {
            scores,
            maps: arena.get(plan.range(Buffer::ClassMaps)).unwrap_or(&[]),
            labels: arena.get(plan.range(Buffer::Labels)).unwrap_or(&[]),
            shape: model.network().map_shape(),
            score_threshold: I16F16::from_bits(model.header().head.score_threshold_q16),
        }
    }

    /// y_pred of Eq. 7, one a class.
    pub fn scores(&self) -> &[I16F16] {
        &self.scores
    }

    /// Binary problems: score of the positive class less that of the negative one.
    pub fn margin(&self) -> I16F16 {
        let score = |class: usize| self.scores.get(class).copied().unwrap_or(I16F16::ZERO);
        score(1).saturating_sub(score(0))
    }

    /// Binary problems: whether the margin reaches the model's score threshold.
    pub fn is_positive(&self) -> bool {
        self.margin() >= self.score_threshold
    }

    /// The class that the image is judged to be: of two by the operating point, of more the one with the highest score.
    pub fn decision(&self) -> usize {
        if self.scores.len() == 2 {
            return self.is_positive().into();
        }
        let highest = self.scores.iter().enumerate().max_by_key(|&(class, score)| (score, core::cmp::Reverse(class)));
        highest.map_or(0, |(class, _)| class)
    }

    /// Height and width of the class maps, and how many there are.
    pub fn shape(&self) -> MapShape {
        self.shape
    }

    /// Row `y` of class map `map`; empty outside. What one step stands for is in the model's header.
    pub fn map_row(&self, map: usize, y: usize) -> &'s [u8] {
        let MapShape { height, width, channels } = self.shape;
        let start = (map * height + y) * width;
        if map < channels && y < height { self.maps.get(start..start + width).unwrap_or(&[]) } else { &[] }
    }

    /// Row `y` of the labels, a class index a pixel; empty outside. Binary problems: 1 where the positive class's map
    /// reaches the mask threshold.
    pub fn label_row(&self, y: usize) -> &'s [u8] {
        let MapShape { height, width, .. } = self.shape;
        if y < height { self.labels.get(y * width..(y + 1) * width).unwrap_or(&[]) } else { &[] }
    }
}

impl<O: Observer> Session<'_, O> {
    /// Class maps and labels of the image into the arena; scores.
    pub(super) fn class_maps(&mut self) -> Scores {
        for y in 0..self.model.network().map_shape().height {
            self.logit_row(y);
            self.map_rows(y);
        }
        self.observe_maps();
        self.scores()
    }

    /// Logits of row `y`, all stages added.
    fn logit_row(&mut self, y: usize) {
        let network = self.model.network();
        let (maps, head) = (network.maps(), &self.model.header().head);
        let row_range = self.plan.range(Buffer::LogitRow);
        if let Some(row) = self.arena.get_mut(row_range.clone()).and_then(|b| <[i32]>::mut_from_bytes(b).ok()) {
            let biases = head.bias_q16.get(network.class_of_map(0)..).unwrap_or(&[]);
            for pixel in row.chunks_exact_mut(maps.max(1)) {
                for (logit, &bias) in pixel.iter_mut().zip(biases) {
                    *logit = bias;
                }
            }
        }
        for stage in (0..network.stages() + 1).filter(|&stage| network.head_reads(stage)) {
            let shape = network.stage_shape(stage);
            let shift = network.expansion_shift(stage);
            let stage_y = (y >> shift).min(shape.height.saturating_sub(1));
            let sums = self.plan.ring(Buffer::ClassSums(stage as u8), 4 * shape.width * maps).slot(stage_y);
            let Ok([row, sums]) = self.arena.get_disjoint_mut([row_range.clone(), sums]) else { continue };
            let (Ok(row), Ok(sums)) = (<[i32]>::mut_from_bytes(row), <[i32]>::ref_from_bytes(sums)) else { continue };
            let statistics = self.statistics.get(stage).copied().unwrap_or_default();
            let centered = statistics.centered(network.spec().head.normalization, self.model.stage_gain(stage));
            let stage_row = StageRow { sums, weights: self.model.head_weights(stage), centered, shift };
            ops::logits_row(&stage_row, maps, row);
        }
    }

    /// Class maps and labels of row `y` from its logits.
    fn map_rows(&mut self, y: usize) {
        let network = self.model.network();
        let head = &self.model.header().head;
        let MapShape { height, width, channels: maps } = network.map_shape();
        let labels = self.plan.range(Buffer::Labels);
        let label_row = labels.start + y * width..labels.start + (y + 1) * width;
        let buffers = [self.plan.range(Buffer::LogitRow), self.plan.range(Buffer::ClassMaps), label_row];
        let Ok([logits, planes, labels]) = self.arena.get_disjoint_mut(buffers) else { return };
        let Ok(logits) = <[i32]>::ref_from_bytes(logits) else { return };
        self.observer.row(Tap::Logits, y, TapRow::I32(logits));
        let activation = network.spec().head.activation;
        let multiplier = Multiplier::new(head.map_multiplier);
        ops::class_map_row(activation, multiplier, maps, logits, |map, x, value| {
            if let Some(pixel) = planes.get_mut((map * height + y) * width + x) {
                *pixel = value;
            }
        });
        if activation == MapActivation::Relu && network.classes() == 2 {
            let start = ((maps - 1) * height + y) * width;
            let positive = planes.get(start..start + width).unwrap_or(&[]);
            ops::mask_row(positive, head.mask_threshold, labels);
        } else {
            ops::label_row(maps, logits, labels);
        }
        self.observer.row(Tap::Labels, y, TapRow::U8(labels));
    }

    fn observe_maps(&mut self) {
        let MapShape { height, width, channels } = self.model.network().map_shape();
        let planes = self.arena.get(self.plan.range(Buffer::ClassMaps)).unwrap_or(&[]);
        for (map, plane) in (0u8..).zip(planes.chunks_exact((height * width).max(1))).take(channels) {
            for (y, row) in plane.chunks_exact(width.max(1)).enumerate() {
                self.observer.row(Tap::ClassMap(map), y, TapRow::U8(row));
            }
        }
    }

    fn scores(&mut self) -> Scores {
        let network = self.model.network();
        let head = &self.model.header().head;
        let mut scores = Scores::new();
        if network.spec().head.maps == ClassMaps::Evidence {
            let constant = head.bias_q16.first().copied().unwrap_or(0);
            // As many as classes: it always fits, here and below.
            let _ = scores.push(ops::constant_score(constant));
        }
        let buffers = [self.plan.range(Buffer::ClassMaps), self.plan.range(Buffer::Histogram)];
        let Ok([planes, histogram]) = self.arena.get_disjoint_mut(buffers) else { return scores };
        let Ok(histogram) = <[u32]>::mut_from_bytes(histogram) else { return scores };
        for plane in planes.chunks_exact(network.map_shape().pixels().max(1)) {
            let _ = scores.push(ops::log_sum_exp(head, self.model.exponentials(), plane, histogram));
        }
        scores
    }
}
