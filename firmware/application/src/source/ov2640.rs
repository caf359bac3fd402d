//! Registers of the OV2640 sensor that make it give uncompressed frames of 320x240, by the names of its data sheet.
//!
//! Only documented registers are written; exposure, gain and white balance stay automatic, as after a reset.

/// The sensor's address on its I²C (SCCB) bus.
pub(super) const ADDRESS: u8 = 0x30;
/// What PID and VER say; the last bits of VER differ between revisions.
pub(super) const PRODUCT: u16 = 0x2640;
/// Bits of PID and VER that tell the product.
pub(super) const PRODUCT_MASK: u16 = 0xfff0;

/// Chooses between the two banks of registers.
pub(super) const BANK: u8 = 0xff;
/// The bank of the image processor.
const DSP: u8 = 0x00;
/// The bank of the sensor.
pub(super) const SENSOR: u8 = 0x01;

/// Registers of the bank [`SENSOR`].
pub(super) mod sensor {
    /// Product, high byte.
    pub const PID: u8 = 0x0a;
    /// Product, low byte.
    pub const VER: u8 = 0x0b;
    /// Reset and resolution.
    pub const COM7: u8 = 0x12;
    /// [`COM7`]: every register to its value after power-up.
    pub const COM7_RESET: u8 = 0x80;
    /// [`COM7`]: 800x600.
    pub const COM7_SVGA: u8 = 0x40;
    pub(in super::super) const HSTART: u8 = 0x17;
    pub(in super::super) const HSTOP: u8 = 0x18;
    pub(in super::super) const VSTART: u8 = 0x19;
    pub(in super::super) const VSTOP: u8 = 0x1a;
    pub(in super::super) const REG32: u8 = 0x32;
}

/// Registers of the bank [`DSP`].
mod dsp {
    pub const R_BYPASS: u8 = 0x05;
    pub const CTRLI: u8 = 0x50;
    pub const HSIZE: u8 = 0x51;
    pub const VSIZE: u8 = 0x52;
    pub const XOFFL: u8 = 0x53;
    pub const YOFFL: u8 = 0x54;
    pub const VHYX: u8 = 0x55;
    pub const TEST: u8 = 0x57;
    pub const ZMOW: u8 = 0x5a;
    pub const ZMOH: u8 = 0x5b;
    pub const ZMHH: u8 = 0x5c;
    pub const CTRL2: u8 = 0x86;
    pub const SIZEL: u8 = 0x8c;
    pub const HSIZE8: u8 = 0xc0;
    pub const VSIZE8: u8 = 0xc1;
    pub const R_DVP_SP: u8 = 0xd3;
    pub const IMAGE_MODE: u8 = 0xda;
    pub const RESET: u8 = 0xe0;
}

/// IMAGE_MODE: luma, blue difference, luma, red difference.
pub(super) const YUV422: u8 = 0x00;
/// IMAGE_MODE: 5 bits of red, 6 of green, 5 of blue, high byte first.
pub(super) const RGB565: u8 = 0x08;

/// Register and value, in order: 800x600 from the sensor, halved and scaled to 320x240, in an uncompressed format.
pub(super) const fn quarter_vga(image_mode: u8) -> [(u8, u8); 27] {
    [
        (BANK, SENSOR),
        (sensor::COM7, sensor::COM7_SVGA),
        // The sensor's window for 800x600.
        (sensor::HSTART, 0x11),
        (sensor::HSTOP, 0x43),
        (sensor::VSTART, 0x00),
        (sensor::VSTOP, 0x4b),
        (sensor::REG32, 0x09),
        (BANK, DSP),
        (dsp::RESET, 0x04), // the digital video port, while it is changed
        (dsp::HSIZE8, (800 / 8) as u8),
        (dsp::VSIZE8, (600 / 8) as u8),
        (dsp::SIZEL, 0x00),
        (dsp::CTRL2, 0x3d), // scaling, effects, colour adjustment and matrix
        (dsp::CTRLI, 0x89), // half of the columns, half of the rows
        (dsp::HSIZE, (800 / 4) as u8),
        (dsp::VSIZE, (600 / 4) as u8),
        (dsp::XOFFL, 0x00),
        (dsp::YOFFL, 0x00),
        (dsp::VHYX, 0x00),
        (dsp::TEST, 0x00),
        (dsp::ZMOW, (320 / 4) as u8),
        (dsp::ZMOH, (240 / 4) as u8),
        (dsp::ZMHH, 0x00),
        (dsp::R_DVP_SP, 0x82), // pixel clock
        (dsp::IMAGE_MODE, image_mode),
        (dsp::RESET, 0x00),
        (dsp::R_BYPASS, 0x00), // through the image processor
    ]
}
