//! The float network: f32 weights in candle, trained stage by stage and quantized afterwards.
//!
//! It computes in the order of the numeric contract (convolve, pool with switches, ReLU; unpool, tied deconvolution,
//! ReLU), so that quantization only has to round what is here.
//!
//! | what | file |
//! |---|---|
//! | the network and its passes | `network` |
//! | class maps and scores from stage features | `head` |
//! | names, shapes and first values of the tensors | `parameters` |
//! | first values fitted to the images | `first_weights` |
//! | the method, and what it is measured against | `method`: `decoding`, `pooling` |
//! | one stage more, or back to the baseline | `stages` |
//! | safetensors files; other programs' weights | `weights_file`, `foreign_weights` |
//! | the training operations | the crate [`training_ops`] |

mod decoding;
mod error;
mod first_weights;
mod foreign_weights;
mod head;
mod method;
mod network;
mod parameters;
mod pooling;
mod stages;
mod weights_file;

pub use decoding::Decoding;
pub use error::FloatError;
pub use method::{Method, Supervision};
pub use network::{Activations, FloatNetwork, Output};
pub use parameters::{INPUT_MEAN, INPUT_STD};
pub use pooling::Pooling;
pub use stages::NewHead;
pub use weights_file::{StoredTensors, read_tensors, write_tensors};
