//! Bytes of a model file -> a checked view that borrows them; nothing is copied but the header.
//!
//! Order of the checks: address, fixed fields, length, checksum, header, network, counts, values, overflow bounds. Each one
//! relies on those before it; after them nothing about the bytes can fail.

use core::ops::Range;

use zerocopy::FromBytes;
use zerocopy::little_endian::{I32, U32};

use super::bounds;
use super::error::ModelError;
use super::header::Header;
use super::layout::{self, ALIGNMENT, FORMAT_VERSION, HEADER_START, Layout, MAGIC, field};
use super::network::Network;
use super::spec::MapActivation;
use crate::numeric::{Gain, MAX_ACCUMULATOR, Multiplier};

/// Bytes placed at a multiple of [`ALIGNMENT`]: what `include_bytes!` needs to become a model.
///
/// ```
/// use switchback::model::{Aligned, Model};
/// static BYTES: Aligned<[u8; 4]> = Aligned(*b"junk");
/// assert!(Model::parse(&BYTES.0).is_err());
/// ```
#[repr(C, align(16))]
#[derive(Clone, Copy, Debug)]
pub struct Aligned<T: ?Sized>(pub T);

/// A model whose every byte has been checked.
#[derive(Clone, Debug)]
pub struct Model<'a> {
    bytes: &'a [u8],
    crc32: u32,
    header: Header,
    network: Network,
    layout: Layout,
}

/// The arrays of one convolution.
#[derive(Clone, Copy, Debug)]
pub struct ConvolutionArrays<'a> {
    /// `[filter][ky][kx][channel]`, -127 to 127.
    pub weights: &'a [i8],
    /// One a filter.
    pub bias: &'a [I32],
    /// R of rule 4, one a filter.
    pub multipliers: &'a [I32],
    /// m of rule 2, one a filter, 1 to 15; empty where nothing is tied.
    pub ratios: &'a [u8],
    /// Bias of the tied deconvolution, one a channel of the convolution's input; empty where nothing is tied.
    pub deconvolution_bias: &'a [I32],
}

