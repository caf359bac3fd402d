//! A checked network description with every shape worked out: the only thing that plans, models and kernels are made from.

use core::fmt;

use heapless::{String, Vec};

use super::spec::{
    ClassMaps, ConvolutionSpec, Features, MAX_CLASSES, MAX_CONVOLUTIONS, MAX_FILTERS, MAX_KERNEL, MAX_SIDE, MAX_STAGES,
    MapActivation, NetworkSpec,
};

/// The most elements of a map that is normalized: keeps `N * sum q^2` of rule 7 within u64.
pub const MAX_MAP_ELEMENTS: usize = 1 << 23;

/// Height, width and channels of a map, stored channels last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MapShape {
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
    /// Channels.
    pub channels: usize,
}

impl MapShape {
    /// Elements of one row, all channels.
    pub const fn row_elements(&self) -> usize {
        self.width * self.channels
    }

    /// Rows times columns.
    pub const fn pixels(&self) -> usize {
        self.height * self.width
    }

    /// Elements of the whole map.
    pub const fn elements(&self) -> usize {
        self.pixels() * self.channels
    }
}

/// One convolution with its shapes (Eq. 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EncoderLayer {
    /// Side of the kernel, odd.
    pub kernel: usize,
    /// Whether 2x2 max-pooling follows.
    pub pool: bool,
    /// What the convolution reads.
    pub input: MapShape,
    /// What it gives, after pooling; an odd last row or column of the convolution is dropped by the pool.
    pub output: MapShape,
    /// Whether a deconvolution uses the same weights.
    pub tied: bool,
}

impl EncoderLayer {
    /// p of same padding.
    pub const fn padding(&self) -> usize {
        self.kernel / 2
    }

    /// Weights of the layer, laid out `[filter][ky][kx][channel]`.
    pub const fn weights(&self) -> usize {
        self.output.channels * self.filter_weights()
    }

    /// Weights of one filter.
    pub const fn filter_weights(&self) -> usize {
        self.kernel * self.kernel * self.input.channels
    }

    /// Multiply-accumulates of the dense convolution.
    pub const fn macs(&self) -> u64 {
        self.input.pixels() as u64 * self.weights() as u64
    }
}

/// One tied deconvolution with its shapes (Eq. 2 and 3): the transpose of encoder layer [`Self::convolution`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecoderLayer {
    /// The stage it belongs to, from 1.
    pub stage: usize,
    /// Index of the convolution whose weights it uses.
    pub convolution: usize,
    /// Whether its input is unpooled through that convolution's switches first.
    pub unpool: bool,
    /// Whether its output is the stage's feature map.
    pub ends_stage: bool,
    /// Side of the kernel, odd.
    pub kernel: usize,
    /// What it reads, before unpooling.
    pub input: MapShape,
    /// What it gives: the shape of the convolution's input.
    pub output: MapShape,
}

impl DecoderLayer {
    /// p of same padding.
    pub const fn padding(&self) -> usize {
        self.kernel / 2
    }

    /// Multiply-accumulates of the dense deconvolution, zeros counted.
    pub const fn macs(&self) -> u64 {
        let taps = (self.kernel * self.kernel * self.input.channels * self.output.channels) as u64;
        self.output.pixels() as u64 * taps
    }
}

/// Why a network description cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum SpecError {
    /// A number is outside its range.
    OutOfRange {
        /// Which number.
        what: &'static str,
        /// What the description says.
        found: u32,
        /// The smallest allowed.
        least: u32,
        /// The largest allowed.
        most: u32,
    },
    /// A kernel has an even side.
    EvenKernel {
        /// Index of the convolution.
        convolution: usize,
        /// Its kernel.
        found: u8,
    },
    /// A map has become too small to pool: less than 2x2.
    TooSmallToPool {
        /// Index of the convolution.
        convolution: usize,
        /// Rows of its map.
        height: usize,
        /// Columns of its map.
        width: usize,
    },
    /// A map has more elements than its normalization can sum.
    MapTooLarge {
        /// The stage.
        stage: usize,
        /// Elements of its map.
        found: usize,
    },
    /// More stages than blocks of convolutions.
    TooManyStages {
        /// What the description says.
        found: u8,
        /// Blocks of the encoder.
        blocks: usize,
    },
    /// One evidence map needs two classes and ReLU maps.
    EvidenceNotBinary {
        /// Classes of the description.
        classes: u8,
    },
    /// s of Eq. 7 is not a number from 0.25 to 64.
    SharpnessOutOfRange,
}

impl fmt::Display for SpecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::OutOfRange { what, found, least, most } => {
                write!(f, "{what}: found {found}, expected {least} to {most}")
            }
            Self::EvenKernel { convolution, found } => {
                write!(f, "kernel of convolution {}: found {found}, expected an odd side", convolution + 1)
            }
            Self::TooSmallToPool { convolution, height, width } => write!(
                f,
                "map of convolution {}: found {width}x{height}, expected at least 2x2 to pool it",
                convolution + 1
            ),
            Self::MapTooLarge { stage, found } => {
                write!(f, "map of stage {stage}: found {found} elements, expected at most {MAX_MAP_ELEMENTS}")
            }
            Self::TooManyStages { found, blocks } => {
                write!(f, "stages: found {found}, expected at most {blocks}, one a block of convolutions")
            }
            Self::EvidenceNotBinary { classes } => write!(
                f,
                "head with one evidence map: found {classes} classes or softmax maps, expected 2 classes and ReLU maps"
            ),
            Self::SharpnessOutOfRange => write!(f, "sharpness s of log-sum-exp: expected a number from 0.25 to 64"),
        }
    }
}

