//! What would fit where a network does not: the same with fewer stages, or with narrower layers.

use boards::Board;
use switchback::model::spec::NetworkSpec;
use switchback::model::{Layout, Network};
use switchback::stream::Plan;

/// Bytes of a model's header, roughly: names and provenance.
pub const HEADER_BYTES: usize = 256;

/// Widths that are tried, in eighths, the widest first.
const EIGHTHS: [u16; 6] = [6, 4, 3, 2, 1, 0];

/// Networks like `network` that a board has room for, for people; empty where even the narrowest is too large.
pub fn proposals(network: &Network, board: &Board) -> Vec<String> {
    let spec = network.spec();
    let fits = |spec: NetworkSpec| {
        let network = Network::new(spec).ok()?;
        let (arena, model) = (Plan::new(&network).arena_bytes(), Layout::new(&network, HEADER_BYTES).file_length);
        board.fits("", model, arena).ok().map(|()| (arena, model))
    };
    let said =
        |what: String, (arena, model): (usize, usize)| format!("{what} (arena {arena} bytes, model {model} bytes)");
    let fewer = (0..spec.stages).rev().find_map(|stages| {
        let room = fits(NetworkSpec { stages, ..spec.clone() })?;
        Some(said(format!("--stages {stages} in place of {}", spec.stages), room))
    });
    let narrower = EIGHTHS.into_iter().find_map(|eighths| {
        let mut spec = spec.clone();
        for convolution in &mut spec.convolutions {
            convolution.filters = (convolution.filters * eighths / 8).next_multiple_of(4).max(4);
        }
        let room = fits(spec)?;
        let what = match eighths {
            0 => "the narrowest layers, of 4 filters".to_owned(),
            eighths => format!("{} of the width", f64::from(eighths) / 8.0),
        };
        Some(said(what, room))
    });
    fewer.into_iter().chain(narrower).collect()
}

#[cfg(test)]
mod tests {
    use switchback::model::spec::InputSpec;

    use super::*;

    #[test]
    fn what_is_proposed_fits_and_is_the_widest() {
        let board = Board::named("pico").unwrap();
        let input = InputSpec { width: 320, height: 320, channels: 1 };
        let network = Network::new(NetworkSpec::table1(1.0, input, 2)).unwrap();
        assert!(board.fits("", 0, Plan::new(&network).arena_bytes()).is_err(), "the paper's network is too large");
        // No number of stages is small enough there: only a width is proposed.
        let found = proposals(&network, &board);
        assert!(found.len() == 1 && found[0].contains("of the width"), "{found:?}");
        let arena = found[0].split("arena ").nth(1).and_then(|rest| rest.split(' ').next()).unwrap();
        assert!(arena.parse::<u32>().unwrap() <= board.memory.arena.bytes, "{found:?}");
        assert!(found[0].starts_with("0.375 "), "half the width does not fit: {found:?}");
    }

    #[test]
    fn fewer_stages_are_proposed_where_they_are_enough() {
        let input = InputSpec { width: 96, height: 96, channels: 1 };
        let three = Network::new(NetworkSpec::table1(0.125, input, 2)).unwrap();
        let none = Network::new(NetworkSpec { stages: 0, ..three.spec().clone() }).unwrap();
        let (most, least) = (Plan::new(&three).arena_bytes(), Plan::new(&none).arena_bytes());
        assert!(least < most, "the baseline needs less");
        let mut board = Board::named("pico").unwrap();
        board.memory.arena.bytes = least as u32;
        let found = proposals(&three, &board);
        assert!(found[0].starts_with("--stages ") && found[0].contains(" in place of 3 (arena "), "{found:?}");
    }

    #[test]
    fn nothing_is_proposed_where_nothing_fits() {
        let mut board = Board::named("pico").unwrap();
        board.memory.arena.bytes = 64;
        let input = InputSpec { width: 320, height: 320, channels: 1 };
        let network = Network::new(NetworkSpec::table1(1.0, input, 2)).unwrap();
        assert_eq!(proposals(&network, &board), [] as [String; 0]);
    }
}
