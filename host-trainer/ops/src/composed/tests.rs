//! The composed operations beside the fused ones, on the CPU: what stands for a GPU where there is none.

use candle_core::{Device, Result, Tensor, Var};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use switchback::model::spec::Normalization;

use super::super::gradient_check::{assert_close, check_finite_differences, random_var};

/// Both take their sums of up to a few thousand products of f32 in orders of their own; each product adds a rounding of half a
/// millionth of the largest partial sum at most.
const TOLERANCE: f32 = 1e-4;

/// Shapes of an operation, drawn.
#[derive(Clone, Copy, Debug)]
struct Drawn {
    batch: usize,
    channels: usize,
    filters: usize,
    kernel: usize,
    height: usize,
    width: usize,
    pool: bool,
}

fn drawn(seed: u64) -> Drawn {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    Drawn {
        batch: rng.random_range(1..5),
        channels: rng.random_range(1..10),
        filters: rng.random_range(1..20),
        kernel: [1, 3, 5, 7, 11][rng.random_range(0..5_usize)],
        height: rng.random_range(2..12),
        width: rng.random_range(2..12),
        pool: rng.random(),
    }
}

/// Small whole numbers, many of them zero: every sum of their products is exact in f32, and windows have ties.
fn whole_var(seed: u64, dims: &[usize]) -> Result<Var> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let values: Vec<f32> = (0..dims.iter().product()).map(|_| rng.random_range(-2_i8..3).into()).collect();
    Var::from_vec(values, dims, &Device::Cpu)
}

/// Asserts that two ways to one value agree, and the gradients of a random weighting of it as well.
fn assert_same(found: &Tensor, expected: &Tensor, vars: &[&Var], direction: &Var, tolerance: f32) -> Result<()> {
    assert_close(found, expected, tolerance)?;
    let gradients = |value: &Tensor| (value * direction.as_tensor())?.sum_all()?.backward();
    let (found, expected) = (gradients(found)?, gradients(expected)?);
    for var in vars {
        assert_close(found.get(var).unwrap(), expected.get(var).unwrap(), tolerance)?;
    }
    Ok(())
}

/// Convolution and pool, then back through the switches with the same weights: the network's chain, over drawn shapes. Its
/// numbers are made by `var`.
fn chain_is_the_fused_one(seed: u64, var: impl Fn(u64, &[usize]) -> Result<Var>, tolerance: f32) -> Result<()> {
    let Drawn { batch, channels, filters, kernel, height, width, pool } = drawn(seed);
    let x = var(seed + 1, &[batch, channels, height, width])?;
    let weights = var(seed + 2, &[filters, channels, kernel, kernel])?;
    let (bias, deconv_bias) = (var(seed + 3, &[filters])?, var(seed + 4, &[channels])?);
    let (found, found_switches) = super::conv_pool(&x, &weights, &bias, pool)?;
    let (expected, expected_switches) = crate::conv_pool(&x, &weights, &bias, pool)?;
    assert_same(&found, &expected, &[&x, &weights, &bias], &var(seed + 5, expected.dims())?, tolerance)?;
    if let (Some(found), Some(expected)) = (&found_switches, &expected_switches) {
        assert_eq!(found.tensor().unwrap().flatten_all()?.to_vec1::<u8>()?, expected.as_slice());
    }
    assert_eq!(found_switches.is_some(), pool);

    let size = (height, width);
    // By itself: its input's gradient, where a ReLU gave zero as well.
    let middle = Var::from_tensor(&expected.detach())?;
    let alone = super::unpool_deconv(&middle, &weights, &deconv_bias, found_switches.as_ref(), size)?;
    let fused = crate::unpool_deconv(&middle, &weights, &deconv_bias, expected_switches.as_ref(), size)?;
    let direction = var(seed + 7, fused.dims())?;
    assert_same(&alone, &fused, &[&middle, &weights, &deconv_bias], &direction, tolerance)?;

    let found = super::unpool_deconv(&found, &weights, &deconv_bias, found_switches.as_ref(), size)?;
    let expected = crate::unpool_deconv(&expected, &weights, &deconv_bias, expected_switches.as_ref(), size)?;
    let direction = var(seed + 6, expected.dims())?;
    assert_same(&found, &expected, &[&x, &weights, &bias, &deconv_bias], &direction, tolerance)
}

#[test]
fn convolutions_and_deconvolutions_are_the_fused_ones() -> Result<()> {
    (0..60).try_for_each(|case| chain_is_the_fused_one(1000 + 10 * case, random_var, TOLERANCE))
}

/// Bit for bit, ties and zeros included.
#[test]
fn convolutions_and_deconvolutions_of_whole_numbers_are_exactly_the_fused_ones() -> Result<()> {
    (0..60).try_for_each(|case| chain_is_the_fused_one(5000 + 10 * case, whole_var, 0.0))
}

