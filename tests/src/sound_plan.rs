//! What every memory plan must be, however it was chosen.

use switchback::stream::{ARENA_ALIGNMENT, Phase, Plan};

/// Asserts that each part is aligned and lies in the arena, and that no two that live together overlap.
pub fn assert_sound(plan: &Plan) {
    for (i, a) in plan.parts().iter().enumerate() {
        assert_eq!(a.offset % ARENA_ALIGNMENT, 0, "{a:?} is aligned");
        assert!(a.range().end <= plan.arena_bytes(), "{a:?} lies in the arena");
        for b in &plan.parts()[i + 1..] {
            let together =
                [Phase::Encode, Phase::Decode, Phase::Finish].iter().any(|&p| a.lives_in(p) && b.lives_in(p));
            let overlap = a.range().start < b.range().end && b.range().start < a.range().end;
            assert!(!(together && overlap), "{a:?} and {b:?} overlap");
        }
    }
}
