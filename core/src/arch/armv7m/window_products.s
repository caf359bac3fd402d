// r0 values, r1 weights; r4-r11 the sums of [position][filter], four times the accumulator plus 3 - position, so one chain of
// maxima gives value and switch. On the stack: out, switches, quads of filters left, the first pair's codes.
    .macro switchback_window_maximum a, b
    cmp \a, \b
    it lt
    movlt \a, \b
    .endm
    .macro switchback_window_pair kernel, taps, second
    ldrd r6, r7, [r1, #8]
    ldrd r8, r9, [r1, #16]
    ldrd r10, r11, [r1, #24]
    ldrd r4, r5, [r1], #(40 + 8 * \kernel * \taps)
    .set SB_STEP, 0
    .rept \kernel * \taps
    .set SB_AT, 8 * ((SB_STEP % \taps) * (\kernel + 1) + SB_STEP / \taps)
    sb_step r1, (8 * (SB_STEP - \kernel * \taps - 1)), r0, SB_AT, (SB_AT + 8), r4, r5, r6, r7, r8, r9, r10, r11
    .set SB_STEP, SB_STEP + 1
    .endr
    switchback_window_maximum r4, r6
    switchback_window_maximum r8, r10
    switchback_window_maximum r4, r8
    switchback_window_maximum r5, r7
    switchback_window_maximum r9, r11
    switchback_window_maximum r5, r9
    ldrd r2, r3, [r1, #-8]
    asr r6, r4, #2
    sb_multiply_high r6, r6, r2, r12
    usat r6, #8, r6
    asr r7, r5, #2
    sb_multiply_high r7, r7, r3, r12
    usat r7, #8, r7
    orr r6, r6, r7, lsl #8
    ldr r2, [sp]
    strh r6, [r2], #2
    str r2, [sp]
    bfi r4, r5, #2, #2
    .if \second
    ldr r3, [sp, #12]
    bfi r3, r4, #4, #4
    mvn r3, r3
    ldr r2, [sp, #4]
    strb r3, [r2], #1
    str r2, [sp, #4]
    .else
    str r4, [sp, #12]
    .endif
    .endm
    .macro switchback_window_products kernel, taps
    .section .text.switchback_window_products_\kernel, "ax", %progbits
    .global switchback_window_products_\kernel
    .type switchback_window_products_\kernel, %function
    .thumb_func
    .balign 4
switchback_window_products_\kernel:
    push {r4-r11, lr}
    ldr r4, [sp, #36]
    sub sp, sp, #16
    strd r2, r3, [sp]
    str r4, [sp, #8]
2:  switchback_window_pair \kernel, \taps, 0
    switchback_window_pair \kernel, \taps, 1
    ldr r2, [sp, #8]
    subs r2, r2, #1
    str r2, [sp, #8]
    bne.w 2b
    add sp, sp, #16
    pop {r4-r11, pc}
    .size switchback_window_products_\kernel, . - switchback_window_products_\kernel
    .endm
    switchback_window_products 3, 2
    switchback_window_products 5, 3
    .text
