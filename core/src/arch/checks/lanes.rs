//! Lanes of 16 bits: words in the making are separated before they are compared.

use super::Outcome;
use super::random::Random;
use super::twins::same;
use crate::arch::{lanes as own, portable::lanes as portable};

pub(super) fn case(random: &mut Random) -> Outcome {
    let mut bytes = [0; 8];
    random.fill_u8(&mut bytes);
    let [a, b] =
        [[bytes[0], bytes[1], bytes[2], bytes[3]], [bytes[4], bytes[5], bytes[6], bytes[7]]].map(u32::from_le_bytes);
    let (low, high) = (random.signed(i16::MAX.into()), random.signed(i16::MAX.into()));
    let acc = match random.below(4) {
        0 => [(1 << 30) - 1, 1 - (1 << 30)][random.below(2)],
        1 => random.signed(300),
        _ => random.signed((1 << 30) - 1),
    };
    let multiplier = random.multiplier();
    let found = [
        own::even_u8(a),
        own::odd_u8(a),
        own::separate(own::even_i8(a)),
        own::separate(own::odd_i8(a)),
        own::separate(own::add(own::even_i8(a), own::odd_i8(b))),
        own::separate(own::subtract(own::even_u8(a), own::even_u8(b))),
        own::separate(own::subtract(own::add(own::odd_i8(a), own::odd_i8(a)), own::even_i8(b))),
        own::separate(own::join(low, high)),
        own::pack(a, b),
        own::low(a) as u32,
        own::high(a) as u32,
        own::requantize_u8(acc, multiplier).into(),
    ];
    let expected = [
        portable::even_u8(a),
        portable::odd_u8(a),
        portable::separate(portable::even_i8(a)),
        portable::separate(portable::odd_i8(a)),
        portable::separate(portable::add(portable::even_i8(a), portable::odd_i8(b))),
        portable::separate(portable::subtract(portable::even_u8(a), portable::even_u8(b))),
        portable::separate(portable::subtract(
            portable::add(portable::odd_i8(a), portable::odd_i8(a)),
            portable::even_i8(b),
        )),
        portable::separate(portable::join(low, high)),
        portable::pack(a, b),
        portable::low(a) as u32,
        portable::high(a) as u32,
        portable::requantize_u8(acc, multiplier).into(),
    ];
    same(&found, &expected)
}
