//! 2x2 max-pooling with switches, its inverse, and ReLU, by masks; no gradient. The rules are those of `switches`.

use candle_core::{Result, Tensor};

/// The four pixels of each pooling window, in the order of switches, `[batch, channels, height / 2, width / 2]` each; what
/// belongs to no window is left out.
fn corners(map: &Tensor) -> Result<[Tensor; 4]> {
    let (batch, channels, height, width) = map.dims4()?;
    let (height, width) = (height / 2, width / 2);
    let windows = map.narrow(2, 0, 2 * height)?.narrow(3, 0, 2 * width)?;
    let windows = windows.contiguous()?.reshape((batch * channels * height, 2, width, 2))?;
    let corner = |switch: usize| {
        let corner = windows.narrow(1, switch / 2, 1)?.narrow(3, switch % 2, 1)?;
        corner.contiguous()?.reshape((batch, channels, height, width))
    };
    Ok([corner(0)?, corner(1)?, corner(2)?, corner(3)?])
}

/// The maximum of each window, and its switch as u8; the first in row-major order wins a tie.
pub(super) fn pool(map: &Tensor) -> Result<(Tensor, Tensor)> {
    let [a, b, c, d] = corners(map)?;
    let (right_of_top, right_of_bottom) = (b.gt(&a)?, d.gt(&c)?);
    let (top, bottom) = (right_of_top.where_cond(&b, &a)?, right_of_bottom.where_cond(&d, &c)?);
    let is_bottom = bottom.gt(&top)?;
    let switches = is_bottom.where_cond(&(right_of_bottom + 2.0)?, &right_of_top)?;
    Ok((is_bottom.where_cond(&bottom, &top)?, switches))
}

/// Puts each value where its switch points to in a map of `size` = (height, width) that is zero elsewhere.
pub(super) fn unpool(map: &Tensor, switches: &Tensor, size: (usize, usize)) -> Result<Tensor> {
    let (batch, channels, height, width) = map.dims4()?;
    let zeros = map.zeros_like()?;
    let at = |switch: u8| switches.eq(switch)?.where_cond(map, &zeros);
    let row =
        |left: u8| Tensor::stack(&[at(left)?, at(left + 1)?], 4)?.reshape((batch, channels, height, 1, 2 * width));
    let windows = Tensor::cat(&[row(0)?, row(2)?], 3)?.reshape((batch, channels, 2 * height, 2 * width))?;
    windows.pad_with_zeros(2, 0, size.0 - 2 * height)?.pad_with_zeros(3, 0, size.1 - 2 * width)
}

/// What the switches point to in a map.
pub(super) fn at_switches(map: &Tensor, switches: &Tensor) -> Result<Tensor> {
    let [a, b, c, d] = corners(map)?;
    let at = |switch: u8, here: &Tensor, elsewhere: &Tensor| switches.eq(switch)?.where_cond(here, elsewhere);
    at(0, &a, &at(1, &b, &at(2, &c, &d)?)?)
}

/// ReLU that lets a NaN through.
pub(super) fn relu(map: &Tensor) -> Result<Tensor> {
    map.lt(0.0)?.where_cond(&map.zeros_like()?, map)
}

/// The gradient before a ReLU that gave `result`.
pub(super) fn relu_gradient(result: &Tensor, gradient: &Tensor) -> Result<Tensor> {
    result.gt(0.0)?.where_cond(&gradient.contiguous()?, &result.zeros_like()?)
}
