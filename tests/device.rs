//! The host's side of the serial link against devices that answer, lie, babble, fall silent and go away. The good one is
//! the firmware's own code on a thread, with a socket for its UART.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use embedded_io_adapters::std::FromStd;
use host_trainer::device::{Address, Answer, Client, Comparison, DeviceError, on_host};
use parity::random_model;
use switchback::link::{
    Device, FrameError, Identity, PROTOCOL, Port, PortError, Refusal, Reply, Request, Watch, parts,
};
use switchback::model::spec::{InputSpec, NetworkSpec};
use switchback::model::{AlignedBytes, Model, Network};
use switchback::stream::{Plan, Tap};

const PATIENCE: Duration = Duration::from_secs(20);

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
        let served = Device::new(FromStd::new(socket), &model, arena.as_mut_slice(), "thread", ()).serve();
        assert!(matches!(served, Ok(()) | Err(PortError::Closed | PortError::Stream(_))), "{served:?}");
    })
}

/// A device that answers each frame that arrives with the next of `answers`.
fn script(answers: Vec<Vec<u8>>) -> (Address, JoinHandle<()>) {
    start(move |mut socket| {
        let mut answers = answers.into_iter();
        let mut in_frame = false;
        let mut byte = [0];
        while let Ok(1) = socket.read(&mut byte) {
            let ends_frame = in_frame && byte == [0];
            in_frame = byte != [0];
            if ends_frame {
                let Some(answer) = answers.next() else { return };
                if socket.write_all(&answer).is_err() {
                    return;
                }
            }
        }
    })
}

fn frame(reply: Reply<'_>) -> Vec<u8> {
    let mut buffer = [0; switchback::link::frame::MAX_FRAME];
    switchback::link::frame::encode(&reply, &mut buffer).expect("a short message").to_vec()
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
    let (address, _device) = script(vec![frame(Reply::Identity(identity))]);
    let error = connect(&address).identify(&model).expect_err("another protocol");
    assert!(matches!(error, DeviceError::Protocol { found } if found == PROTOCOL + 1));
}

#[test]
fn a_device_that_stops_answering_is_called_silent() {
    let network = network();
    let bytes = random_model::bytes(&network, 5);
    let model = Model::parse(bytes.as_slice()).expect("a valid model");
    let ready = |next| frame(Reply::Ready { next });
    // Ready for the first row, then nothing more to any part of it.
    let answers = [vec![frame(Reply::Identity(identity(&model))), ready(0)], vec![vec![]; 100]].concat();
    let (address, _device) = script(answers);
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
    let (address, device) = script(vec![]);
    let error = connect(&address).identify(&model).expect_err("an end");
    assert!(matches!(error, DeviceError::Closed { during: "identification" }), "{error}");
    device.join().expect("a device that ended well");
    let error = Client::connect(&address, Duration::from_millis(60), PATIENCE).err().expect("nobody there");
    assert!(matches!(error, DeviceError::Connect { .. }), "{error}");
}

#[test]
fn garbage_and_answers_out_of_order_are_errors() {
    let network = network();
    let bytes = random_model::bytes(&network, 5);
    let model = Model::parse(bytes.as_slice()).expect("a valid model");
    let mut damaged = frame(Reply::Identity(identity(&model)));
    damaged[5] ^= 4;
    for (garbage, expected) in [
        (b"Hello, world\0".to_vec(), FrameError::Garbled),
        (vec![7; 4096], FrameError::TooLong),
        (frame_of_an_unknown_message(), FrameError::NotAMessage),
    ] {
        let (address, _device) = script(vec![garbage]);
        let error = connect(&address).identify(&model).expect_err("garbage");
        assert!(matches!(error, DeviceError::Frame { source, .. } if source == expected), "{error}");
    }
    let (address, _device) = script(vec![damaged]);
    let error = connect(&address).identify(&model).expect_err("a damaged frame");
    assert!(matches!(error, DeviceError::Frame { source: FrameError::Checksum { .. }, .. }), "{error}");

    let (address, _device) = script(vec![frame(Reply::Identity(identity(&model))), frame(Reply::Ready { next: 3 })]);
    let mut client = connect(&address);
    client.identify(&model).expect("an identity");
    let error = client.run(&network, &random_model::image(&network, 1), |_| ()).expect_err("the wrong row");
    assert!(error.to_string().contains("Ready { next: 3 }") && error.to_string().contains("row 0"), "{error}");
}

/// An undamaged frame of a message that this protocol does not have.
fn frame_of_an_unknown_message() -> Vec<u8> {
    let mut buffer = [0; switchback::link::frame::MAX_FRAME];
    switchback::link::frame::encode(&99u8, &mut buffer).expect("a short message").to_vec()
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

impl Watch for &mut Refusals {
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
        let mut arena = AlignedBytes::zeroed(Plan::new(model.network()).arena_bytes());
        let mut refusals = Refusals::default();
        Device::new(FromStd::new(socket), &model, arena.as_mut_slice(), "thread", &mut refusals)
            .serve()
            .expect("an end");
        assert_eq!(refusals.0.len(), 7);
    });
    let Address::Tcp(address) = address else { panic!("a TCP address") };
    let mut socket = TcpStream::connect(address).expect("a listening device");
    socket.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    let mut port = Port::new(FromStd::new(socket.try_clone().expect("a second handle")));
    let begin = Request::Begin { checksums: false };
    let part = |row, offset, length: usize| Request::RowPart { row, offset, bytes: &[1; 256][..length] };
    let ready = Reply::Ready { next: 0 };
    let cases: [(&[Request<'_>], Refusal); 5] = [
        (&[Request::Finish], Refusal::NotBegun),
        (&[begin, part(1, 0, 256)], Refusal::WrongRow { found: 1, expected: 0 }),
        (&[begin, part(0, 8, 256)], Refusal::WrongOffset { found: 8, expected: 0 }),
        (&[begin, part(0, 0, 0)], Refusal::WrongLength { found: 0, most: 256 }),
        (&[begin, part(0, 0, 256), Request::Finish], Refusal::Unfinished { found: 0, expected: 36 }),
    ];
    for (requests, refusal) in cases {
        for request in requests {
            port.send(request).expect("a connection");
        }
        if requests.len() > 1 {
            assert_eq!(port.receive::<Reply<'_>>().expect("a reply"), ready);
        }
        assert_eq!(port.receive::<Reply<'_>>().expect("a reply"), Reply::Refused(refusal));
    }
    socket.write_all(&[9, 9, 0]).expect("a connection");
    let garbled = Reply::Refused(Refusal::BadFrame(FrameError::Garbled));
    assert_eq!(port.receive::<Reply<'_>>().expect("a reply"), garbled);

    // After all that a whole image is taken, and the row after its last one refused.
    port.send(&begin).expect("a connection");
    assert_eq!(port.receive::<Reply<'_>>().expect("a reply"), ready);
    for row in 0..=36 {
        for (offset, bytes) in parts(&[1; 900]) {
            port.send(&Request::RowPart { row, offset, bytes }).expect("a connection");
        }
        let expected = match row {
            36 => Reply::Refused(Refusal::TooManyRows { expected: 36 }),
            taken => Reply::Ready { next: taken + 1 },
        };
        assert_eq!(port.receive::<Reply<'_>>().expect("a reply"), expected);
    }
    port.send(&Request::Shutdown).expect("a connection");
    assert_eq!(port.receive::<Reply<'_>>().expect("a reply"), Reply::Done);
    device.join().expect("a device that ended well");
}