impl<'a> Model<'a> {
    /// Checks `bytes` and borrows them. They start at a multiple of [`ALIGNMENT`]; see [`Aligned`].
    ///
    /// # Errors
    /// [`ModelError`] names the first thing that is wrong.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, ModelError> {
        let remainder = bytes.as_ptr().addr() % ALIGNMENT;
        if remainder != 0 {
            return Err(ModelError::Misaligned { remainder });
        }
        let fixed = fixed_fields(bytes)?;
        let header_bytes = bytes.get(HEADER_START..HEADER_START.saturating_add(fixed.header_length));
        let mut header = Header::unread();
        if !header_bytes.is_some_and(|bytes| header.read(bytes)) {
            return Err(ModelError::Header);
        }
        let network = Network::unchecked(header.network.clone());
        let layout = Layout::default();
        let mut model = Self { bytes, crc32: fixed.crc32, header, network, layout };
        model.network.check()?;
        model.layout = Layout::new(&model.network, fixed.header_length);
        let expected = model.layout.file_length;
        if expected != bytes.len() {
            return Err(ModelError::Length { found: bytes.len(), expected });
        }
        model.check_counts()?;
        model.check_head()?;
        for index in 0..model.network.encoder().len() {
            model.check_convolution(index)?;
        }
        model.check_deconvolutions()?;
        Ok(model)
    }

    /// The header.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The network with its shapes.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// The file's bytes.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The file's checksum: two models with the same one are the same model.
    pub fn crc32(&self) -> u32 {
        self.crc32
    }

    /// The arrays of a convolution; empty for an index that the network does not have.
    pub fn convolution(&self, index: usize) -> ConvolutionArrays<'a> {
        let sections = self.layout.convolutions.get(index).cloned().unwrap_or_default();
        ConvolutionArrays {
            weights: self.signed_bytes(sections.weights),
            bias: self.words(sections.bias),
            multipliers: self.words(sections.multipliers),
            ratios: self.section(sections.ratios),
            deconvolution_bias: self.words(sections.deconvolution_bias),
        }
    }

    /// Class-map weights of a stage, `[map][channel]`; empty where the head does not read the stage.
    pub fn head_weights(&self, stage: usize) -> &'a [i8] {
        self.signed_bytes(self.layout.head_weights.get(stage).cloned().unwrap_or_default())
    }

    /// `[channel][256]`: a pixel's value to the network's input, -127 to 127.
    pub fn input_table(&self) -> &'a [i8] {
        self.signed_bytes(self.layout.input_table.clone())
    }

    /// round(2^31 * exp(-s * S_m * d)) for d = 0 to 255 (rule 10).
    pub fn exponentials(&self) -> &'a [U32] {
        <[U32]>::ref_from_bytes(self.section(self.layout.exponentials.clone())).unwrap_or(&[])
    }

    /// R of the `index`-th deconvolution.
    pub fn deconvolution_multiplier(&self, index: usize) -> Option<Multiplier> {
        self.header.deconvolution_multipliers.get(index).and_then(|&r| Multiplier::new(r))
    }

    /// Scale of the class-map weights of a stage that the head reads.
    pub fn stage_gain(&self, stage: usize) -> Gain {
        let position = (0..stage).filter(|&s| self.network.head_reads(s)).count();
        let numbers = self.header.head.stage_gains.get(position);
        numbers.and_then(|&(m, n)| Gain::new(m, n)).unwrap_or(Gain::ZERO)
    }

    fn section(&self, range: Range<usize>) -> &'a [u8] {
        self.bytes.get(range).unwrap_or(&[])
    }

    fn signed_bytes(&self, range: Range<usize>) -> &'a [i8] {
        <[i8]>::ref_from_bytes(self.section(range)).unwrap_or(&[])
    }

    fn words(&self, range: Range<usize>) -> &'a [I32] {
        <[I32]>::ref_from_bytes(self.section(range)).unwrap_or(&[])
    }

    fn check_counts(&self) -> Result<(), ModelError> {
        let network = &self.network;
        let head = &self.header.head;
        let read = (0..network.stages() + 1).filter(|&s| network.head_reads(s)).count();
        count("class names", self.header.class_names.len(), network.classes())?;
        count("scales of convolutions", self.header.scales.encoder.len(), network.encoder().len())?;
        count("scales of deconvolutions", self.header.scales.decoder.len(), network.decoder().len())?;
        let multipliers = self.header.deconvolution_multipliers.len();
        count("deconvolution multipliers", multipliers, network.decoder().len())?;
        count("stage gains", head.stage_gains.len(), read)?;
        count("biases of the class maps", head.bias_q16.len(), network.classes())
    }

    fn check_head(&self) -> Result<(), ModelError> {
        let head = &self.header.head;
        for (stage, &(m, n)) in head.stage_gains.iter().enumerate() {
            check(Gain::new(m, n).is_some(), "gain of head stage", stage, 0, m.into())?;
        }
        for (class, &bias) in head.bias_q16.iter().enumerate() {
            check(i64::from(bias).abs() < MAX_ACCUMULATOR, "bias of class map", class, 0, bias.into())?;
        }
        let relu = self.network.spec().head.activation == MapActivation::Relu;
        let multiplier = head.map_multiplier;
        check(!relu || Multiplier::new(multiplier).is_some(), "multiplier of class maps", 0, 0, multiplier.into())?;
        // Up to 64.0 a step and s from 0.25: what keeps the score of rule 10 within i64.
        let scale = head.map_scale_q24;
        check((1..=64 << 24).contains(&scale), "scale of class maps", 0, 0, scale.into())?;
        let inverse = head.inverse_sharpness_q24;
        check((1..=4 << 24).contains(&inverse), "inverse sharpness", 0, 0, inverse.into())?;
        check(head.mask_threshold > 0, "mask threshold", 0, 0, head.mask_threshold.into())?;
        self.check_tables()
    }

    fn check_tables(&self) -> Result<(), ModelError> {
        let mut previous = 1 << 31;
        for (i, entry) in self.exponentials().iter().map(|e| e.get()).enumerate() {
            let falls = if i == 0 { entry == previous } else { entry <= previous };
            check(falls, "exponential", 0, i, entry.into())?;
            previous = entry;
        }
        for (i, &entry) in self.input_table().iter().enumerate() {
            check(entry != i8::MIN, "input table of channel", i / 256, i % 256, entry.into())?;
        }
        Ok(())
    }

    fn check_convolution(&self, index: usize) -> Result<(), ModelError> {
        let Some(layer) = self.network.encoder().get(index) else { return Ok(()) };
        let arrays = self.convolution(index);
        if let Some(at) = arrays.weights.iter().position(|&w| w == i8::MIN) {
            return Err(ModelError::Value { what: "weights of convolution", index, element: at, found: -128 });
        }
        for (i, r) in arrays.multipliers.iter().map(|r| r.get()).enumerate() {
            check(Multiplier::new(r).is_some(), "multipliers of convolution", index, i, r.into())?;
        }
        for (i, &m) in arrays.ratios.iter().enumerate() {
            check((1..=15).contains(&m), "scale ratios of convolution", index, i, m.into())?;
        }
        let filters = arrays.weights.chunks_exact(layer.filter_weights().max(1));
        for (channel, (filter, bias)) in filters.zip(arrays.bias).enumerate() {
            let bound = bounds::convolution_bound(filter, bias.get(), index == 0);
            if bound >= MAX_ACCUMULATOR {
                return Err(ModelError::Overflow { convolution: index, deconvolution: false, channel, bound });
            }
        }
        Ok(())
    }

    fn check_deconvolutions(&self) -> Result<(), ModelError> {
        for (i, layer) in self.network.decoder().iter().enumerate() {
            let r = self.header.deconvolution_multipliers.get(i).copied().unwrap_or(0);
            check(Multiplier::new(r).is_some(), "multiplier of deconvolution", i, 0, r.into())?;
            let arrays = self.convolution(layer.convolution);
            for (channel, bias) in arrays.deconvolution_bias.iter().enumerate() {
                let bound = bounds::deconvolution_bound(layer, arrays.weights, arrays.ratios, bias.get(), channel);
                if bound >= MAX_ACCUMULATOR {
                    let convolution = layer.convolution;
                    return Err(ModelError::Overflow { convolution, deconvolution: true, channel, bound });
                }
            }
        }
        Ok(())
    }
}

