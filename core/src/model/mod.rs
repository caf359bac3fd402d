//! What a network is: its description, its shapes, and the bytes that carry it.
//!
//! [`spec`] is meaning, `blob` is bytes, `layout` says where each array lies. Nothing here computes a map.

mod blob;
pub mod bounds;
mod error;
pub mod header;
pub mod layout;
mod network;
#[cfg(feature = "alloc")]
mod owned;
pub mod spec;

pub use blob::{Aligned, ConvolutionArrays, Model};
pub use error::ModelError;
pub use header::Header;
pub use layout::{ALIGNMENT, FORMAT_VERSION, Layout};
pub use network::{DecoderLayer, EncoderLayer, MAX_MAP_ELEMENTS, MapShape, Network, SpecError};
#[cfg(feature = "alloc")]
pub use owned::{AlignedBytes, EncodeError, ModelArrays, OwnedConvolution};
