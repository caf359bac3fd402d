//! What the tests of the operations are checked with.

use candle_core::{Device, Result, Tensor, Var};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A variable of numbers from -1 to 1.
pub(super) fn random_var(seed: u64, dims: &[usize]) -> Result<Var> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let values: Vec<f32> = (0..dims.iter().product()).map(|_| rng.random_range(-1.0..1.0)).collect();
    Var::from_vec(values, dims, &Device::Cpu)
}

/// Asserts that no two elements differ by more than `tolerance`, absolutely or of the larger one.
pub(super) fn assert_close(found: &Tensor, expected: &Tensor, tolerance: f32) -> Result<()> {
    assert_eq!(found.dims(), expected.dims());
    let pairs = found.flatten_all()?.to_vec1::<f32>()?.into_iter().zip(expected.flatten_all()?.to_vec1::<f32>()?);
    for (i, (found, expected)) in pairs.enumerate() {
        let allowed = tolerance * found.abs().max(expected.abs()).max(1.0);
        assert!((found - expected).abs() <= allowed, "element {i}: found {found}, expected {expected}");
    }
    Ok(())
}

/// Compares the gradient of a random weighting of `f`'s output, to each element of each variable, with central
/// differences.
///
/// `f` is piecewise smooth; a step that crosses a corner (another switch, a ReLU) is found by its one-sided differences
/// disagreeing and not judged, but nine of ten elements have to be.
pub(super) fn check_finite_differences<const N: usize>(
    vars: &[Var; N],
    f: impl Fn([&Tensor; N]) -> Result<Tensor>,
) -> Result<()> {
    let run = || f(std::array::from_fn(|i| vars[i].as_tensor()));
    let direction = random_var(99, run()?.dims())?;
    let objective = || (run()? * direction.as_tensor())?.sum_all();
    let gradients = objective()?.backward()?;
    let value = || -> Result<f64> { Ok(f64::from(objective()?.to_scalar::<f32>()?)) };
    let (step, here) = (2e-3_f32, value()?);
    let (mut judged, mut all) = (0, 0);
    for (which, var) in vars.iter().enumerate() {
        let analytic = gradients.get(var).unwrap().flatten_all()?.to_vec1::<f32>()?;
        let original = var.flatten_all()?.to_vec1::<f32>()?;
        for i in 0..original.len() {
            let at = |offset: f32| -> Result<f64> {
                let mut moved = original.clone();
                moved[i] += offset;
                var.set(&Tensor::from_vec(moved, var.shape(), &Device::Cpu)?)?;
                value()
            };
            let (ahead, behind) = (at(step)? - here, here - at(-step)?);
            all += 1;
            if (ahead - behind).abs() < 0.02 * f64::from(step) {
                judged += 1;
                let numeric = (ahead + behind) / 2.0 / f64::from(step);
                let difference = (numeric - f64::from(analytic[i])).abs();
                assert!(difference < 0.02, "variable {which}, element {i}: {} and numerically {numeric}", analytic[i]);
            }
        }
        var.set(&Tensor::from_vec(original, var.shape(), &Device::Cpu)?)?;
    }
    assert!(judged * 10 >= all * 9, "only {judged} of {all} elements could be judged");
    Ok(())
}
