//! Where a device is reached.

use std::fmt;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::str::FromStr;
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::DeviceError;

/// A socket that carries a device's serial line: `tcp:HOST:PORT`, or on Unix `unix:PATH`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// A TCP socket.
    Tcp(String),
    /// A Unix socket.
    Unix(PathBuf),
}

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once(':') {
            Some(("tcp", rest)) if rest.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok()) => {
                Ok(Self::Tcp(rest.to_owned()))
            }
            Some(("unix", path)) if cfg!(unix) && !path.is_empty() => Ok(Self::Unix(path.into())),
            _ => Err(format!("found {text}, expected tcp:HOST:PORT{}", if cfg!(unix) { " or unix:PATH" } else { "" })),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => write!(f, "tcp:{address}"),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

/// A connected socket.
pub(super) trait Socket: Read + Write + Send {}

impl<T: Read + Write + Send> Socket for T {}

/// How long to wait before another attempt to connect.
const RETRY: Duration = Duration::from_millis(50);

impl Address {
    /// Connects; a device that is just starting is given `wait` to listen. Reads and writes that make no progress for
    /// `patience` then fail with [`io::ErrorKind::WouldBlock`] or [`io::ErrorKind::TimedOut`].
    pub(super) fn connect(&self, wait: Duration, patience: Duration) -> Result<Box<dyn Socket>, DeviceError> {
        let started = Instant::now();
        loop {
            match self.try_connect(patience) {
                Ok(socket) => return Ok(socket),
                Err(source) if started.elapsed() >= wait => {
                    return Err(DeviceError::Connect { address: self.clone(), waited: wait, source });
                }
                Err(_) => sleep(RETRY),
            }
        }
    }

    fn try_connect(&self, patience: Duration) -> io::Result<Box<dyn Socket>> {
        match self {
            Self::Tcp(address) => {
                let socket = TcpStream::connect(address)?;
                // Requests are small and each waits for its answer.
                socket.set_nodelay(true)?;
                socket.set_read_timeout(Some(patience))?;
                socket.set_write_timeout(Some(patience))?;
                Ok(Box::new(socket))
            }
            #[cfg(unix)]
            Self::Unix(path) => {
                let socket = std::os::unix::net::UnixStream::connect(path)?;
                socket.set_read_timeout(Some(patience))?;
                socket.set_write_timeout(Some(patience))?;
                Ok(Box::new(socket))
            }
            #[cfg(not(unix))]
            Self::Unix(_) => Err(io::ErrorKind::Unsupported.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_kind_and_a_place() {
        for good in ["tcp:127.0.0.1:9", "tcp:[::1]:65535"] {
            assert_eq!(good.parse::<Address>().unwrap().to_string(), good);
        }
        for bad in ["", "tcp:", "tcp:host", "tcp:host:65536", "unix:", "udp:host:1", "host:1"] {
            assert!(bad.parse::<Address>().unwrap_err().starts_with(&format!("found {bad}, expected tcp:")), "{bad}");
        }
    }
}
