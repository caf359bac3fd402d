//! The matrix product under every convolution: a checked door to the `gemm` crate.

use gemm::{Parallelism, gemm};

/// A matrix in a slice: element (row, column) lies at `row * row_stride + column * column_stride`.
#[derive(Clone, Copy)]
pub(super) struct Matrix<'a> {
    pub values: &'a [f32],
    pub rows: usize,
    pub columns: usize,
    pub row_stride: usize,
    pub column_stride: usize,
}

impl<'a> Matrix<'a> {
    /// Rows of `row_stride >= columns` elements, one after the other.
    pub fn row_major(values: &'a [f32], rows: usize, columns: usize, row_stride: usize) -> Self {
        Self { values, rows, columns, row_stride, column_stride: 1 }
    }

    /// The same values with rows and columns exchanged.
    pub fn transposed(self) -> Self {
        Self {
            rows: self.columns,
            columns: self.rows,
            row_stride: self.column_stride,
            column_stride: self.row_stride,
            ..self
        }
    }

    fn check(&self) {
        assert!(self.rows > 0 && self.columns > 0, "an empty matrix");
        let last = (self.rows - 1) * self.row_stride + (self.columns - 1) * self.column_stride;
        assert!(last < self.values.len(), "a matrix beyond its slice");
    }
}

/// `output += left * right` on the calling thread; `output` is row-major with rows `row_stride` apart.
///
/// # Panics
/// When shapes do not fit each other or a matrix reaches beyond its slice.
pub(super) fn multiply_add(output: &mut [f32], row_stride: usize, left: Matrix, right: Matrix) {
    left.check();
    right.check();
    assert_eq!(left.columns, right.rows, "inner dimensions");
    // Rows that overlap would let the product write one element twice.
    assert!(row_stride >= right.columns, "rows of the output overlap");
    assert!((left.rows - 1) * row_stride + right.columns <= output.len(), "an output beyond its slice");
    // SAFETY: the largest index of each matrix was checked against its slice above; `output` is borrowed mutably, so it
    // overlaps neither input.
    unsafe {
        gemm(
            left.rows,
            right.columns,
            left.columns,
            output.as_mut_ptr(),
            1,
            row_stride as isize,
            true,
            left.values.as_ptr(),
            left.column_stride as isize,
            left.row_stride as isize,
            right.values.as_ptr(),
            right.column_stride as isize,
            right.row_stride as isize,
            1.0,
            1.0,
            false,
            false,
            false,
            Parallelism::None,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adds_the_product_of_strided_matrices() {
        let left = [1.0, 2.0, 9.0, 3.0, 4.0, 9.0];
        let right = [5.0, 7.0, 6.0, 8.0];
        let mut output = [1.0; 6];
        let right = Matrix::row_major(&right, 2, 2, 2).transposed();
        multiply_add(&mut output, 3, Matrix::row_major(&left, 2, 2, 3), right);
        assert_eq!(output, [20.0, 23.0, 1.0, 44.0, 51.0, 1.0]);
    }
}
