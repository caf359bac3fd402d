//! [`crate::arch::portable::column_products`], as [`super::products`] does its own.

use core::arch::global_asm;

pub(crate) use crate::arch::portable::column_products::{Codes, FREQUENCIES, column_words};
use crate::arch::portable::column_products::{Products, products_codes};

global_asm!(env!("SWITCHBACK_ASSEMBLER"), include_str!("column_products.s"), options(raw));

/// What the assembly is told, in the order it loads it.
#[repr(C)]
struct Job {
    products: *mut i32,
    end: *mut i32,
    /// Bytes of the weights of a frequency.
    weights: usize,
    /// Bytes from behind the last step of a frequency to the first step of the next one, which lies before it.
    values: isize,
}

unsafe extern "C" {
    fn switchback_column_products_1(values: *const u32, weights: *const u32, job: *const Job);
    fn switchback_column_products_2(values: *const u32, weights: *const u32, job: *const Job);
}

/// See [`crate::arch::portable::column_products::ColumnProducts`].
#[derive(Clone, Copy)]
pub(crate) struct ColumnProducts {
    kernel: usize,
}

impl ColumnProducts {
    pub(crate) const fn new(kernel: usize) -> Option<Self> {
        if kernel % 2 == 1 && kernel >= 3 && kernel <= 11 { Some(Self { kernel }) } else { None }
    }

    pub(crate) fn window_codes(self, values: &[u32], weights: &[u32], codes: &mut Codes) {
        let (kernel, words) = (self.kernel, column_words(self.kernel));
        let of_frequency = 2 * (1 + kernel * words);
        if values.len() < (kernel + 1) * FREQUENCIES * words * 2 || weights.len() < FREQUENCIES * of_frequency {
            return;
        }
        let mut products: Products = [[0; 8]; FREQUENCIES];
        let all = products.as_flattened_mut().as_mut_ptr_range();
        let words = words as isize;
        let job = Job {
            products: all.start,
            end: all.end,
            weights: 4 * of_frequency,
            values: 8 * words - 48 * words * kernel as isize,
        };
        // SAFETY: the assembly reads the words whose presence was checked, `kernel + 1` rows of values and all weights, and writes
        // every word of `products` up to its end; for the second filter, the end is that of the last pair of words. It keeps
        // every register that the convention keeps. All are words, which u32 is aligned to.
        unsafe {
            if words == 1 {
                switchback_column_products_1(values.as_ptr(), weights.as_ptr(), &raw const job);
            } else {
                switchback_column_products_2(values.as_ptr(), weights.as_ptr(), &raw const job);
            }
        }
        products_codes(&products, codes);
    }
}
