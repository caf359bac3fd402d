//! Kinds of kernels, as a set: what a firmware links, what a processor runs well, what a plan may take.

use core::fmt;
use core::ops::{BitAnd, BitOr};

use super::kernels::{ConvolutionKernel, DeconvolutionKernel};

/// A set of kinds of kernels beside the definitions, which are always there. It decides what a plan takes, never a result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KernelSet(u16);

/// Each kind with its name, which is also the crate's feature that links it.
const NAMES: [(KernelSet, &str); 10] = [
    (KernelSet::INPUT_DIRECT, "input-direct"),
    (KernelSet::INPUT_WINOGRAD, "input-winograd"),
    (KernelSet::WINOGRAD_3, "winograd-3"),
    (KernelSet::WINOGRAD_5, "winograd-5"),
    (KernelSet::BLOCKED_WINOGRAD_3, "blocked-winograd-3"),
    (KernelSet::BLOCKED_WINOGRAD_5, "blocked-winograd-5"),
    (KernelSet::GATHER, "gather"),
    (KernelSet::GATHER_STRIPS, "gather-strips"),
    (KernelSet::VECTOR_WINDOWS, "vector-windows"),
    (KernelSet::VECTOR_WINOGRAD, "vector-winograd"),
];

impl KernelSet {
    /// The definitions alone.
    pub const DEFINITIONS: Self = Self(0);
    /// [`ConvolutionKernel::InputDirect`].
    pub const INPUT_DIRECT: Self = Self(1 << 0);
    /// [`ConvolutionKernel::InputWinograd`].
    pub const INPUT_WINOGRAD: Self = Self(1 << 1);
    /// [`ConvolutionKernel::Winograd`] of 3x3 kernels.
    pub const WINOGRAD_3: Self = Self(1 << 2);
    /// [`ConvolutionKernel::Winograd`] of 5x5 kernels.
    pub const WINOGRAD_5: Self = Self(1 << 3);
    /// Winograd in blocks, 3x3 kernels: [`ConvolutionKernel::BlockedWinograd`] and its deconvolution.
    pub const BLOCKED_WINOGRAD_3: Self = Self(1 << 4);
    /// Winograd in blocks, 5x5 kernels.
    pub const BLOCKED_WINOGRAD_5: Self = Self(1 << 5);
    /// [`DeconvolutionKernel::Gather`].
    pub const GATHER: Self = Self(1 << 6);
    /// [`DeconvolutionKernel::GatherStrips`].
    pub const GATHER_STRIPS: Self = Self(1 << 7);
    /// [`ConvolutionKernel::VectorWindows`].
    pub const VECTOR_WINDOWS: Self = Self(1 << 8);
    /// Winograd by vectors: [`ConvolutionKernel::VectorWinograd`] and its deconvolution.
    pub const VECTOR_WINOGRAD: Self = Self(1 << 9);

    /// Every kind.
    pub const ALL: Self = Self((1 << NAMES.len()) - 1);
    /// Every kind that a processor without vectors runs well.
    pub const SCALAR: Self = Self(Self::ALL.0 & !Self::VECTOR_WINDOWS.0 & !Self::VECTOR_WINOGRAD.0);

    /// What this build can run.
    pub const LINKED: Self = {
        const fn of(kind: KernelSet, is_linked: bool) -> u16 {
            if is_linked { kind.0 } else { 0 }
        }
        // Vectors are there on processors that have them, and on hosts to compare with.
        Self(
            of(Self::INPUT_DIRECT, cfg!(feature = "input-direct"))
                | of(Self::INPUT_WINOGRAD, cfg!(feature = "input-winograd"))
                | of(Self::WINOGRAD_3, cfg!(feature = "winograd-3"))
                | of(Self::WINOGRAD_5, cfg!(feature = "winograd-5"))
                | of(Self::BLOCKED_WINOGRAD_3, cfg!(feature = "blocked-winograd-3"))
                | of(Self::BLOCKED_WINOGRAD_5, cfg!(feature = "blocked-winograd-5"))
                | of(Self::GATHER, cfg!(feature = "gather"))
                | of(Self::GATHER_STRIPS, cfg!(feature = "gather-strips"))
                | of(Self::VECTOR_WINDOWS, cfg!(all(switchback_vectors, feature = "vector-windows")))
                | of(Self::VECTOR_WINOGRAD, cfg!(all(switchback_vectors, feature = "vector-winograd"))),
        )
    };

