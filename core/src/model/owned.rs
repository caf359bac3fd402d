//! Feature `alloc`, for hosts: a model as owned arrays, and the one writer of the file format.

extern crate alloc;

use alloc::vec;
use alloc::vec::Vec;
use core::fmt;
use core::ops::Range;

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::header::Header;
use super::layout::{self, FORMAT_VERSION, HEADER_START, Layout, MAGIC, field};
use super::network::{Network, SpecError};

/// Bytes at a multiple of [`super::ALIGNMENT`], so that they can be parsed in place.
#[derive(Clone, Debug, Default)]
pub struct AlignedBytes {
    blocks: Vec<Block>,
    length: usize,
}

#[repr(C, align(16))]
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, Immutable, KnownLayout)]
struct Block([u8; 16]);

impl AlignedBytes {
    /// `length` zeros.
    pub fn zeroed(length: usize) -> Self {
        Self { blocks: vec![Block([0; 16]); length.div_ceil(16)], length }
    }

    /// The bytes.
    pub fn as_slice(&self) -> &[u8] {
        self.blocks.as_bytes().get(..self.length).unwrap_or(&[])
    }

    /// The bytes, to be written.
    pub fn as_mut_slice(&mut self) -> &mut [u8] {
        self.blocks.as_mut_bytes().get_mut(..self.length).unwrap_or(&mut [])
    }
}

impl From<&[u8]> for AlignedBytes {
    fn from(bytes: &[u8]) -> Self {
        let mut aligned = Self::zeroed(bytes.len());
        aligned.as_mut_slice().copy_from_slice(bytes);
        aligned
    }
}

/// A model as owned arrays: what an exporter fills and [`Self::encode`] writes.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelArrays {
    /// The header.
    pub header: Header,
    /// One entry a convolution.
    pub convolutions: Vec<OwnedConvolution>,
    /// `[map][channel]` for each stage, empty where the head does not read it.
    pub head_weights: Vec<Vec<i8>>,
    /// `[channel][256]`.
    pub input_table: Vec<i8>,
    /// 256 entries.
    pub exponentials: Vec<u32>,
}

/// Owned [`super::ConvolutionArrays`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnedConvolution {
    /// `[filter][ky][kx][channel]`.
    pub weights: Vec<i8>,
    /// One a filter.
    pub bias: Vec<i32>,
    /// One a filter.
    pub multipliers: Vec<i32>,
    /// One a filter; empty where nothing is tied.
    pub ratios: Vec<u8>,
    /// One a channel; empty where nothing is tied.
    pub deconvolution_bias: Vec<i32>,
}

/// Why arrays cannot be written as a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EncodeError {
    /// The network description cannot be used.
    Spec(SpecError),
    /// An array has another size than the network needs.
    Section {
        /// Which array.
        what: &'static str,
        /// Index of the convolution or stage.
        index: usize,
        /// Its bytes.
        found: usize,
        /// Bytes that the network needs.
        expected: usize,
    },
    /// The header does not serialize.
    Header,
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Spec(error) => write!(f, "network: {error}"),
            Self::Section { what, index, found, expected } => {
                write!(f, "{what} {index}: found {found} bytes, expected {expected}")
            }
            Self::Header => write!(f, "header: found values that do not serialize"),
        }
    }
}

impl core::error::Error for EncodeError {}

impl ModelArrays {
    /// The bytes of the model file. Values are not checked: [`super::Model::parse`] does.
    ///
    /// # Errors
    /// [`EncodeError`] when an array has another size than the header's network needs.
    pub fn encode(&self) -> Result<AlignedBytes, EncodeError> {
        let network = Network::new(self.header.network.clone()).map_err(EncodeError::Spec)?;
        let header = postcard::to_extend(&self.header, Vec::new()).map_err(|_| EncodeError::Header)?;
        let layout = Layout::new(&network, header.len());
        let mut bytes = AlignedBytes::zeroed(layout.file_length);
        let mut file = Writer { bytes: bytes.as_mut_slice() };
        file.put("magic", 0, 0..MAGIC.len(), &MAGIC)?;
        file.put_word(field::VERSION, FORMAT_VERSION)?;
        file.put_word(field::LENGTH, layout.file_length as u32)?;
        file.put_word(field::HEADER_LENGTH, header.len() as u32)?;
        file.put("header", 0, HEADER_START..HEADER_START + header.len(), &header)?;
        self.put_sections(&mut file, &layout)?;
        let crc32 = layout::crc32(file.bytes);
        file.put_word(field::CRC32, crc32)?;
        Ok(bytes)
    }

    fn put_sections(&self, file: &mut Writer<'_>, layout: &Layout) -> Result<(), EncodeError> {
        let count = |what, found: usize, expected: usize| {
            if found == expected { Ok(()) } else { Err(EncodeError::Section { what, index: 0, found, expected }) }
        };
        count("number of convolutions", self.convolutions.len(), layout.convolutions.len())?;
        count("number of head stages", self.head_weights.len(), layout.head_weights.len())?;
        file.put("input table", 0, layout.input_table.clone(), self.input_table.as_bytes())?;
        for (i, (arrays, at)) in self.convolutions.iter().zip(&layout.convolutions).enumerate() {
            file.put("weights of convolution", i, at.weights.clone(), arrays.weights.as_bytes())?;
            file.put("biases of convolution", i, at.bias.clone(), &little_endian(&arrays.bias))?;
            file.put("multipliers of convolution", i, at.multipliers.clone(), &little_endian(&arrays.multipliers))?;
            file.put("scale ratios of convolution", i, at.ratios.clone(), &arrays.ratios)?;
            let bias = little_endian(&arrays.deconvolution_bias);
            file.put("deconvolution biases of convolution", i, at.deconvolution_bias.clone(), &bias)?;
        }
        for (i, (weights, at)) in self.head_weights.iter().zip(&layout.head_weights).enumerate() {
            file.put("class-map weights of stage", i, at.clone(), weights.as_bytes())?;
        }
        let exponentials: Vec<u8> = self.exponentials.iter().flat_map(|e| e.to_le_bytes()).collect();
        file.put("exponentials", 0, layout.exponentials.clone(), &exponentials)
    }
}

fn little_endian(words: &[i32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

struct Writer<'a> {
    bytes: &'a mut [u8],
}

impl Writer<'_> {
    fn put(&mut self, what: &'static str, index: usize, at: Range<usize>, data: &[u8]) -> Result<(), EncodeError> {
        let (found, expected) = (data.len(), at.len());
        match self.bytes.get_mut(at) {
            Some(section) if found == expected => {
                section.copy_from_slice(data);
                Ok(())
            }
            _ => Err(EncodeError::Section { what, index, found, expected }),
        }
    }

    fn put_word(&mut self, at: Range<usize>, word: u32) -> Result<(), EncodeError> {
        self.put("fixed field", 0, at, &word.to_le_bytes())
    }
}
