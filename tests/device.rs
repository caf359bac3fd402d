//! The host's side of the serial link against devices that answer, lie, babble, fall silent and go away. The good one is
//! the firmware's own code on a thread, with a socket for its UART.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use clap::Parser;
use embedded_io_adapters::std::FromStd;
use host_trainer::cli::Cli;
use host_trainer::device::{Address, Answer, Client, Comparison, DeviceError, on_host};
use parity::random_model;
use switchback::link::frame::{Deframer, MAX_FRAME, decode, encode};
use switchback::link::{
    Device, FrameError, Host, Identity, PROTOCOL, Port, PortError, Refusal, Reply, Request, Status, Turn, UNNUMBERED,
    UpdateError, parts,
};
use switchback::model::spec::{InputSpec, NetworkSpec};
use switchback::model::{AlignedBytes, Model, Network};
use switchback::stream::{Plan, Tap};

const PATIENCE: Duration = Duration::from_secs(20);
const SHORT_PATIENCE: Duration = Duration::from_millis(500);

/// Rows of 300 x 3 bytes come in four parts, and maps of 300 pixels in two.
fn network() -> Network {
    let input = InputSpec { width: 300, height: 36, channels: 3 };
    Network::new(NetworkSpec::table1(0.0625, input, 2)).expect("a preset is a network")
}

/// A device for one connection.
fn start(serve: impl FnOnce(TcpStream) + Send + 'static) -> (Address, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = format!("tcp:{}", listener.local_addr().expect("a bound port"));
    let device = thread::spawn(move || serve(listener.accept().expect("a connection").0));
    (address.parse().expect("an address"), device)
}

fn connect(address: &Address) -> Client {
    Client::connect(address, Duration::ZERO, PATIENCE).expect("a listening device")
}

/// The firmware's device with `model` in an arena of `spare` bytes more than it needs.
fn firmware(model: AlignedBytes, spare: isize) -> (Address, JoinHandle<()>) {
    start(move |socket| {
        let model = Model::parse(model.as_slice()).expect("a valid model");
        let needed = Plan::new(model.network()).arena_bytes();
        let mut arena = AlignedBytes::zeroed(needed.checked_add_signed(spare).expect("a size"));
        let plan = Plan::new(model.network());
        let served = Device::new(FromStd::new(socket), &model, plan, arena.as_mut_slice(), "thread", ()).serve();
        assert!(matches!(served, Ok(Turn::Stop) | Err(PortError::Closed | PortError::Stream(_))), "{served:?}");
    })
}