impl core::error::Error for SpecError {}

/// A checked [`NetworkSpec`] with the shape of every layer.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    spec: NetworkSpec,
    encoder: Vec<EncoderLayer, MAX_CONVOLUTIONS>,
    decoder: Vec<DecoderLayer, MAX_CONVOLUTIONS>,
}

impl Network {
    /// Checks a description and works out its shapes.
    ///
    /// # Errors
    /// [`SpecError`] names the first number that cannot be used.
    pub fn new(spec: NetworkSpec) -> Result<Self, SpecError> {
        let mut network = Self::unchecked(spec);
        network.check()?;
        Ok(network)
    }

    /// What [`Self::check`] makes a network.
    pub(super) const fn unchecked(spec: NetworkSpec) -> Self {
        Self { spec, encoder: Vec::new(), decoder: Vec::new() }
    }

    /// [`Self::new`] in place.
    pub(super) fn check(&mut self) -> Result<(), SpecError> {
        check_numbers(&self.spec)?;
        encoder_layers(&self.spec, &mut self.encoder)?;
        decoder_layers(&self.spec, &mut self.encoder, &mut self.decoder)?;
        for stage in 0..self.stages() + 1 {
            let found = self.stage_shape(stage).elements();
            if found > MAX_MAP_ELEMENTS {
                return Err(SpecError::MapTooLarge { stage, found });
            }
        }
        Ok(())
    }

    /// The description it was made from.
    pub fn spec(&self) -> &NetworkSpec {
        &self.spec
    }

    /// Shape of the image.
    pub fn input(&self) -> MapShape {
        let input = self.spec.input;
        MapShape { height: input.height.into(), width: input.width.into(), channels: input.channels.into() }
    }

    /// The convolutions, in the order they run.
    pub fn encoder(&self) -> &[EncoderLayer] {
        &self.encoder
    }

    /// The tied deconvolutions, in the order they run.
    pub fn decoder(&self) -> &[DecoderLayer] {
        &self.decoder
    }

    /// L_d, the number of deconvolution stages.
    pub fn stages(&self) -> usize {
        self.spec.stages.into()
    }

    /// K, the number of classes.
    pub fn classes(&self) -> usize {
        self.spec.classes.into()
    }

    /// Shape of the feature map of a stage; 0 is the top map of the encoder.
    pub fn stage_shape(&self, stage: usize) -> MapShape {
        let of_stage = self.decoder.iter().find(|d| d.stage == stage && d.ends_stage).map(|d| d.output);
        of_stage.or(self.encoder.last().map(|e| e.output)).unwrap_or(self.input())
    }

    /// Whether the head reads the features of a stage.
    pub fn head_reads(&self, stage: usize) -> bool {
        match self.spec.head.features {
            Features::AllStages => stage <= self.stages(),
            Features::LastStage => stage == self.stages(),
        }
    }

    /// Class maps: as high and wide as the last stage's feature map, one channel a map.
    pub fn map_shape(&self) -> MapShape {
        MapShape { channels: self.maps(), ..self.stage_shape(self.stages()) }
    }

    /// How many class maps there are: K, or one in an evidence head.
    pub fn maps(&self) -> usize {
        match self.spec.head.maps {
            ClassMaps::PerClass => self.classes(),
            ClassMaps::Evidence => 1,
        }
    }

    /// The class that a map belongs to.
    pub fn class_of_map(&self, map: usize) -> usize {
        map + self.classes() - self.maps()
    }

    /// How often the map of `stage` is doubled until it has the size of the last stage's (Eq. 5): pools between them.
    pub fn expansion_shift(&self, stage: usize) -> u32 {
        self.decoder.iter().filter(|d| d.stage > stage && d.unpool).count() as u32
    }

    /// Multiply-accumulates of an image, the zeros of unpooled maps counted; the head's left out.
    pub fn macs(&self) -> u64 {
        let encoder: u64 = self.encoder.iter().map(EncoderLayer::macs).sum();
        let decoder: u64 = self.decoder.iter().map(DecoderLayer::macs).sum();
        encoder + decoder
    }

    /// `conv3`, or `conv3_2` where the block has several convolutions: the name of a layer in files and taps.
    pub fn convolution_name(&self, convolution: usize) -> String<16> {
        self.layer_name("conv", convolution, |block| block)
    }

    /// `deconv1`, or `deconv1_2`: named as in the paper's tables, after the stage and the convolution it is tied to.
    pub fn deconvolution_name(&self, layer: &DecoderLayer) -> String<16> {
        self.layer_name("deconv", layer.convolution, |_| layer.stage)
    }