#[test]
fn an_input_that_is_no_variable_gets_no_gradient() -> Result<()> {
    let (x, weights, bias) = (random_var(1, &[2, 3, 6, 6])?, random_var(2, &[4, 3, 3, 3])?, random_var(3, &[4])?);
    let (x, weights) = (x.as_detached_tensor(), weights.as_detached_tensor());
    let (map, switches) = super::conv_pool(&x, &weights, &bias, true)?;
    let back = random_var(4, &[3])?;
    let map = super::unpool_deconv(&map, &weights, &back, switches.as_ref(), (6, 6))?;
    let gradients = map.sum_all()?.backward()?;
    assert!(gradients.get(&x).is_none() && gradients.get(&weights).is_none());
    assert!(gradients.get(&bias).is_some() && gradients.get(&back).is_some());
    Ok(())
}

#[test]
fn a_map_that_is_not_a_number_stays_so() -> Result<()> {
    let x = Tensor::new(&[[[[f32::NAN, 1.0], [2.0, 3.0]]]], &Device::Cpu)?;
    let (weights, bias) =
        (Tensor::ones((1, 1, 1, 1), x.dtype(), x.device())?, Tensor::zeros(1, x.dtype(), x.device())?);
    assert!(super::conv_pool(&x, &weights, &bias, true)?.0.flatten_all()?.to_vec1::<f32>()?[0].is_nan());
    Ok(())
}

#[test]
fn switches_of_another_batch_or_device_are_refused() -> Result<()> {
    let (weights, bias) = (random_var(1, &[1, 1, 3, 3])?, random_var(2, &[1])?);
    let x = random_var(3, &[2, 1, 4, 4])?;
    let (map, switches) = super::conv_pool(&x, &weights, &bias, true)?;
    let first = map.narrow(0, 0, 1)?;
    assert!(super::unpool_deconv(&first, &weights, &bias, switches.as_ref(), (4, 4)).is_err());
    let (_, fused) = crate::conv_pool(&x, &weights, &bias, true)?;
    assert!(super::unpool_deconv(&map, &weights, &bias, fused.as_ref(), (4, 4)).is_err());
    assert!(crate::unpool_deconv(&map, &weights, &bias, switches.as_ref(), (4, 4)).is_err());
    Ok(())
}

#[test]
fn class_maps_are_the_fused_ones() -> Result<()> {
    for case in 0..30 {
        let Drawn { batch, channels, filters: maps, height, width, .. } = drawn(case);
        let (features, weight) = (random_var(1, &[batch, channels, height, width])?, random_var(2, &[maps, channels])?);
        for normalization in [Normalization::None, Normalization::Standardize, Normalization::Rms] {
            let found = super::class_maps(&features, &weight, normalization)?;
            let expected = crate::class_maps(&features, &weight, normalization)?;
            assert_same(&found, &expected, &[&features, &weight], &random_var(3, expected.dims())?, TOLERANCE)?;
        }
    }
    Ok(())
}

/// Exactly: its numbers are the same products.
#[test]
fn leaky_relu_is_the_fused_one() -> Result<()> {
    for leak in [0.0, 0.01, 0.25] {
        let x = whole_var(1, &[3, 4, 5])?;
        let direction = random_var(2, x.dims())?;
        assert_same(&super::rectify(&x, leak)?, &crate::rectify(&x, leak)?, &[&x], &direction, 0.0)?;
    }
    Ok(())
}

#[test]
fn log_sum_exp_is_the_fused_one() -> Result<()> {
    for case in 0..30 {
        let Drawn { batch, channels, height, width, .. } = drawn(case);
        // Scores in the hundreds: their powers would overflow.
        let maps = Var::from_tensor(&(random_var(case, &[batch, channels, height, width])?.as_tensor() * 300.0)?)?;
        for (maps, sharpness) in [(&maps, 5.0), (&random_var(case, maps.dims())?, 0.5)] {
            let (found, expected) = (super::log_sum_exp(maps, sharpness)?, crate::log_sum_exp(maps, sharpness)?);
            assert_same(&found, &expected, &[maps], &random_var(3, &[batch, channels])?, TOLERANCE)?;
        }
    }
    Ok(())
}

/// Independent of the fused operations: the chain from image to scores.
#[test]
fn the_chain_equals_finite_differences() -> Result<()> {
    let vars = [
        random_var(5, &[2, 2, 5, 7])?,
        random_var(6, &[3, 2, 3, 3])?,
        random_var(7, &[3])?,
        random_var(8, &[2])?,
        random_var(9, &[2, 2])?,
    ];
    check_finite_differences(&vars, |[x, weights, bias, deconv_bias, head]| {
        let (map, switches) = super::conv_pool(x, weights, bias, true)?;
        let map = super::unpool_deconv(&map, weights, deconv_bias, switches.as_ref(), (5, 7))?;
        let maps = super::class_maps(&map, head, Normalization::Standardize)?;
        super::log_sum_exp(&super::rectify(&maps, 0.1)?, 5.0)
    })
}