/// What a scripted device answers a request, whose number and bytes it is given; the connection ends where there is no answer.
type Script = Box<dyn FnMut(u16, Request<'_>) -> Option<Vec<u8>> + Send>;

/// A device that answers each frame that arrives as `script` says.
fn script(mut script: Script) -> (Address, JoinHandle<()>) {
    start(move |mut socket| {
        let mut deframer = Deframer::new();
        let mut byte = [0];
        while let Ok(1) = socket.read(&mut byte) {
            if let Ok(true) = deframer.push(byte[0]) {
                let (number, request) = decode(deframer.payload()).expect("a request");
                let Some(answer) = script(number, request) else { return };
                if socket.write_all(&answer).is_err() {
                    return;
                }
            }
        }
    })
}

/// A device that says `identity`, and then `answer` to everything.
fn says(identity: Identity<'static>, answer: impl Fn(u16) -> Vec<u8> + Send + 'static) -> (Address, JoinHandle<()>) {
    script(Box::new(move |number, request| match request {
        Request::Identify => Some(frame(number, Reply::Identity(identity))),
        _ => Some(answer(number)),
    }))
}

fn frame(number: u16, reply: Reply<'_>) -> Vec<u8> {
    let mut buffer = [0; MAX_FRAME];
    encode(number, &reply, &mut buffer).expect("a short message").to_vec()
}

fn identity(model: &Model<'_>) -> Identity<'static> {
    Identity {
        protocol: PROTOCOL,
        model_crc32: model.crc32(),
        input_width: 300,
        input_height: 36,
        input_channels: 3,
        maps: 1,
        map_width: 72,
        map_height: 8,
        classes: 2,
        arena_bytes: 1,
        arena_room: 1,
        model_room: 0,
        kernels: 0,
        ticks_per_second: 1,
        board: "script",
        trained_on: "",
    }
}

#[test]
fn a_device_gives_the_host_s_values_image_after_image() {
    let network = network();
    let bytes = random_model::bytes(&network, 5);
    let model = Model::parse(bytes.as_slice()).expect("a valid model");
    let (address, device) = firmware(bytes.clone(), 0);
    let mut client = connect(&address);
    let found = client.identify(&model).expect("an identity");
    assert_eq!((found.board.as_str(), found.arena_bytes as usize), ("thread", Plan::new(&network).arena_bytes()));
    for seed in 0..3 {
        let pixels = random_model::image(&network, seed);
        let mut rows = 0;
        let answer = client.run(&network, &pixels, |taken| rows = taken).expect("an answer");
        assert_eq!(rows, 36);
        let host = on_host(&model, &pixels).expect("an image of the network's size");
        assert_eq!(answer, host);
        assert!(Comparison::new(&network, &host, &answer).is_equal());
    }
    client.shut_down().expect("an end");
    device.join().expect("a device that ended well");
}

#[test]
fn the_first_layer_that_differs_is_named() {
    let network = network();
    let bytes = random_model::bytes(&network, 5);
    let model = Model::parse(bytes.as_slice()).expect("a valid model");
    let host = on_host(&model, &random_model::image(&network, 2)).expect("an image of the network's size");
    let wrong_from = |first: Tap| {
        let mut device: Answer = host.clone();
        let start = device.checksums.iter().position(|(tap, _)| *tap == first).expect("a tap of the network");
        device.checksums.iter_mut().skip(start).for_each(|(_, crc32)| *crc32 ^= 1);
        Comparison::new(&network, &host, &device).first_difference().map(|tap| tap.name.clone())
    };
    assert_eq!(wrong_from(Tap::Convolution(2)).as_deref(), Some("conv3"));
    assert_eq!(wrong_from(Tap::Deconvolution(0)).as_deref(), Some("deconv1"));

    let mut silent = host.clone();
    silent.checksums.pop();
    assert!(!Comparison::new(&network, &host, &silent).is_equal());
    let mut label = host.clone();
    label.labels[7] ^= 1;
    assert_eq!(Comparison::new(&network, &host, &label).mismatches, 1);
}

#[test]
fn another_model_and_another_protocol_are_refused() {
    let network = network();
    let (bytes, other) = (random_model::bytes(&network, 5), random_model::bytes(&network, 6));
    let model = Model::parse(bytes.as_slice()).expect("a valid model");
    let (address, _device) = firmware(other.clone(), 0);
    let found = Model::parse(other.as_slice()).expect("a valid model").crc32();
    let error = connect(&address).identify(&model).expect_err("another model");
    assert!(matches!(error, DeviceError::OtherModel { found: f, expected } if f == found && expected == model.crc32()));

    let identity = Identity { protocol: PROTOCOL + 1, ..identity(&model) };
    let (address, _device) = says(identity, |_| vec![]);
    let error = connect(&address).identify(&model).expect_err("another protocol");
    assert!(matches!(error, DeviceError::Protocol { found } if found == PROTOCOL + 1));
}

#[test]
fn a_device_that_stops_answering_is_called_silent() {
    let network = network();
    let bytes = random_model::bytes(&network, 5);
    let model = Model::parse(bytes.as_slice()).expect("a valid model");
    // Ready for the first row, then nothing more to any part of it.
    let identity = identity(&model);
    let (address, _device) = script(Box::new(move |number, request| {
        Some(match request {
            Request::Identify => frame(number, Reply::Identity(identity)),
            Request::Begin { image, .. } => frame(number, Reply::Ready { image, row: 0, offset: 0 }),
            _ => vec![],
        })
    }));
    let patience = Duration::from_millis(200);
    let mut client = Client::connect(&address, Duration::ZERO, patience).expect("a listening device");
    client.identify(&model).expect("an identity");
    let error = client.run(&network, &random_model::image(&network, 1), |_| ()).expect_err("silence");
    assert!(
        matches!(error, DeviceError::Silent { waited, during } if waited == patience && during == "the image's rows")
    );
    assert!(error.help().is_some());
}

#[test]
fn a_device_that_is_not_there_or_goes_away_is_an_error() {
    let network = network();
    let bytes = random_model::bytes(&network, 5);
    let model = Model::parse(bytes.as_slice()).expect("a valid model");
    let (address, device) = script(Box::new(|_, _| None));
    let error = connect(&address).identify(&model).expect_err("an end");
    assert!(matches!(error, DeviceError::Closed { during: "identification" }), "{error}");
    device.join().expect("a device that ended well");
    let error = Client::connect(&address, Duration::from_millis(60), PATIENCE).err().expect("nobody there");
    assert!(matches!(error, DeviceError::Connect { .. }), "{error}");
}

#[test]
fn garbage_and_other_answers_are_errors_in_the_end() {
    let network = network();
    let bytes = random_model::bytes(&network, 5);
    let model = Model::parse(bytes.as_slice()).expect("a valid model");
    let identity = identity(&model);
    type Case = (Box<dyn Fn(u16) -> Vec<u8> + Send>, fn(FrameError) -> bool);
    let mut unknown = [0; MAX_FRAME];
    let unknown = encode(9, &99u8, &mut unknown).expect("a short message").to_vec();
    let damaged = move |number| {
        let mut frame = frame(number, Reply::Identity(identity));
        frame[5] ^= 4;
        frame
    };
    let cases: [Case; 4] = [
        (Box::new(|_| b"Hello, world\0".to_vec()), |error| error == FrameError::Garbled),
        (Box::new(|_| vec![7; 4096]), |error| error == FrameError::TooLong),
        (Box::new(move |_| unknown.clone()), |error| error == FrameError::NotAMessage),
        (Box::new(damaged), |error| matches!(error, FrameError::Checksum { .. })),
    ];
    for (answer, is_expected) in cases {
        let (address, _device) = script(Box::new(move |number, _| Some(answer(number))));
        let mut client = Client::connect(&address, Duration::ZERO, SHORT_PATIENCE).expect("a listening device");
        let error = client.identify(&model).expect_err("garbage");
        assert!(matches!(error, DeviceError::Frame { source, .. } if is_expected(source)), "{error}");
        assert!(error.help().is_some());
    }
    // A device whose host's frames all arrive damaged, as on a line of another speed.
    let refusal = Refusal::BadFrame(FrameError::Garbled);
    let (address, _device) = script(Box::new(move |_, _| Some(frame(UNNUMBERED, Reply::Refused(refusal)))));
    let error = connect(&address).identify(&model).expect_err("only refusals");
    assert!(matches!(error, DeviceError::Refused { refusal: r, .. } if r == refusal), "{error}");

    let (address, _device) = says(identity, |number| frame(number, Reply::Ready { image: 0, row: 3, offset: 0 }));
    let mut client = connect(&address);
    client.identify(&model).expect("an identity");
    let error = client.run(&network, &random_model::image(&network, 1), |_| ()).expect_err("the wrong row");
    assert!(error.to_string().contains("row: 3") && error.to_string().contains("of row 0"), "{error}");
}

/// A socket that fails after some reads.
struct UntilReset {
    socket: TcpStream,
    reads: usize,
}

impl Read for UntilReset {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.reads = self.reads.checked_sub(1).ok_or(std::io::ErrorKind::ConnectionReset)?;
        self.socket.read(buffer)
    }
}

impl Write for UntilReset {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.socket.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.socket.flush()
    }
}

