//! The pin's levels, image after image.

use embedded_hal::digital::PinState;
use embedded_hal_mock::eh1::digital::{Mock, State, Transaction};
use parity::random_model;
use switchback::model::{AlignedBytes, Model};
use switchback::stream::{Plan, Session};

use super::network;
use crate::Alarm;
use crate::overlay::Verdict;

/// Whether the image is positive, where the model's operating point is `threshold` above the image's own margin.
fn shown(threshold_above: i32, on: PinState, levels: [State; 2]) -> bool {
    let (network, _) = network(40, 36, 1);
    let mut arrays = random_model::arrays(&network, 3);
    let image = random_model::image(&network, 5);
    let mut margin = 0;
    let mut positive = false;
    for pass in 0..2 {
        arrays.header.head.score_threshold_q16 = margin + threshold_above;
        let bytes: AlignedBytes = arrays.encode().expect("a model");
        let model = Model::parse(bytes.as_slice()).expect("a valid model");
        let mut memory = AlignedBytes::zeroed(Plan::new(&network).arena_bytes());
        let mut session = Session::new(&model, memory.as_mut_slice()).expect("an arena");
        for row in image.chunks_exact(network.input().row_elements()) {
            session.push_row(row).expect("a row");
        }
        let inference = session.finish().expect("a whole image");
        if pass == 0 {
            margin = inference.margin().to_bits();
            continue;
        }
        let mut pin = Mock::new(&levels.map(Transaction::set));
        let mut alarm = Alarm::new(pin.clone(), on).expect("a pin");
        positive = alarm.show(&inference).expect("a pin");
        pin.done();

        let verdict = Verdict::of(&model, &inference);
        assert_eq!(verdict.class, usize::from(positive));
        assert!(verdict.percent <= 100 && verdict.map < network.maps());
    }
    positive
}

#[test]
fn the_pin_follows_the_operating_point() {
    let (low, high) = (State::Low, State::High);
    assert!(shown(0, PinState::High, [low, high]));
    assert!(!shown(1, PinState::High, [low, low]));
    assert!(shown(0, PinState::Low, [high, low]));
    assert!(!shown(1, PinState::Low, [high, high]));
}

#[test]
fn the_pin_can_be_set_by_hand() {
    let mut pin = Mock::new(&[State::High, State::Low, State::High].map(Transaction::set));
    let mut alarm = Alarm::new(pin.clone(), PinState::Low).expect("a pin");
    alarm.set(true).expect("a pin");
    alarm.set(false).expect("a pin");
    pin.done();
}
