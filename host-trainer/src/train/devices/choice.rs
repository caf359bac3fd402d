//! What `--device` asks for, and opening it.

use std::fmt;
use std::str::FromStr;

use candle_core::Device;

use super::Devices;
use super::gradients::Sum;

/// The devices that a training is asked to run on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum DeviceChoice {
    /// `cpu`.
    #[default]
    Cpu,
    /// `cuda:N,N,…`: GPUs by their CUDA numbers, each once, at least one; `cuda` is `cuda:0`.
    Cuda(Vec<usize>),
}

/// Devices that cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum DeviceError {
    /// The name says nothing.
    #[error("found '{found}', expected cpu, cuda, cuda:N or cuda:N,N,… with each GPU once")]
    Name {
        /// What was said.
        found: String,
    },
    /// The program has no CUDA.
    #[error("device {asked}: this program is built without the feature cuda, expected cpu")]
    NotBuiltIn {
        /// The devices.
        asked: DeviceChoice,
    },
    /// CUDA does not give the GPU.
    #[error("device cuda:{number}: cannot be opened: {cause}")]
    Open {
        /// The GPU.
        number: usize,
        /// What CUDA says.
        cause: candle_core::Error,
    },
    /// NCCL does not connect the GPUs.
    #[error("device {asked}: NCCL cannot connect the GPUs: {cause}")]
    Connect {
        /// The devices.
        asked: DeviceChoice,
        /// What NCCL says.
        cause: candle_core::Error,
    },
}

impl DeviceError {
    /// The next step for whoever sees this error, where there is one.
    pub fn help(&self) -> Option<&'static str> {
        match self {
            Self::NotBuiltIn { .. } => Some(
                "leave --device away, or build with CUDA's toolkit at hand: SWITCHBACK_TRAINER_FEATURES=cuda cargo xtask … \
                 (docs/training.md)",
            ),
            Self::Open { .. } => Some("nvidia-smi lists the GPUs; --device cpu runs without one"),
            Self::Name { .. } | Self::Connect { .. } => None,
        }
    }
}

impl FromStr for DeviceChoice {
    type Err = DeviceError;

    fn from_str(text: &str) -> Result<Self, DeviceError> {
        let error = || DeviceError::Name { found: text.into() };
        let numbers = match text {
            "cpu" => return Ok(Self::Cpu),
            "cuda" => "0",
            _ => text.strip_prefix("cuda:").ok_or_else(error)?,
        };
        let numbers: Vec<usize> = numbers.split(',').map(str::parse).collect::<Result<_, _>>().map_err(|_| error())?;
        let twice = |(i, number)| numbers[..i].contains(number);
        if numbers.iter().enumerate().any(twice) { Err(error()) } else { Ok(Self::Cuda(numbers)) }
    }
}

impl fmt::Display for DeviceChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cpu => f.write_str("cpu"),
            Self::Cuda(numbers) => {
                let numbers: Vec<_> = numbers.iter().map(usize::to_string).collect();
                write!(f, "cuda:{}", numbers.join(","))
            }
        }
    }
}

impl DeviceChoice {
    /// Opens the devices.
    ///
    /// # Errors
    /// [`DeviceError`] names the device that cannot be had.
    pub fn open(&self) -> Result<Devices, DeviceError> {
        let Self::Cuda(numbers) = self else { return Ok(Devices::cpu()) };
        if !candle_core::utils::cuda_is_available() {
            return Err(DeviceError::NotBuiltIn { asked: self.clone() });
        }
        let open = |&number: &usize| Device::new_cuda(number).map_err(|cause| DeviceError::Open { number, cause });
        let all = numbers.iter().map(open).collect::<Result<Vec<_>, _>>()?;
        let sum = Sum::over(&all).map_err(|cause| DeviceError::Connect { asked: self.clone(), cause })?;
        Ok(Devices { all, sum })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back_and_wrong_ones_are_told() {
        for (text, expected) in [
            ("cpu", DeviceChoice::Cpu),
            ("cuda:1", DeviceChoice::Cuda(vec![1])),
            ("cuda:2,0,1", DeviceChoice::Cuda(vec![2, 0, 1])),
        ] {
            assert_eq!(text.parse::<DeviceChoice>().unwrap(), expected);
            assert_eq!(expected.to_string(), text);
        }
        assert_eq!("cuda".parse::<DeviceChoice>().unwrap(), DeviceChoice::Cuda(vec![0]));
        for wrong in ["", "gpu", "cuda:", "cuda:x", "cuda:0,", "cuda:-1", "cuda:1,0,1", "cuda0"] {
            let error = wrong.parse::<DeviceChoice>().unwrap_err().to_string();
            assert!(error.starts_with(&format!("found '{wrong}', expected cpu, ")), "{error}");
        }
    }

    #[cfg(not(feature = "cuda"))]
    #[test]
    fn a_gpu_that_is_not_built_in_is_told_with_the_way_to_it() {
        let error = DeviceChoice::Cuda(vec![0, 1]).open().unwrap_err();
        assert_eq!(error.to_string(), "device cuda:0,1: this program is built without the feature cuda, expected cpu");
        assert!(error.help().unwrap().contains("SWITCHBACK_TRAINER_FEATURES=cuda"));
    }
}
