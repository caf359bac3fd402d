//! A serial line in memory that damages what goes over it, and has no clock: a silence is when both ends wait.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};

use rand::seq::IndexedRandom;
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// What happens to a write, which is a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// A byte is lost.
    DroppedByte,
    /// A bit is turned over.
    FlippedBit,
    /// Its second part is lost.
    HalfFrame,
    /// It does not arrive.
    LostFrame,
    /// It arrives twice.
    DuplicatedFrame,
    /// An earlier frame arrives once more before it.
    RepeatedFrame,
    /// Random bytes arrive before it.
    Garbage,
}

const FAULTS: [Fault; 7] = [
    Fault::DroppedByte,
    Fault::FlippedBit,
    Fault::HalfFrame,
    Fault::LostFrame,
    Fault::DuplicatedFrame,
    Fault::RepeatedFrame,
    Fault::Garbage,
];

/// How many of the last frames can be repeated.
const REMEMBERED: usize = 40;

/// One end of a line. Its reads fail with [`io::ErrorKind::TimedOut`] when both ends wait, but for the device's.
pub struct End {
    line: Arc<Line>,
    side: usize,
    random: ChaCha8Rng,
    fault_rate: f64,
    sent: VecDeque<Vec<u8>>,
}

#[derive(Default)]
struct Line {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// Bytes on the way to each side.
    queues: [VecDeque<u8>; 2],
    waiting: [bool; 2],
    closed: bool,
    faults: usize,
}

/// The host's and the device's end of a line on which each frame is damaged with the probability `fault_rate`.
pub fn line(seed: u64, fault_rate: f64) -> (End, End) {
    let line = Arc::new(Line::default());
    let end = |side: usize| End {
        line: line.clone(),
        side,
        random: ChaCha8Rng::seed_from_u64(2 * seed + side as u64),
        fault_rate,
        sent: VecDeque::new(),
    };
    (end(0), end(1))
}

/// Counts the faults of a line.
#[derive(Clone)]
pub struct FaultCounter(Arc<Line>);

impl FaultCounter {
    /// Faults so far.
    pub fn count(&self) -> usize {
        self.0.state().faults
    }
}

impl Line {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no end panics while it holds the line")
    }
}

impl End {
    /// A counter of the line's faults.
    pub fn faults(&self) -> FaultCounter {
        FaultCounter(self.line.clone())
    }

    /// What arrives of `frame`.
    fn damaged(&mut self, frame: &[u8]) -> (Vec<u8>, usize) {
        // A break is no frame.
        if frame.len() < 2 || !self.random.random_bool(self.fault_rate) {
            return (frame.to_vec(), 0);
        }
        let mut bytes = frame.to_vec();
        let place = self.random.random_range(0..bytes.len());
        match FAULTS.choose(&mut self.random).copied().unwrap_or(Fault::LostFrame) {
            Fault::DroppedByte => {
                bytes.remove(place);
            }
            Fault::FlippedBit => bytes[place] ^= 1 << self.random.random_range(0..8),
            Fault::HalfFrame => bytes.truncate(place),
            Fault::LostFrame => bytes.clear(),
            Fault::DuplicatedFrame => bytes.extend_from_slice(frame),
            Fault::RepeatedFrame => {
                let place = self.random.random_range(0..self.sent.len().max(1));
                bytes = [self.sent.get(place).map_or(&[][..], |earlier| earlier), frame].concat();
            }
            Fault::Garbage => {
                let mut garbage = vec![0; self.random.random_range(1..40)];
                self.random.fill_bytes(&mut garbage);
                bytes = [&garbage, frame].concat();
            }
        }
        (bytes, 1)
    }
}

impl Read for End {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut state = self.line.state();
        loop {
            let queue = &mut state.queues[self.side];
            if !queue.is_empty() {
                state.waiting[self.side] = false;
                return state.queues[self.side].read(buffer);
            }
            if state.closed {
                return Ok(0);
            }
            state.waiting[self.side] = true;
            self.line.changed.notify_all();
            let silent = state.waiting == [true; 2] && state.queues.iter().all(VecDeque::is_empty);
            if self.side == 0 && silent {
                return Err(io::ErrorKind::TimedOut.into());
            }
            state = self.line.changed.wait(state).expect("no end panics while it holds the line");
        }
    }
}

impl Write for End {
    fn write(&mut self, frame: &[u8]) -> io::Result<usize> {
        let (bytes, faults) = self.damaged(frame);
        self.sent.push_back(frame.to_vec());
        if self.sent.len() > REMEMBERED {
            self.sent.pop_front();
        }
        let mut state = self.line.state();
        state.faults += faults;
        state.waiting[self.side] = false;
        state.queues[1 - self.side].extend(bytes);
        self.line.changed.notify_all();
        Ok(frame.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for End {
    fn drop(&mut self) {
        self.line.state().closed = true;
        self.line.changed.notify_all();
    }
}
