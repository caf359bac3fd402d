//! Where each array lies in a model file: worked out from the network description alone, by writer and reader alike.
//!
//! ```text
//! 0   magic "SWITCHBK"           20  crc32 of the file without these four bytes
//! 8   format version, u32 LE     24  reserved, 0
//! 12  file length, u32 LE        32  header (postcard)
//! 16  header length, u32 LE      ..  sections, each at a multiple of 16
//! ```

use core::ops::Range;

use heapless::Vec;

use super::network::Network;
use super::spec::{MAX_CONVOLUTIONS, MAX_STAGES};
use crate::bounded::bounded;

/// First bytes of every model file.
pub const MAGIC: [u8; 8] = *b"SWITCHBK";
/// Version of the file format; a reader takes this one only.
pub const FORMAT_VERSION: u32 = 1;
/// Every section starts at a multiple of this, as must the model in memory.
pub const ALIGNMENT: usize = 16;
/// Where the header starts.
pub const HEADER_START: usize = 32;

/// Byte offsets of the fixed fields.
pub mod field {
    use core::ops::Range;

    /// Format version, u32.
    pub const VERSION: Range<usize> = 8..12;
    /// Length of the whole file, u32.
    pub const LENGTH: Range<usize> = 12..16;
    /// Length of the postcard header, u32.
    pub const HEADER_LENGTH: Range<usize> = 16..20;
    /// CRC-32 (ISO-HDLC) of everything before and after this field.
    pub const CRC32: Range<usize> = 20..24;
}

/// How CRC-32 is computed: with a table of 256 words, or bit by bit where programs are short.
#[cfg(feature = "fast")]
pub type Crc32Table = crc::Table<1>;
/// How CRC-32 is computed: with a table of 256 words, or bit by bit where programs are short.
#[cfg(not(feature = "fast"))]
pub type Crc32Table = crc::NoTable;

/// CRC-32 (ISO-HDLC), the checksum of whatever is stored or sent: one for all of a program.
pub static CRC32: crc::Crc<u32, Crc32Table> = crc::Crc::<u32, Crc32Table>::new(&crc::CRC_32_ISO_HDLC);

/// CRC-32 of a file: all bytes but the CRC field itself.
pub fn crc32(file: &[u8]) -> u32 {
    let mut digest = CRC32.digest();
    digest.update(file.get(..field::CRC32.start).unwrap_or(&[]));
    digest.update(file.get(field::CRC32.end..).unwrap_or(&[]));
    digest.finalize()
}

/// The byte ranges of one convolution's arrays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConvolutionSections {
    /// i8 `[filter][ky][kx][channel]`; the tied deconvolution reads the same.
    pub weights: Range<usize>,
    /// i32 `[filter]`.
    pub bias: Range<usize>,
    /// i32 `[filter]`, R of rule 4.
    pub multipliers: Range<usize>,
    /// u8 `[filter]`, m of rule 2; empty where nothing is tied.
    pub ratios: Range<usize>,
    /// i32 `[channel]`, bias of the tied deconvolution; empty where nothing is tied.
    pub deconvolution_bias: Range<usize>,
}

/// The byte ranges of all arrays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// One entry a convolution.
    pub convolutions: Vec<ConvolutionSections, MAX_CONVOLUTIONS>,
    /// i8 `[map][channel]` for each stage, empty where the head does not read it.
    pub head_weights: Vec<Range<usize>, { MAX_STAGES + 1 }>,
    /// i8 `[channel][256]`: a pixel's value to the network's input.
    pub input_table: Range<usize>,
    /// u32 `[256]`: round(2^31 * exp(-s * S_m * d)) of rule 10.
    pub exponentials: Range<usize>,
    /// Length of the whole file.
    pub file_length: usize,
}

impl Layout {
    /// The layout of a model of `network` whose postcard header has `header_length` bytes.
    pub fn new(network: &Network, header_length: usize) -> Self {
        let mut cursor = HEADER_START.saturating_add(header_length);
        let mut section = |bytes: usize| {
            let start = cursor.next_multiple_of(ALIGNMENT);
            cursor = start + bytes;
            start..cursor
        };
        let input_table = section(256 * network.input().channels);
        let convolutions = network.encoder().iter().map(|layer| {
            let (filters, channels) = (layer.output.channels, layer.input.channels);
            let tied = |bytes| if layer.tied { bytes } else { 0 };
            ConvolutionSections {
                weights: section(layer.weights()),
                bias: section(4 * filters),
                multipliers: section(4 * filters),
                ratios: section(tied(filters)),
                deconvolution_bias: section(tied(4 * channels)),
            }
        });
        let convolutions = bounded(convolutions);
        let head_weights = (0..network.stages() + 1).map(|stage| {
            let weights = network.maps() * network.stage_shape(stage).channels;
            section(if network.head_reads(stage) { weights } else { 0 })
        });
        let head_weights = bounded(head_weights);
        let exponentials = section(4 * 256);
        Self { convolutions, head_weights, input_table, exponentials, file_length: cursor }
    }
}
