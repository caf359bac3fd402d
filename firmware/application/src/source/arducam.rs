//! A camera module with its own frame memory: the ArduCAM Mini 2MP and its kind.
//!
//! A bridge chip keeps a frame of its OV2640 sensor in a FIFO that is read over SPI (mode 0, up to 8 MHz); the sensor is set up
//! over I²C. Frames are uncompressed, 320x240, two bytes a pixel: no JPEG is decoded anywhere.

use core::fmt;

use embedded_hal::delay::DelayNs;
use embedded_hal::i2c::I2c;
use embedded_hal::spi::{Operation, SpiDevice};
use switchback::model::MapShape;

use super::{RowSource, ov2640};

/// The bridge's registers.
mod register {
    /// Any byte, for a test of the line.
    pub const TEST: u8 = 0x00;
    /// Frames of a capture, less one.
    pub const FRAMES: u8 = 0x01;
    /// Commands to the FIFO.
    pub const FIFO: u8 = 0x04;
    /// Reset of the bridge.
    pub const RESET: u8 = 0x07;
    /// Reads the FIFO, byte after byte; a later read goes on where this one ends.
    pub const BURST: u8 = 0x3c;
    /// State of the capture.
    pub const TRIGGER: u8 = 0x41;
    /// Bytes in the FIFO: three registers, the low byte first.
    pub const SIZE: [u8; 3] = [0x42, 0x43, 0x44];
    /// Set in the address of a register that is written.
    pub const WRITE: u8 = 0x80;
}

const TEST_BYTE: u8 = 0x55;
const RESET: u8 = 0x80;
const CLEAR_FIFO: u8 = 0x01;
const START_CAPTURE: u8 = 0x02;
const CAPTURE_DONE: u8 = 0x08;

/// How long the chips take to reset.
const RESET_MS: u32 = 100;
/// How long a capture may take: several frames in the dark.
const CAPTURE_MS: u32 = 1000;

const WIDTH: usize = 320;
const HEIGHT: usize = 240;
/// Bytes of a row as the sensor sends it.
const ROW_BYTES: usize = 2 * WIDTH;

/// What becomes of the sensor's pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Colours {
    /// One channel: the luma that the sensor computes.
    Grey,
    /// Three channels, from 5, 6 and 5 bits.
    Rgb,
}

/// An ArduCAM module with an OV2640, as a source of 320x240 frames.
#[derive(Debug)]
pub struct ArduCam<S, I, D> {
    spi: S,
    i2c: I,
    delay: D,
    colours: Colours,
    row: [u8; ROW_BYTES],
}

/// Why the module gives no frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum ArduCamError<S, I> {
    /// SPI failed.
    Spi(S),
    /// I²C failed.
    I2c(I),
    /// The bridge does not give back what was written: wiring, or another module.
    Bridge {
        /// The byte that was read.
        found: u8,
    },
    /// Another sensor.
    Sensor {
        /// Its product number.
        found: u16,
    },
    /// No frame in time.
    Timeout,
    /// The FIFO holds less than a frame.
    Frame {
        /// Bytes in it.
        found: usize,
    },
}

impl<S: embedded_hal::spi::Error, I: embedded_hal::i2c::Error> fmt::Display for ArduCamError<S, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Spi(error) => write!(f, "camera's SPI: {}", error.kind()),
            Self::I2c(error) => write!(f, "camera's I2C: {}", error.kind()),
            Self::Bridge { found } => {
                write!(f, "camera's test register: found {found:#04x}, expected {TEST_BYTE:#04x} as it was written")
            }
            Self::Sensor { found } => {
                write!(f, "camera's sensor: found product {found:#06x}, expected {:#06x} (OV2640)", ov2640::PRODUCT)
            }
            Self::Timeout => write!(f, "camera: found no frame after {CAPTURE_MS} ms, expected one"),
            Self::Frame { found } => {
                write!(f, "camera's frame: found {found} bytes, expected at least {}", HEIGHT * ROW_BYTES)
            }
        }
    }
}

impl<S: embedded_hal::spi::Error, I: embedded_hal::i2c::Error> core::error::Error for ArduCamError<S, I> {}

type Error<S, I> = ArduCamError<<S as embedded_hal::spi::ErrorType>::Error, <I as embedded_hal::i2c::ErrorType>::Error>;

impl<S: SpiDevice, I: I2c, D: DelayNs> ArduCam<S, I, D> {
    /// Resets bridge and sensor, and sets the sensor to uncompressed frames. It takes a third of a second.
    ///
    /// # Errors
    /// [`ArduCamError`] where a bus fails or another chip answers.
    pub fn start(spi: S, i2c: I, delay: D, colours: Colours) -> Result<Self, Error<S, I>> {
        let mut camera = Self { spi, i2c, delay, colours, row: [0; ROW_BYTES] };
        camera.write(register::RESET, RESET)?;
        camera.delay.delay_ms(RESET_MS);
        camera.write(register::RESET, 0)?;
        camera.delay.delay_ms(RESET_MS);
        camera.write(register::TEST, TEST_BYTE)?;
        let found = camera.read(register::TEST)?;
        if found != TEST_BYTE {
            return Err(ArduCamError::Bridge { found });
        }
        camera.set_up_sensor()?;
        camera.write(register::FRAMES, 0)?;
        Ok(camera)
    }

