//! [`super::super::portable::window_products`] with `SMLAD`: 11 instructions for 8 multiply-adds of two lanes.

use core::arch::global_asm;

pub(crate) use crate::arch::portable::window_products::pair_words;

// r0 values, r1 weights; r4-r11 the sums of [position][filter], four times the accumulator plus 3 - position, so one chain of
// maxima gives value and switch. On the stack: out, switches, quads of filters left, the first pair's codes.
global_asm!(
    env!("SWITCHBACK_ASSEMBLER"),
    ".macro switchback_window_maximum a, b",
    "cmp \\a, \\b",
    "it lt",
    "movlt \\a, \\b",
    ".endm",
    ".macro switchback_window_pair kernel, taps, second",
    "ldrd r4, r5, [r1], #8",
    "ldrd r6, r7, [r1], #8",
    "ldrd r8, r9, [r1], #8",
    "ldrd r10, r11, [r1], #8",
    ".set SWB_STEP, 0",
    ".rept \\kernel * \\taps",
    ".set SWB_AT, 8 * ((SWB_STEP % \\taps) * (\\kernel + 1) + SWB_STEP / \\taps)",
    "ldrd r2, r3, [r1], #8",
    "ldrd r12, lr, [r0, #SWB_AT]",
    "smlad r4, r2, r12, r4",
    "smlad r5, r3, r12, r5",
    "smlad r6, r2, lr, r6",
    "smlad r7, r3, lr, r7",
    "ldrd r12, lr, [r0, #(SWB_AT + 8)]",
    "smlad r8, r2, r12, r8",
    "smlad r9, r3, r12, r9",
    "smlad r10, r2, lr, r10",
    "smlad r11, r3, lr, r11",
    ".set SWB_STEP, SWB_STEP + 1",
    ".endr",
    "switchback_window_maximum r4, r6",
    "switchback_window_maximum r8, r10",
    "switchback_window_maximum r4, r8",
    "switchback_window_maximum r5, r7",
    "switchback_window_maximum r9, r11",
    "switchback_window_maximum r5, r9",
    "ldrd r2, r3, [r1], #8",
    "asr r6, r4, #2",
    "smmulr r6, r6, r2",
    "usat r6, #8, r6",
    "asr r7, r5, #2",
    "smmulr r7, r7, r3",
    "usat r7, #8, r7",
    "orr r6, r6, r7, lsl #8",
    "ldr r2, [sp]",
    "strh r6, [r2], #2",
    "str r2, [sp]",
    "bfi r4, r5, #2, #2",
    ".if \\second",
    "ldr r3, [sp, #12]",
    "bfi r3, r4, #4, #4",
    "mvn r3, r3",
    "ldr r2, [sp, #4]",
    "strb r3, [r2], #1",
    "str r2, [sp, #4]",
    ".else",
    "str r4, [sp, #12]",
    ".endif",
    ".endm",
    ".macro switchback_window_products kernel, taps",
    ".section .text.switchback_window_products_\\kernel, \"ax\", %progbits",
    ".global switchback_window_products_\\kernel",
    ".type switchback_window_products_\\kernel, %function",
    ".thumb_func",
    ".balign 4",
    "switchback_window_products_\\kernel:",
    "push {{r4-r11, lr}}",
    "ldr r4, [sp, #36]",
    "sub sp, sp, #16",
    "strd r2, r3, [sp]",
    "str r4, [sp, #8]",
    "2:",
    "switchback_window_pair \\kernel, \\taps, 0",
    "switchback_window_pair \\kernel, \\taps, 1",
    "ldr r2, [sp, #8]",
    "subs r2, r2, #1",
    "str r2, [sp, #8]",
    "bne.w 2b",
    "add sp, sp, #16",
    "pop {{r4-r11, pc}}",
    ".size switchback_window_products_\\kernel, . - switchback_window_products_\\kernel",
    ".endm",
    "switchback_window_products 3, 2",
    "switchback_window_products 5, 3",
    ".text",
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
