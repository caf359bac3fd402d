//! [`super::super::portable::column_products`] with `SMLAD`: 11 instructions for 8 multiply-adds of two lanes.

use core::arch::global_asm;
use core::mem::MaybeUninit;

pub(crate) use crate::arch::portable::column_products::{Codes, FREQUENCIES, column_words};

// r0 values, r1 weights, r2 products, r3 their end; r4-r11 the sums of [row][tile][filter]. One instance a kernel size: all
// offsets into the values are constants, and a step is nothing but its loads and products. r0 points into the middle of the
// rows, as LDRD reaches 1020 bytes either way.
global_asm!(
    env!("SWITCHBACK_ASSEMBLER"),
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

// r0 products, r1 codes. Two lines of A^T a tile and filter, the maxima of its two windows in r6 and r7; the constants
// 3 - index are the addends of the multiplications by 3^-1.
global_asm!(
    env!("SWITCHBACK_ASSEMBLER"),
    ".macro switchback_column_line row, place",
    "ldr r1, [r0, #(32 + 16 * \\row + 4 * \\place)]",
    "ldr r2, [r0, #(64 + 16 * \\row + 4 * \\place)]",
    "add r3, r1, r2",
    "sub r1, r1, r2",
    "ldr r2, [r0, #(96 + 16 * \\row + 4 * \\place)]",
    "ldr r4, [r0, #(128 + 16 * \\row + 4 * \\place)]",
    "add r5, r2, r4",
    "sub r2, r2, r4",
    "ldr r4, [r0, #(160 + 16 * \\row + 4 * \\place)]",
    "add r4, r4, r4, lsl #1",
    "add r4, r4, r2",
    "rsb r4, r1, r4, lsl #1",
    "sub r2, r2, r1, lsl #1",
    "sub r1, r5, r3",
    "sub r5, r5, r3, lsl #2",
    "ldr r3, [r0, #(16 * \\row + 4 * \\place)]",
    "add r3, r3, r3, lsl #1",
    "add r5, r5, r3, lsl #1",
    "mul r5, r5, lr",
    ".endm",
    ".macro switchback_maximum a, b",
    "cmp \\a, \\b",
    "it lt",
    "movlt \\a, \\b",
    ".endm",
    ".section .text.switchback_column_codes, \"ax\", %progbits",
    ".global switchback_column_codes",
    ".type switchback_column_codes, %function",
    ".thumb_func",
    ".balign 4",
    "switchback_column_codes:",
    "push {{r4-r11, lr}}",
    "mov r8, r1",
    "mov r9, #1",
    "mov r10, #3",
    "mov r11, #2",
    "mov lr, #0xAAAAAAAA",
    "mov r12, #0x55555555",
    "add lr, lr, #1",
    "add r12, r12, #1",
    ".set SWB_PLACE, 0",
    ".rept 4",
    "switchback_column_line 0, SWB_PLACE",
    "add r6, r10, r5, asr #1",
    "mla r2, r2, lr, r11",
    "switchback_maximum r6, r2",
    "mla r7, r1, r12, r10",
    "mla r4, r4, r12, r11",
    "switchback_maximum r7, r4",
    "switchback_column_line 1, SWB_PLACE",
    "add r5, r9, r5, asr #1",
    "mul r2, r2, lr",
    "switchback_maximum r6, r5",
    "switchback_maximum r6, r2",
    "mla r1, r1, r12, r9",
    "mul r4, r4, r12",
    "switchback_maximum r7, r1",
    "switchback_maximum r7, r4",
    "str r6, [r8, #(16 * (SWB_PLACE / 2) + 4 * (SWB_PLACE % 2))]",
    "str r7, [r8, #(16 * (SWB_PLACE / 2) + 4 * (SWB_PLACE % 2) + 8)]",
    ".set SWB_PLACE, SWB_PLACE + 1",
    ".endr",
    "pop {{r4-r11, pc}}",
    ".size switchback_column_codes, . - switchback_column_codes",
    ".text",
);

type Products = [i32; 8 * FREQUENCIES];
type Kernel = unsafe extern "C" fn(values: *const u32, weights: *const u32, products: *mut i32, end: *const i32);

unsafe extern "C" {
    fn switchback_column_products_3(values: *const u32, weights: *const u32, products: *mut i32, end: *const i32);
    fn switchback_column_products_5(values: *const u32, weights: *const u32, products: *mut i32, end: *const i32);
    fn switchback_column_products_7(values: *const u32, weights: *const u32, products: *mut i32, end: *const i32);
    fn switchback_column_products_9(values: *const u32, weights: *const u32, products: *mut i32, end: *const i32);
    fn switchback_column_products_11(values: *const u32, weights: *const u32, products: *mut i32, end: *const i32);
    fn switchback_column_codes(products: *const i32, codes: *mut i32);
}

/// See [`crate::arch::portable::column_products::ColumnProducts`].
#[derive(Clone, Copy)]
pub(crate) struct ColumnProducts {
    function: Kernel,
    /// Words that `function` reads.
    values: usize,
    weights: usize,
}

impl ColumnProducts {
    pub(crate) fn new(kernel: usize) -> Option<Self> {
        let function: Kernel = match kernel {
            3 => switchback_column_products_3,
            5 => switchback_column_products_5,
            7 => switchback_column_products_7,
            9 => switchback_column_products_9,
            11 => switchback_column_products_11,
            _ => return None,
        };
        let words = column_words(kernel);
        let values = (kernel + 1) * FREQUENCIES * words * 2;
        Some(Self { function, values, weights: FREQUENCIES * (1 + kernel * words) * 2 })
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
            (self.function)(values.as_ptr(), weights.as_ptr(), start, start.add(8 * FREQUENCIES));
            switchback_column_codes(start, codes.as_flattened_mut().as_mut_ptr());
        }
    }
}