    fn set_up_sensor(&mut self) -> Result<(), Error<S, I>> {
        self.write_sensor(ov2640::BANK, ov2640::SENSOR)?;
        self.write_sensor(ov2640::sensor::COM7, ov2640::sensor::COM7_RESET)?;
        self.delay.delay_ms(RESET_MS);
        self.write_sensor(ov2640::BANK, ov2640::SENSOR)?;
        let product = [self.read_sensor(ov2640::sensor::PID)?, self.read_sensor(ov2640::sensor::VER)?];
        let found = u16::from_be_bytes(product);
        if found & ov2640::PRODUCT_MASK != ov2640::PRODUCT {
            return Err(ArduCamError::Sensor { found });
        }
        let image_mode = match self.colours {
            Colours::Grey => ov2640::YUV422,
            Colours::Rgb => ov2640::RGB565,
        };
        for (register, value) in ov2640::quarter_vga(image_mode) {
            self.write_sensor(register, value)?;
        }
        Ok(())
    }

    fn write(&mut self, register: u8, value: u8) -> Result<(), Error<S, I>> {
        self.spi.write(&[register::WRITE | register, value]).map_err(ArduCamError::Spi)
    }

    fn read(&mut self, register: u8) -> Result<u8, Error<S, I>> {
        let mut value = [0];
        let mut operations = [Operation::Write(&[register]), Operation::Read(&mut value)];
        self.spi.transaction(&mut operations).map_err(ArduCamError::Spi)?;
        let [value] = value;
        Ok(value)
    }

    fn write_sensor(&mut self, register: u8, value: u8) -> Result<(), Error<S, I>> {
        self.i2c.write(ov2640::ADDRESS, &[register, value]).map_err(ArduCamError::I2c)
    }

    /// Two transactions: the sensor's bus knows no repeated start.
    fn read_sensor(&mut self, register: u8) -> Result<u8, Error<S, I>> {
        let mut value = [0];
        self.i2c.write(ov2640::ADDRESS, &[register]).map_err(ArduCamError::I2c)?;
        self.i2c.read(ov2640::ADDRESS, &mut value).map_err(ArduCamError::I2c)?;
        let [value] = value;
        Ok(value)
    }
}

impl<S: SpiDevice, I: I2c, D: DelayNs> RowSource for ArduCam<S, I, D> {
    type Error = Error<S, I>;

    fn shape(&self) -> MapShape {
        let channels = match self.colours {
            Colours::Grey => 1,
            Colours::Rgb => 3,
        };
        MapShape { height: HEIGHT, width: WIDTH, channels }
    }

    fn start_frame(&mut self) -> Result<(), Self::Error> {
        self.write(register::FIFO, CLEAR_FIFO)?;
        self.write(register::FIFO, START_CAPTURE)?;
        let mut waited = 0;
        while self.read(register::TRIGGER)? & CAPTURE_DONE == 0 {
            if waited == CAPTURE_MS {
                return Err(ArduCamError::Timeout);
            }
            self.delay.delay_ms(1);
            waited += 1;
        }
        let mut found = 0;
        for (register, shift) in register::SIZE.into_iter().zip([0, 8, 16]) {
            found |= usize::from(self.read(register)?) << shift;
        }
        if found < HEIGHT * ROW_BYTES { Err(ArduCamError::Frame { found }) } else { Ok(()) }
    }

    fn read_row(&mut self, row: &mut [u8]) -> Result<(), Self::Error> {
        let mut operations = [Operation::Write(&[register::BURST]), Operation::Read(&mut self.row)];
        self.spi.transaction(&mut operations).map_err(ArduCamError::Spi)?;
        let (pixels, _) = self.row.as_chunks();
        match self.colours {
            Colours::Grey => {
                for (grey, &[luma, _]) in row.iter_mut().zip(pixels) {
                    *grey = luma;
                }
            }
            Colours::Rgb => {
                for (colour, &pixel) in row.as_chunks_mut().0.iter_mut().zip(pixels) {
                    *colour = rgb888(u16::from_be_bytes(pixel));
                }
            }
        }
        Ok(())
    }
}

/// 5, 6 and 5 bits as 8 each: the high bits again below them, so that full stays full.
const fn rgb888(rgb565: u16) -> [u8; 3] {
    let (red, green, blue) = (rgb565 >> 11, rgb565 >> 5 & 0x3f, rgb565 & 0x1f);
    [(red << 3 | red >> 2) as u8, (green << 2 | green >> 4) as u8, (blue << 3 | blue >> 2) as u8]
}
