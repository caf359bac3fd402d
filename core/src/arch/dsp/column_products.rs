//! [`super::super::portable::column_products`] with `SMLAD`: 11 instructions for 8 multiply-adds of two lanes.

use core::arch::global_asm;

pub(crate) use crate::arch::portable::column_products::{FREQUENCIES, Products, column_words};

// r0 values, r1 weights, r2 products, r3 their end; r4-r11 the sums of [row][tile][filter]. One instance a kernel size: all
// offsets into the values are constants, and a step is nothing but its loads and products. r0 points into the middle of the
// rows, as LDRD reaches 1020 bytes either way.
global_asm!(
    ".macro switchback_column_products kernel, words",
    ".section .text.switchback_column_products_\\kernel, \"ax\", %progbits",
    ".global switchback_column_products_\\kernel",
    ".type switchback_column_products_\\kernel, %function",
    ".thumb_func",
    ".balign 4",
    "switchback_column_products_\\kernel:",
    "push {{r2-r11, lr}}",
    "add r0, r0, #(48 * \\words * (\\kernel / 2))",
    "2:",
    "ldrd r10, r11, [r1], #8",
    ".set SWB_AT, -(48 * \\words * (\\kernel / 2))",
    // The first step takes the seeds as addends.
    "ldrd r2, r3, [r1], #8",
    "ldrd r12, lr, [r0, #SWB_AT]",
    "smlad r4, r2, r12, r10",
    "smlad r5, r3, r12, r11",
    "smlad r6, r2, lr, r10",
    "smlad r7, r3, lr, r11",
    "ldrd r12, lr, [r0, #(SWB_AT + 48 * \\words)]",
    "smlad r8, r2, r12, r10",
    "smlad r9, r3, r12, r11",
    "smlad r10, r2, lr, r10",
    "smlad r11, r3, lr, r11",
    ".set SWB_STEP, 1",
    ".rept \\kernel * \\words - 1",
    ".set SWB_AT, 48 * \\words * (SWB_STEP / \\words - \\kernel / 2) + 8 * (SWB_STEP % \\words)",
    "ldrd r2, r3, [r1], #8",
    "ldrd r12, lr, [r0, #SWB_AT]",
    "smlad r4, r2, r12, r4",
    "smlad r5, r3, r12, r5",
    "smlad r6, r2, lr, r6",
    "smlad r7, r3, lr, r7",
    "ldrd r12, lr, [r0, #(SWB_AT + 48 * \\words)]",
    "smlad r8, r2, r12, r8",
    "smlad r9, r3, r12, r9",
    "smlad r10, r2, lr, r10",
    "smlad r11, r3, lr, r11",
    ".set SWB_STEP, SWB_STEP + 1",
    ".endr",
    "add r0, r0, #(8 * \\words)",
    "ldrd r2, r3, [sp]",
    "stmia r2!, {{r4-r11}}",
    "str r2, [sp]",
    "cmp r2, r3",
    "bne.w 2b",
    "add sp, sp, #8",
    "pop {{r4-r11, pc}}",
    ".size switchback_column_products_\\kernel, . - switchback_column_products_\\kernel",
    ".endm",
    "switchback_column_products 3, 1",
    "switchback_column_products 5, 1",
    "switchback_column_products 7, 2",
    "switchback_column_products 9, 2",
    "switchback_column_products 11, 2",
    ".text",
);

type Kernel = unsafe extern "C" fn(*const u32, *const u32, *mut i32, *const i32);

unsafe extern "C" {
    fn switchback_column_products_3(values: *const u32, weights: *const u32, products: *mut i32, end: *const i32);
    fn switchback_column_products_5(values: *const u32, weights: *const u32, products: *mut i32, end: *const i32);
    fn switchback_column_products_7(values: *const u32, weights: *const u32, products: *mut i32, end: *const i32);
    fn switchback_column_products_9(values: *const u32, weights: *const u32, products: *mut i32, end: *const i32);
    fn switchback_column_products_11(values: *const u32, weights: *const u32, products: *mut i32, end: *const i32);
}

/// See [`super::super::portable::column_products::column_products`].
#[inline(always)]
pub(crate) fn column_products(kernel: usize, values: &[u32], weights: &[u32], products: &mut Products) {
    let function: Kernel = match kernel {
        3 => switchback_column_products_3,
        5 => switchback_column_products_5,
        7 => switchback_column_products_7,
        9 => switchback_column_products_9,
        11 => switchback_column_products_11,
        _ => return crate::arch::portable::column_products::column_products(kernel, values, weights, products),
    };
    let words = column_words(kernel);
    if values.len() < (kernel + 1) * FREQUENCIES * words * 2 || weights.len() < FREQUENCIES * (1 + kernel * words) * 2 {
        return;
    }
    let range = products.as_flattened_mut().as_mut_ptr_range();
    // SAFETY: the function reads just the words whose presence was checked, of slices that are aligned to words as LDRD needs,
    // and writes the whole of `products`, 6 times 8 words; it keeps r4-r11 and touches nothing else.
    unsafe { function(values.as_ptr(), weights.as_ptr(), range.start, range.end) }
}
