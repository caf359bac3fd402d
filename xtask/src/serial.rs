//! A board's serial port as a socket: the trainer talks to sockets, whether a board is emulated or real.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use serialport::{SerialPort, SerialPortInfo, SerialPortType};

use crate::error::XtaskError;

/// How long a read of the port waits for a byte, before it looks whether the conversation has ended.
const PATIENCE: Duration = Duration::from_millis(50);

/// Why there is no serial line.
#[derive(Debug, thiserror::Error)]
pub enum SerialError {
    /// No port belongs to the probe.
    #[error("serial port: found {found}, expected one of the probe {probe}")]
    NotFound {
        /// The ports there are.
        found: String,
        /// The probe's selector.
        probe: String,
    },
    /// There is no such port.
    #[error("serial port: found no {port}, expected it")]
    Missing {
        /// The port.
        port: String,
    },
    /// Another program has it.
    #[error("serial port {port}: found it in use by another program, expected it free")]
    Taken {
        /// The port.
        port: String,
    },
    /// This user may not use it.
    #[error("serial port {port}: found no permission to open it, expected to read and write it")]
    Permission {
        /// The port.
        port: String,
    },
    /// Something else.
    #[error("serial port {port}: {cause}")]
    Other {
        /// The port.
        port: String,
        /// The system's reason.
        cause: String,
    },
}

impl SerialError {
    /// The next step.
    pub fn help(&self) -> String {
        match self {
            Self::NotFound { .. } | Self::Missing { .. } => "name the port of the board's UART: --serial PORT",
            Self::Taken { .. } => "end the other program (a serial monitor, a modem manager)",
            Self::Permission { .. } => "join the port's group: sudo usermod -a -G dialout $USER, then log in again",
            Self::Other { .. } => "plug the board in again, or name another port: --serial PORT",
        }
        .to_owned()
    }

    fn opening(port: &str, error: &serialport::Error) -> Self {
        let (port, cause) = (port.to_owned(), error.to_string());
        let text = cause.to_lowercase();
        // The crate has no kind of its own for a port that is taken; systems word it differently.
        let is_taken = ["busy", "unavailable", "exclusive lock", "access is denied"];
        match error.kind {
            serialport::ErrorKind::Io(io::ErrorKind::PermissionDenied) => Self::Permission { port },
            _ if is_taken.iter().any(|part| text.contains(part)) => Self::Taken { port },
            _ if text.contains("permission denied") => Self::Permission { port },
            serialport::ErrorKind::Io(io::ErrorKind::NotFound) | serialport::ErrorKind::NoDevice => {
                Self::Missing { port }
            }
            _ => Self::Other { port, cause },
        }
    }
}

/// The port that belongs to the probe `selector` (`VID:PID:SERIAL`): on its own USB device, or the only one there is.
///
/// # Errors
/// [`SerialError::NotFound`].
pub fn of_probe(selector: &str) -> Result<String, SerialError> {
    choose(&serialport::available_ports().unwrap_or_default(), selector)
}

fn choose(ports: &[SerialPortInfo], selector: &str) -> Result<String, SerialError> {
    let usb = |port: &&SerialPortInfo| matches!(port.port_type, SerialPortType::UsbPort(_));
    let serial_number = selector.splitn(3, ':').nth(2).filter(|number| !number.is_empty());
    let of_probe = |port: &&SerialPortInfo| match (&port.port_type, serial_number) {
        (SerialPortType::UsbPort(usb), Some(number)) => usb.serial_number.as_deref() == Some(number),
        _ => false,
    };
    let own: Vec<&SerialPortInfo> = ports.iter().filter(of_probe).collect();
    let all: Vec<&SerialPortInfo> = ports.iter().filter(usb).collect();
    match (own.as_slice(), all.as_slice()) {
        ([port], _) | ([], [port]) => Ok(port.port_name.clone()),
        _ => {
            let names: Vec<&str> = all.iter().map(|port| port.port_name.as_str()).collect();
            let found = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
            Err(SerialError::NotFound { found, probe: selector.to_owned() })
        }
    }
}

/// A serial port that a program of this machine reaches through a socket.
pub struct Bridge {
    port: u16,
}

