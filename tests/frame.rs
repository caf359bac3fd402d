//! The box filter of camera rows against its definition, a whole frame at a time.

use parity::frames::box_filtered;
use proptest::prelude::*;
use switchback::frame::{BoxFilter, Crop, Sum};
use switchback::model::MapShape;

/// A frame, a crop of it and a size to bring that to.
#[derive(Clone, Debug)]
struct Case {
    frame: MapShape,
    crop: Crop,
    input: MapShape,
    pixels: Vec<u8>,
}

/// One direction: first pixel of the crop, pixels of the crop, pixels behind it, pixels of the input.
fn direction() -> impl Strategy<Value = (usize, usize, usize, usize)> {
    (0usize..6, 1usize..48, 0usize..6)
        .prop_flat_map(|(before, length, behind)| (Just(before), Just(length), Just(behind), 1..=length))
}

fn cases() -> impl Strategy<Value = Case> {
    let values = prop_oneof![Just((0u8, 255u8)), Just((255, 255)), Just((254, 255)), Just((17, 17))];
    (direction(), direction(), prop_oneof![Just(1usize), Just(3)], values, any::<u64>()).prop_map(
        |((x, width, right, w), (y, height, below, h), channels, (least, most), seed)| {
            let frame = MapShape { height: y + height + below, width: x + width + right, channels };
            let mut state = seed;
            let pixels = (0..frame.elements())
                .map(|_| {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    least + ((state >> 40) % (u64::from(most - least) + 1)) as u8
                })
                .collect();
            let input = MapShape { height: h, width: w, channels };
            Case { frame, crop: Crop { x, y, width, height }, input, pixels }
        },
    )
}

fn streamed<S: Sum>(case: &Case, filler: S) -> Vec<u8> {
    let Case { frame, crop, input, pixels } = case;
    let (mut sums, mut row) = (vec![filler; input.row_elements()], vec![0xa5; input.row_elements()]);
    let mut filter = BoxFilter::new(*frame, *crop, *input, &mut sums, &mut row).expect("a filter");
    let mut out = Vec::new();
    // Twice: a frame leaves nothing behind for the next.
    for _ in 0..2 {
        out.clear();
        filter.restart();
        for row in pixels.chunks_exact(frame.row_elements()) {
            out.extend(filter.push_row(row).expect("a row").unwrap_or(&[]));
        }
    }
    out
}

proptest! {
    #[test]
    fn rows_give_what_the_whole_frame_gives(case in cases()) {
        let expected = box_filtered(case.frame, case.crop, case.input, &case.pixels);
        prop_assert_eq!(&streamed(&case, 9u32), &expected);
        prop_assert_eq!(&streamed(&case, 9u64), &expected);
        let (least, most) = (case.pixels.iter().min(), case.pixels.iter().max());
        prop_assert!(expected.iter().min() >= least && expected.iter().max() <= most, "constants stay constants");
    }
}