    fn layer_name(&self, prefix: &str, convolution: usize, number: impl Fn(usize) -> usize) -> String<16> {
        let blocks = blocks(&self.spec.convolutions);
        let found = blocks.iter().enumerate().find(|(_, b)| b.contains(&convolution));
        let (block, range) = found.map_or((0, 0..0), |(i, b)| (i + 1, b.clone()));
        let mut name = String::new();
        // Three digits of block and index at most: it always fits.
        let _ = if range.len() > 1 {
            fmt::write(&mut name, format_args!("{prefix}{}_{}", number(block), convolution + 1 - range.start))
        } else {
            fmt::write(&mut name, format_args!("{prefix}{}", number(block)))
        };
        name
    }
}

/// Ranges of convolutions up to and including a pool; what one stage inverts.
fn blocks(convolutions: &[ConvolutionSpec]) -> Vec<core::ops::Range<usize>, MAX_CONVOLUTIONS> {
    let mut blocks = Vec::new();
    let mut start = 0;
    for (i, convolution) in convolutions.iter().enumerate() {
        if convolution.pool || i + 1 == convolutions.len() {
            // As many blocks as convolutions at most: it always fits.
            let _ = blocks.push(start..i + 1);
            start = i + 1;
        }
    }
    blocks
}

fn in_range(what: &'static str, found: impl Into<u32>, least: u32, most: u32) -> Result<(), SpecError> {
    let found = found.into();
    if (least..=most).contains(&found) { Ok(()) } else { Err(SpecError::OutOfRange { what, found, least, most }) }
}

fn check_numbers(spec: &NetworkSpec) -> Result<(), SpecError> {
    in_range("input width", spec.input.width, 1, MAX_SIDE.into())?;
    in_range("input height", spec.input.height, 1, MAX_SIDE.into())?;
    if spec.input.channels != 1 {
        in_range("input channels (or 1)", spec.input.channels, 3, 3)?;
    }
    in_range("convolutions", spec.convolutions.len() as u32, 1, MAX_CONVOLUTIONS as u32)?;
    in_range("classes", spec.classes, 2, MAX_CLASSES as u32)?;
    in_range("stages", spec.stages, 0, MAX_STAGES as u32)?;
    for (i, convolution) in spec.convolutions.iter().enumerate() {
        in_range("filters of a convolution", convolution.filters, 1, MAX_FILTERS.into())?;
        in_range("kernel of a convolution", convolution.kernel, 1, MAX_KERNEL.into())?;
        if convolution.kernel % 2 == 0 {
            return Err(SpecError::EvenKernel { convolution: i, found: convolution.kernel });
        }
    }
    if !(0.25..=64.0).contains(&spec.head.sharpness) {
        return Err(SpecError::SharpnessOutOfRange);
    }
    let binary_relu = spec.classes == 2 && spec.head.activation == MapActivation::Relu;
    if spec.head.maps == ClassMaps::Evidence && !binary_relu {
        return Err(SpecError::EvidenceNotBinary { classes: spec.classes });
    }
    Ok(())
}

fn encoder_layers(spec: &NetworkSpec, encoder: &mut Vec<EncoderLayer, MAX_CONVOLUTIONS>) -> Result<(), SpecError> {
    let mut input = MapShape {
        height: spec.input.height.into(),
        width: spec.input.width.into(),
        channels: spec.input.channels.into(),
    };
    for (i, convolution) in spec.convolutions.iter().enumerate() {
        let MapShape { height, width, .. } = input;
        if convolution.pool && (height < 2 || width < 2) {
            return Err(SpecError::TooSmallToPool { convolution: i, height, width });
        }
        let shrink = if convolution.pool { 2 } else { 1 };
        let output = MapShape { height: height / shrink, width: width / shrink, channels: convolution.filters.into() };
        let layer =
            EncoderLayer { kernel: convolution.kernel.into(), pool: convolution.pool, input, output, tied: false };
        // As many layers as convolutions in the description, which has the same capacity.
        let _ = encoder.push(layer);
        input = output;
    }
    Ok(())
}

fn decoder_layers(
    spec: &NetworkSpec,
    encoder: &mut [EncoderLayer],
    decoder: &mut Vec<DecoderLayer, MAX_CONVOLUTIONS>,
) -> Result<(), SpecError> {
    let blocks = blocks(&spec.convolutions);
    if usize::from(spec.stages) > blocks.len() {
        return Err(SpecError::TooManyStages { found: spec.stages, blocks: blocks.len() });
    }
    for (stage, block) in (1..=usize::from(spec.stages)).zip(blocks.iter().rev()) {
        for convolution in block.clone().rev() {
            let Some(tied) = encoder.get_mut(convolution) else { continue };
            tied.tied = true;
            let layer = DecoderLayer {
                stage,
                convolution,
                unpool: tied.pool,
                ends_stage: convolution == block.start,
                kernel: tied.kernel,
                input: tied.output,
                output: tied.input,
            };
            // A convolution is inverted once at most: it always fits.
            let _ = decoder.push(layer);
        }
    }
    Ok(())
}