#[test]
fn a_device_that_starts_again_in_the_middle_gets_the_image_again() {
    let network = network();
    let bytes = random_model::bytes(&network, 5);
    let model = Model::parse(bytes.as_slice()).expect("a valid model");
    let pixels = random_model::image(&network, 3);
    let device_bytes = bytes.clone();
    let (address, device) = start(move |socket| {
        let model = Model::parse(device_bytes.as_slice()).expect("a valid model");
        let plan = Plan::new(model.network());
        let mut arena = AlignedBytes::zeroed(plan.arena_bytes());
        // The first one ends in the middle of the rows, as if it had been reset, and another one takes its place.
        let until_reset = UntilReset { socket: socket.try_clone().expect("a second handle"), reads: 40 };
        let stream = FromStd::new(until_reset);
        let turn = Device::new(stream, &model, plan.clone(), arena.as_mut_slice(), "first", ()).serve();
        assert!(matches!(turn, Err(PortError::Stream(_))), "{turn:?}");
        let turn = Device::new(FromStd::new(socket), &model, plan, arena.as_mut_slice(), "second", ()).serve();
        assert!(matches!(turn, Ok(Turn::Stop)), "{turn:?}");
    });
    let mut client = connect(&address);
    client.identify(&model).expect("an identity");
    let answer = client.run(&network, &pixels, |_| ()).expect("an answer of the second device");
    assert_eq!(answer, on_host(&model, &pixels).expect("an image of the network's size"));
    client.shut_down().expect("an end");
    device.join().expect("a device that ended well");
}

