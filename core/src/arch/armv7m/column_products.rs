//! [`super::super::portable::column_products`] with sums in registers: with the DSP extension 11 instructions
//! for 8 multiply-adds of two lanes.

use core::arch::global_asm;
use core::mem::MaybeUninit;

use crate::arch::portable::column_products::Products;
pub(crate) use crate::arch::portable::column_products::{Codes, FREQUENCIES, column_words};

global_asm!(
    env!("SWITCHBACK_ASSEMBLER"),
    include_str!("instructions.s"),
    include_str!("column_products.s"),
    options(raw)
);

/// The last argument is where the products end or, of a loop, the rows of the kernel.
type Kernel = unsafe extern "C" fn(values: *const u32, weights: *const u32, products: *mut i32, last: usize);

/// Whether each side of a kernel has its own code, or its rows are a loop.
const UNROLLED: bool = cfg!(feature = "fast");

unsafe extern "C" {
    fn switchback_column_products_3(values: *const u32, weights: *const u32, products: *mut i32, end: usize);
    fn switchback_column_products_5(values: *const u32, weights: *const u32, products: *mut i32, end: usize);
    fn switchback_column_products_7(values: *const u32, weights: *const u32, products: *mut i32, end: usize);
    fn switchback_column_products_9(values: *const u32, weights: *const u32, products: *mut i32, end: usize);
    fn switchback_column_products_11(values: *const u32, weights: *const u32, products: *mut i32, end: usize);
    fn switchback_column_loop_1(values: *const u32, weights: *const u32, products: *mut i32, rows: usize);
    fn switchback_column_loop_2(values: *const u32, weights: *const u32, products: *mut i32, rows: usize);
    fn switchback_column_codes(products: *const i32, codes: *mut i32);
}

/// See [`crate::arch::portable::column_products::ColumnProducts`].
#[derive(Clone, Copy)]
pub(crate) struct ColumnProducts {
    function: Kernel,
    /// Side of the kernel.
    rows: usize,
    /// Words that `function` reads.
    values: usize,
    weights: usize,
}

impl ColumnProducts {
    pub(crate) fn new(kernel: usize) -> Option<Self> {
        let function: Kernel = match kernel {
            3 | 5 if !UNROLLED => switchback_column_loop_1,
            7 | 9 | 11 if !UNROLLED => switchback_column_loop_2,
            3 => switchback_column_products_3,
            5 => switchback_column_products_5,
            7 => switchback_column_products_7,
            9 => switchback_column_products_9,
            11 => switchback_column_products_11,
            _ => return None,
        };
        let words = column_words(kernel);
        let values = (kernel + 1) * FREQUENCIES * words * 2;
        Some(Self { function, rows: kernel, values, weights: FREQUENCIES * (1 + kernel * words) * 2 })
    }

    #[inline(always)]
    pub(crate) fn window_codes(self, values: &[u32], weights: &[u32], codes: &mut Codes) {
        if values.len() < self.values || weights.len() < self.weights {
            return;
        }
        let mut products = MaybeUninit::<Products>::uninit();
        let start = products.as_mut_ptr().cast::<i32>();
        // SAFETY: `function` reads the words whose presence was checked, of slices aligned to words as LDRD needs, and writes
        // every word of `products` up to its end; `switchback_column_codes` reads those and writes the 8 words of `codes`.
        // Both keep r4-r11 and touch nothing else.
        unsafe {
            let last = if UNROLLED { start.add(8 * FREQUENCIES).addr() } else { self.rows };
            (self.function)(values.as_ptr(), weights.as_ptr(), start, last);
            switchback_column_codes(start, codes.as_flattened_mut().as_mut_ptr());
        }
    }
}