struct FixedFields {
    header_length: usize,
    crc32: u32,
}

fn fixed_fields(bytes: &[u8]) -> Result<FixedFields, ModelError> {
    let word = |range| {
        let bytes: &[u8] = bytes.get(range).unwrap_or(&[]);
        U32::read_from_bytes(bytes).map(U32::get).unwrap_or(0)
    };
    if bytes.len() < HEADER_START {
        return Err(ModelError::TooShort { found: bytes.len(), expected: HEADER_START });
    }
    if !bytes.starts_with(&MAGIC) {
        return Err(ModelError::NotAModel);
    }
    let version = word(field::VERSION);
    if version != FORMAT_VERSION {
        return Err(ModelError::Version { found: version });
    }
    let length = word(field::LENGTH) as usize;
    if length != bytes.len() {
        return Err(ModelError::Length { found: bytes.len(), expected: length });
    }
    let (found, expected) = (layout::crc32(bytes), word(field::CRC32));
    if found != expected {
        return Err(ModelError::Checksum { found, expected });
    }
    Ok(FixedFields { header_length: word(field::HEADER_LENGTH) as usize, crc32: expected })
}

fn count(what: &'static str, found: usize, expected: usize) -> Result<(), ModelError> {
    if found == expected { Ok(()) } else { Err(ModelError::Count { what, found, expected }) }
}

fn check(holds: bool, what: &'static str, index: usize, element: usize, found: i64) -> Result<(), ModelError> {
    if holds { Ok(()) } else { Err(ModelError::Value { what, index, element, found }) }
}
