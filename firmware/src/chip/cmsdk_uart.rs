//! A CMSDK APB UART as a byte stream: no FIFO, one byte of buffer each way.

use core::convert::Infallible;

use embedded_io::{ErrorType, Read, ReadReady, Write};
use volatile_register::{RO, RW};

use crate::board;

/// The registers that are used here, in the order of their addresses.
#[repr(C)]
struct Registers {
    data: RW<u32>,
    state: RO<u32>,
    control: RW<u32>,
    interrupts: RO<u32>,
    baud_divider: RW<u32>,
}

/// `state`: the transmit buffer is full.
const TRANSMIT_FULL: u32 = 1 << 0;
/// `state`: the receive buffer holds a byte.
const RECEIVE_FULL: u32 = 1 << 1;
/// `control`: the transmitter is on.
const TRANSMIT: u32 = 1 << 0;
/// `control`: the receiver is on.
const RECEIVE: u32 = 1 << 1;
/// The smallest divider that the hardware takes.
const LEAST_DIVIDER: u32 = 16;

/// The board's UART.
pub struct CmsdkUart {
    registers: &'static Registers,
}

impl CmsdkUart {
    /// Switches the UART on.
    pub fn start() -> Self {
        // SAFETY: the board's manifest says that a CMSDK APB UART has its registers at this address, for ever; they are
        // accessed by volatile reads and writes only.
        let registers = unsafe { &*(board::UART_BASE as *const Registers) };
        let divider = (board::CLOCK_HZ / board::UART_BAUD).max(LEAST_DIVIDER);
        // SAFETY: a divider in the hardware's range, and both directions on.
        unsafe {
            registers.baud_divider.write(divider);
            registers.control.write(TRANSMIT | RECEIVE);
        }
        Self { registers }
    }

    fn received(&self) -> Option<u8> {
        (self.registers.state.read() & RECEIVE_FULL != 0).then(|| self.registers.data.read() as u8)
    }
}

impl ErrorType for CmsdkUart {
    type Error = Infallible;
}

impl Read for CmsdkUart {
    /// Waits for a byte, then takes as many as are there.
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Infallible> {
        let mut length = 0;
        for slot in buffer {
            *slot = loop {
                match self.received() {
                    Some(byte) => break byte,
                    None if length > 0 => return Ok(length),
                    None => {}
                }
            };
            length += 1;
        }
        Ok(length)
    }
}

impl ReadReady for CmsdkUart {
    fn read_ready(&mut self) -> Result<bool, Infallible> {
        Ok(self.registers.state.read() & RECEIVE_FULL != 0)
    }
}

impl Write for CmsdkUart {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        for &byte in bytes {
            while self.registers.state.read() & TRANSMIT_FULL != 0 {}
            // SAFETY: the buffer is empty.
            unsafe { self.registers.data.write(byte.into()) };
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        while self.registers.state.read() & TRANSMIT_FULL != 0 {}
        Ok(())
    }
}