impl Bridge {
    /// Opens the port `name`; its bytes go to the first program that connects, and back, until that ends.
    ///
    /// # Errors
    /// [`SerialError`] when the port cannot be opened.
    pub fn open(name: &str, baud: u32) -> Result<Self, XtaskError> {
        let opening = |error: serialport::Error| SerialError::opening(name, &error);
        let port = serialport::new(name, baud).timeout(PATIENCE).open().map_err(opening)?;
        let other = port.try_clone().map_err(opening)?;
        let cannot = |source| XtaskError::Run { program: format!("socket for {name}"), source };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(cannot)?;
        let address = listener.local_addr().map_err(cannot)?;
        thread::spawn(move || {
            // Ends of either side end both: the trainer then says what it was waiting for.
            if let Ok((socket, _)) = listener.accept() {
                let _ = serve(&socket, port, other);
            }
        });
        Ok(Self { port: address.port() })
    }

    /// Where the port is, as the trainer's `device --connect` takes it.
    pub fn address(&self) -> String {
        format!("tcp:127.0.0.1:{}", self.port)
    }
}

fn serve(socket: &TcpStream, mut port: Box<dyn SerialPort>, mut other: Box<dyn SerialPort>) -> io::Result<()> {
    socket.set_nodelay(true)?;
    let (mut from_host, mut to_host) = (socket.try_clone()?, socket.try_clone()?);
    let to_board = thread::spawn(move || io::copy(&mut from_host, &mut other));
    let mut buffer = [0; 1024];
    while !to_board.is_finished() {
        match port.read(&mut buffer) {
            Ok(length) => to_host.write_all(buffer.get(..length).unwrap_or_default())?,
            Err(error) if error.kind() == io::ErrorKind::TimedOut => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usb(name: &str, serial_number: &str) -> SerialPortInfo {
        let port_type = SerialPortType::UsbPort(serialport::UsbPortInfo {
            vid: 0x1366,
            pid: 0x1051,
            serial_number: Some(serial_number.to_owned()),
            manufacturer: None,
            product: None,
        });
        SerialPortInfo { port_name: name.to_owned(), port_type }
    }

    #[test]
    fn the_port_of_the_probe_is_chosen() {
        let ports = [usb("/dev/ttyACM0", "1"), usb("/dev/ttyACM1", "2")];
        assert_eq!(choose(&ports, "1366:1051:2").unwrap(), "/dev/ttyACM1");
        assert_eq!(choose(&ports[..1], "2e8a:000c").unwrap(), "/dev/ttyACM0");
        let error = choose(&ports, "2e8a:000c:3").unwrap_err();
        assert!(error.to_string().contains("found /dev/ttyACM0, /dev/ttyACM1"), "{error}");
        assert!(choose(&[], "2e8a:000c:3").unwrap_err().to_string().contains("found none"));
    }

    #[test]
    fn what_keeps_a_port_from_opening_is_told_apart() {
        let error = |kind, text: &str| SerialError::opening("p", &serialport::Error::new(kind, text));
        let io = serialport::ErrorKind::Io;
        assert!(matches!(error(io(io::ErrorKind::Other), "Device or resource busy"), SerialError::Taken { .. }));
        assert!(matches!(
            error(serialport::ErrorKind::NoDevice, "Unable to acquire exclusive lock on serial port"),
            SerialError::Taken { .. }
        ));
        assert!(matches!(error(io(io::ErrorKind::PermissionDenied), "no"), SerialError::Permission { .. }));
        assert!(matches!(error(io(io::ErrorKind::NotFound), "no"), SerialError::Missing { .. }));
        assert!(matches!(
            Bridge::open("/dev/no-such-port", 9600),
            Err(XtaskError::Serial(SerialError::Missing { .. }))
        ));
    }

    #[cfg(unix)]
    #[test]
    fn bytes_go_both_ways() {
        let (mut board, pair) = serialport::TTYPort::pair().unwrap();
        let name = pair.name().unwrap();
        drop(pair);
        let bridge = Bridge::open(&name, 115_200).unwrap();
        let mut host = TcpStream::connect((Ipv4Addr::LOCALHOST, bridge.port)).unwrap();
        host.write_all(b"ping").unwrap();
        let mut bytes = [0; 4];
        board.set_timeout(Duration::from_secs(5)).unwrap();
        board.read_exact(&mut bytes).unwrap();
        assert_eq!(&bytes, b"ping");
        board.write_all(b"pong").unwrap();
        host.read_exact(&mut bytes).unwrap();
        assert_eq!(&bytes, b"pong");
    }
}
