//! What every layer of a model gives for an image, by the definitions: for boards where these would take too long.

use alloc::string::String;
use alloc::vec::Vec;
use alloc::{format, vec};

use switchback::model::{AlignedBytes, Model};
use switchback::stream::{Checksums, Plan, Session};

use crate::images::Image;

/// Name and checksum of every tap, in eight hexadecimal digits.
///
/// # Errors
/// What keeps the model from running, in words.
pub fn checksums(model: &Model<'_>, image: Image) -> Result<Vec<(String, String)>, String> {
    let network = model.network();
    let plan = Plan::new(network);
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