    /// What a plan takes here unless told otherwise: of what is linked, what the processor runs well.
    pub const HERE: Self = if cfg!(switchback_helium) { Self::LINKED } else { Self(Self::LINKED.0 & Self::SCALAR.0) };

    /// What the processor runs well that the compiler calls `cpu`.
    pub fn of_processor(cpu: Option<&str>) -> Self {
        let has_vectors = |cpu| env!("SWITCHBACK_VECTOR_PROCESSORS").split(',').any(|name| name == cpu);
        if cpu.is_some_and(has_vectors) { Self::ALL } else { Self::SCALAR }
    }

    /// Whether all of `kinds` are in the set.
    pub const fn contains(self, kinds: Self) -> bool {
        self.0 & kinds.0 == kinds.0
    }

    /// The set as a number: a bit a kind, in the order of this type's constants.
    pub const fn bits(self) -> u16 {
        self.0
    }

    /// The set of a number. Unknown bits, of a newer version, are dropped.
    pub const fn from_bits(bits: u16) -> Self {
        Self(bits & Self::ALL.0)
    }

    /// The kinds' names, which are also the crate's features that link them.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        NAMES.into_iter().filter(move |&(kind, _)| self.contains(kind)).map(|(_, name)| name)
    }

    /// The kind of a convolution's kernel of side `kernel`.
    pub(super) const fn of_convolution(kind: ConvolutionKernel, kernel: usize) -> Self {
        match kind {
            ConvolutionKernel::Definition => Self::DEFINITIONS,
            ConvolutionKernel::InputDirect => Self::INPUT_DIRECT,
            ConvolutionKernel::InputWinograd { .. } => Self::INPUT_WINOGRAD,
            ConvolutionKernel::Winograd { .. } if kernel <= 3 => Self::WINOGRAD_3,
            ConvolutionKernel::Winograd { .. } => Self::WINOGRAD_5,
            ConvolutionKernel::BlockedWinograd(_) if kernel <= 3 => Self::BLOCKED_WINOGRAD_3,
            ConvolutionKernel::BlockedWinograd(_) => Self::BLOCKED_WINOGRAD_5,
            ConvolutionKernel::VectorWindows => Self::VECTOR_WINDOWS,
            ConvolutionKernel::VectorWinograd { .. } => Self::VECTOR_WINOGRAD,
        }
    }

    /// The kind of a deconvolution's kernel of side `kernel`.
    pub(super) const fn of_deconvolution(kind: DeconvolutionKernel, kernel: usize) -> Self {
        match kind {
            DeconvolutionKernel::Definition => Self::DEFINITIONS,
            DeconvolutionKernel::Gather { .. } => Self::GATHER,
            DeconvolutionKernel::GatherStrips { .. } => Self::GATHER_STRIPS,
            DeconvolutionKernel::BlockedWinograd(_) if kernel <= 3 => Self::BLOCKED_WINOGRAD_3,
            DeconvolutionKernel::BlockedWinograd(_) => Self::BLOCKED_WINOGRAD_5,
            DeconvolutionKernel::VectorWinograd { .. } => Self::VECTOR_WINOGRAD,
        }
    }
}

impl BitOr for KernelSet {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitAnd for KernelSet {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

impl fmt::Display for KernelSet {
    /// The names, with commas between them; `definitions` where there is none.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::DEFINITIONS {
            return f.write_str("definitions");
        }
        for (i, name) in self.names().enumerate() {
            if i > 0 {
                f.write_str(",")?;
            }
            f.write_str(name)?;
        }
        Ok(())
    }
}
