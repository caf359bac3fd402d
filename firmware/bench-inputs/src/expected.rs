//! What every layer of a model gives for an image, by the definitions: for boards where these would take too long, and for any
//! processor that is to give the same.

use alloc::string::String;
use alloc::vec::Vec;
use alloc::{format, vec};

use switchback::model::{AlignedBytes, Model};
use switchback::stream::{Checksums, Plan, Session};

use crate::images::Image;
use crate::{networks, random};

/// The first line of a file of checksums.
pub const HEADER: &str = "model,tap,checksum\n";

/// A line a tap of a model.
pub fn rows(model: &str, taps: &[(String, String)]) -> String {
    taps.iter().map(|(tap, checksum)| format!("{model},{tap},{checksum}\n")).collect()
}

/// A line a tap of the measured networks for the textured image: `model,tap,checksum`, by the definitions.
///
/// # Errors
/// What keeps a model from running, or the tap where the fastest plan of the linked kernels gives something else, in words.
pub fn table() -> Result<String, String> {
    let mut lines = String::from(HEADER);
    for measured in networks::whole_networks().iter().chain(&networks::single_layers()) {
        let bytes = random::arrays(measured).encode().map_err(|error| format!("{}: {error}", measured.name))?;
        let model = Model::parse(bytes.as_slice()).map_err(|error| format!("{}: {error}", measured.name))?;
        let expected = checksums(&model, Image::Textured, Plan::new(model.network()))?;
        let fastest = checksums(&model, Image::Textured, Plan::within(&model, usize::MAX))?;
        if let Some((tap, checksum)) = expected.iter().find(|tap| !fastest.contains(tap)) {
            return Err(format!(
                "{}, {tap}: found another checksum by the fastest plan, expected {checksum}",
                measured.name
            ));
        }
        lines += &rows(&measured.name, &expected);
    }
    Ok(lines)
}

/// Name and checksum of every tap, in eight hexadecimal digits.
///
/// # Errors
/// What keeps the model from running, in words.
pub fn checksums(model: &Model<'_>, image: Image, plan: Plan) -> Result<Vec<(String, String)>, String> {
    let network = model.network();
    let mut arena = AlignedBytes::zeroed(plan.arena_bytes());
    let mut checksums = Checksums::new();
    let session = Session::with_plan(model, plan, arena.as_mut_slice(), &mut checksums);
    let mut session = session.map_err(|error| format!("{error}"))?;
    let input = network.input();
    let mut row = vec![0; input.row_elements()];
    for y in 0..input.height {
        image.fill_row(input, y, &mut row);
        session.push_row(&row).map_err(|error| format!("{error}"))?;
    }
    session.finish().map_err(|error| format!("{error}"))?;
    let name = |(tap, checksum): (switchback::stream::Tap, u32)| {
        (String::from(tap.name(network).as_str()), format!("{checksum:08x}"))
    };
    Ok(checksums.iter().map(name).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_processor_gives_the_checksums_of_all() {
        let (found, kept) = (table().unwrap(), include_str!("../../../docs/layer-checksums.csv"));
        let differ = found.lines().zip(kept.lines()).find(|(found, kept)| found != kept);
        assert_eq!(differ, None);
        assert_eq!(found.lines().count(), kept.lines().count());
    }
}