#[test]
fn an_arena_that_is_too_small_is_refused_by_the_device() {
    let network = network();
    let bytes = random_model::bytes(&network, 5);
    let model = Model::parse(bytes.as_slice()).expect("a valid model");
    let (address, _device) = firmware(bytes.clone(), -1);
    let mut client = connect(&address);
    client.identify(&model).expect("an identity");
    let error = client.run(&network, &random_model::image(&network, 1), |_| ()).expect_err("too small an arena");
    let expected = Plan::new(&network).arena_bytes() as u32;
    let refused = Refusal::ArenaTooSmall { found: expected - 1, expected };
    assert!(matches!(error, DeviceError::Refused { refusal, .. } if refusal == refused), "{error}");
}

/// Remembers what was refused.
#[derive(Default)]
struct Refusals(Vec<Refusal>);

impl Host for &mut Refusals {
    fn refused(&mut self, refusal: Refusal) {
        self.0.push(refusal);
    }
}

#[test]
fn a_device_refuses_what_it_cannot_serve_and_serves_on() {
    let network = network();
    let bytes = random_model::bytes(&network, 5);
    let (address, device) = start(move |socket| {
        let model = Model::parse(bytes.as_slice()).expect("a valid model");
        let plan = Plan::new(model.network());
        let mut arena = AlignedBytes::zeroed(plan.arena_bytes());
        let mut refusals = Refusals::default();
        let stream = FromStd::new(socket);
        let end = Device::new(stream, &model, plan, arena.as_mut_slice(), "thread", &mut refusals).serve();
        assert!(matches!(end, Ok(Turn::Stop)), "{end:?}");
        assert_eq!(refusals.0.len(), 13);
    });
    let Address::Tcp(address) = address else { panic!("a TCP address") };
    let mut socket = TcpStream::connect(address).expect("a listening device");
    socket.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    let mut port = Port::new(FromStd::new(socket.try_clone().expect("a second handle")));
    let mut number = 0;
    let mut ask = |request: Request<'_>, expected: Reply<'_>| {
        number += 1;
        port.send(number, &request).expect("a connection");
        assert_eq!(port.receive::<Reply<'_>>().expect("a reply"), (number, expected), "{request:?}");
    };
    let image = 9;
    let begin = Request::Begin { image, checksums: false };
    let part = |row, offset, length: usize| Request::RowPart { image, row, offset, bytes: &[1; 256][..length] };
    let ready = |row, offset| Reply::Ready { image, row, offset };
    let (finish, other) = (Request::Finish { image }, Refusal::OtherImage);
    ask(finish, Reply::Refused(other));
    ask(part(0, 0, 256), Reply::Refused(other));
    ask(begin, ready(0, 0));
    ask(part(1, 0, 256), Reply::Refused(Refusal::WrongRow { found: 1, expected: 0 }));
    ask(part(0, 8, 256), Reply::Refused(Refusal::WrongOffset { found: 8, expected: 0 }));
    ask(part(0, 0, 0), Reply::Refused(Refusal::WrongLength { found: 0, most: 256 }));
    ask(finish, Reply::Refused(Refusal::Unfinished { found: 0, expected: 36 }));
    ask(Request::Score { image, class: 0 }, Reply::Refused(Refusal::NotJudged));
    ask(Request::Finish { image: 8 }, Reply::Refused(other));
    let update = Request::BeginUpdate { bytes: 1, crc32: 2, plan: &[] };
    ask(update, Reply::Refused(UpdateError::NoSlot.into()));
    socket.write_all(&[9, 9, 0]).expect("a connection");
    let garbled = Reply::Refused(Refusal::BadFrame(FrameError::Garbled));
    assert_eq!(port.receive::<Reply<'_>>().expect("a reply"), (UNNUMBERED, garbled));

    // The image goes on after all that; parts and ends that come twice change nothing; the row after the last one is refused.
    let mut ask = |request: Request<'_>| {
        number += 1;
        port.send(number, &request).expect("a connection");
        let (found, reply) = port.receive::<Reply<'_>>().expect("a reply");
        assert_eq!(found, number);
        format!("{reply:?}")
    };
    for row in 0..36 {
        for (offset, bytes) in parts(&[1; 900]) {
            let (offset, end) = (offset as u16, offset as u16 + bytes.len() as u16);
            let expected = if end == 900 { ready(row + 1, 0) } else { ready(row, end) };
            for _ in 0..2 {
                assert_eq!(ask(Request::RowPart { image, row, offset, bytes }), format!("{expected:?}"));
            }
        }
    }
    assert_eq!(ask(begin), format!("{:?}", ready(36, 0)));
    let many = Reply::Refused(Refusal::TooManyRows { expected: 36 });
    assert_eq!(ask(part(36, 0, 256)), format!("{many:?}"));
    let judged = ask(finish);
    assert!(judged.starts_with("Judged { image: 9, taps: 0"), "{judged}");
    assert_eq!(ask(finish), judged);
    let none = format!("{:?}", Reply::Refused(Refusal::NoSuchResult));
    assert_eq!(ask(Request::Score { image, class: 2 }), none);
    assert_eq!(ask(Request::MapPart { image, map: 0, row: 0, offset: 9999 }), none);
    assert!(ask(Request::Score { image, class: 1 }).starts_with("Score { class: 1"));
    assert_eq!(ask(Request::Shutdown), "Done");
    device.join().expect("a device that ended well");
}

/// A stream that has `chunks` to read, is silent for a while where one is missing, and keeps what is written.
#[derive(Default)]
struct Pausing {
    chunks: std::collections::VecDeque<Option<Vec<u8>>>,
    written: Vec<u8>,
}

impl Read for &mut Pausing {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let chunk = self.chunks.pop_front().flatten().ok_or(std::io::ErrorKind::TimedOut)?;
        buffer[..chunk.len()].copy_from_slice(&chunk);
        Ok(chunk.len())
    }
}

