//! Vectors with a place for everything that there can be.

use heapless::Vec;

/// The first `N` items: what `collect` does where there are never more, without its panic.
pub(crate) fn bounded<T, const N: usize>(items: impl IntoIterator<Item = T>) -> Vec<T, N> {
    let mut vector = Vec::new();
    for item in items {
        if vector.push(item).is_err() {
            break;
        }
    }
    vector
}
