//! [`super::super::portable::window_products`] with sums in registers, as in [`super::column_products`].

use core::arch::global_asm;

pub(crate) use crate::arch::portable::window_products::pair_words;

global_asm!(
    env!("SWITCHBACK_ASSEMBLER"),
    include_str!("instructions.s"),
    include_str!("window_products.s"),
    options(raw)
);

type Kernel =
    unsafe extern "C" fn(values: *const u32, weights: *const u32, out: *mut u8, switches: *mut u8, quads: usize);

unsafe extern "C" {
    fn switchback_window_products_3(v: *const u32, w: *const u32, out: *mut u8, switches: *mut u8, quads: usize);
    fn switchback_window_products_5(v: *const u32, w: *const u32, out: *mut u8, switches: *mut u8, quads: usize);
}

/// See [`crate::arch::portable::window_products::WindowProducts`].
#[derive(Clone, Copy)]
pub(crate) struct WindowProducts {
    function: Kernel,
    /// Words that `function` reads of the values, and of the weights of four filters.
    values: usize,
    weights: usize,
}

impl WindowProducts {
    pub(crate) fn new(kernel: usize) -> Option<Self> {
        let function: Kernel = match kernel {
            3 => switchback_window_products_3,
            5 => switchback_window_products_5,
            _ => return None,
        };
        let values = 2 * (kernel + 1) * kernel.div_ceil(2);
        Some(Self { function, values, weights: 2 * pair_words(kernel) })
    }

    #[inline(always)]
    pub(crate) fn put(self, values: &[u32], weights: &[u32], out: &mut [u8], switches: &mut [u8]) {
        let quads = out.len() / 4;
        let fits = values.len() >= self.values && weights.len() >= quads * self.weights && switches.len() >= quads;
        if quads == 0 || !fits {
            return;
        }
        // SAFETY: the function reads the words whose presence was checked, of slices aligned to words as LDRD needs, writes
        // 4 * quads bytes of `out` (by halves of a word, which need no alignment) and quads of `switches`; it keeps r4-r11.
        unsafe { (self.function)(values.as_ptr(), weights.as_ptr(), out.as_mut_ptr(), switches.as_mut_ptr(), quads) }
    }
}