impl Write for &mut Pausing {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.written.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A device with a camera goes on with it when its host falls silent in the middle of an image.
#[test]
fn an_image_is_forgotten_after_a_silence() {
    let network = network();
    let bytes = random_model::bytes(&network, 5);
    let model = Model::parse(bytes.as_slice()).expect("a valid model");
    let plan = Plan::new(&network);
    let mut arena = AlignedBytes::zeroed(plan.arena_bytes());
    let ask = |number: u16, request: Request<'_>| {
        Some(encode(number, &request, &mut [0; MAX_FRAME]).expect("a short message").to_vec())
    };
    let begin = ask(1, Request::Begin { image: 4, checksums: false });
    let chunks = [begin, None, ask(2, Request::Finish { image: 4 }), None].into();
    let mut stream = Pausing { chunks, written: Vec::new() };
    let mut device = Device::new(FromStd::new(&mut stream), &model, plan, arena.as_mut_slice(), "silent", ());
    let turns: Vec<Turn> = (0..3).map(|_| device.turn().expect("a silence is no error")).collect();
    drop(device);
    assert_eq!(turns, [Turn::Idle, Turn::Next, Turn::Idle]);
    let ready = frame(1, Reply::Ready { image: 4, row: 0, offset: 0 });
    let refused = frame(2, Reply::Refused(Refusal::OtherImage));
    assert_eq!(stream.written, [ready, refused].concat());
}

/// The monitor shows a device that goes away and comes back, with as many looks as it was asked for.
#[test]
fn the_monitor_goes_on_after_a_restart() {
    const LOOKS: [u32; 2] = [3, 2];
    let network = network();
    let bytes = random_model::bytes(&network, 5);
    let identity = identity(&Model::parse(bytes.as_slice()).expect("a valid model"));
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = format!("tcp:{}", listener.local_addr().expect("a bound port"));
    let device = thread::spawn(move || {
        for looks in LOOKS {
            let (mut socket, _) = listener.accept().expect("a connection");
            let (mut deframer, mut byte, mut uptime_ms) = (Deframer::new(), [0], 1000);
            while uptime_ms < 1000 + looks && socket.read_exact(&mut byte).is_ok() {
                if !deframer.push(byte[0]).expect("a frame") {
                    continue;
                }
                let (number, request) = decode(deframer.payload()).expect("a request");
                let reply = match request {
                    Request::Identify => Reply::Identity(identity),
                    Request::Status => {
                        uptime_ms += 1;
                        Reply::Status(Status { uptime_ms, ..Status::default() })
                    }
                    other => panic!("the monitor asked {other:?}"),
                };
                socket.write_all(&frame(number, reply)).expect("a connection");
            }
        }
    });
    let looks = LOOKS.iter().sum::<u32>().to_string();
    let words = ["host-trainer", "monitor", "--connect", &address, "--interval", "0.01", "--looks", &looks];
    let monitor = Cli::try_parse_from(words).expect("a command line");
    monitor.run().map_err(|failure| failure.lines()).expect("as many looks as were asked for");
    device.join().expect("a device that was looked at twice");
}
