// r0 values, r1 weights, r2 products, r3 their end; r4-r11 the sums of [row][tile][filter]. One instance a kernel size: all
// offsets into the values are constants, and a step is nothing but its loads and products. The first step takes the seeds as
// addends.
// One step of `steps`: its two words of weights lie before r1.
    .macro sb_column_step steps, words, step, a0, a1, a2, a3, a4, a5, a6, a7
    .set SB_AT, 48 * \words * (\step / \words - SB_MIDDLE) + 8 * (\step % \words)
    sb_step r1, (8 * (\step - \steps)), r0, SB_AT, (SB_AT + 48 * \words), \a0, \a1, \a2, \a3, \a4, \a5, \a6, \a7
    .endm
    .macro switchback_column_products kernel, words
    .section .text.switchback_column_products_\kernel, "ax", %progbits
    .global switchback_column_products_\kernel
    .type switchback_column_products_\kernel, %function
    .thumb_func
    .balign 4
switchback_column_products_\kernel:
    push {r2-r11, lr}
    // LDRD reaches 1020 bytes either way, LDRSH 4095 forwards.
    .if SB_DSP
    .set SB_MIDDLE, \kernel / 2
    add r0, r0, #(48 * \words * SB_MIDDLE)
    .else
    .set SB_MIDDLE, 0
    .endif
2:  ldrd r10, r11, [r1], #(8 * (\kernel * \words + 1))
    sb_column_step (\kernel * \words), \words, 0, r10, r11, r10, r11, r10, r11, r10, r11
    .set SB_STEP, 1
    .rept \kernel * \words - 1
    sb_column_step (\kernel * \words), \words, SB_STEP, r4, r5, r6, r7, r8, r9, r10, r11
    .set SB_STEP, SB_STEP + 1
    .endr
    add r0, r0, #(8 * \words)
    ldrd r2, r3, [sp]
    stmia r2!, {r4-r11}
    str r2, [sp]
    cmp r2, r3
    bne.w 2b
    add sp, sp, #8
    pop {r4-r11, pc}
    .size switchback_column_products_\kernel, . - switchback_column_products_\kernel
    .endm
    switchback_column_products 3, 1
    switchback_column_products 5, 1
    switchback_column_products 7, 2
    switchback_column_products 9, 2
    switchback_column_products 11, 2
    .text

// The same for any kernel, its rows in a loop: r3 rows of the kernel. One instance for kernels whose rows have a word, and one for
// those with two. On the stack: 0 products, 4 their end, 8 bytes of weights a frequency, 12 the end of a frequency's weights,
// 16 way back of the values.
    .macro switchback_column_loop words
    .section .text.switchback_column_loop_\words, "ax", %progbits
    .global switchback_column_loop_\words
    .type switchback_column_loop_\words, %function
    .thumb_func
    .balign 4
switchback_column_loop_\words:
    push {r4-r11, lr}
    sub sp, #20
    add r4, r2, #192
    strd r2, r4, [sp]
    mov r4, #(8 * \words)
    mul r5, r3, r4
    str r5, [sp, #8]
    add r5, r5, r5, lsl #1
    rsb r5, r4, r5, lsl #1
    str r5, [sp, #16]
2:  ldr r2, [sp, #8]
    ldrd r10, r11, [r1], #8
    add r2, r2, r1
    str r2, [sp, #12]
    mov r4, r10
    mov r5, r11
    mov r6, r10
    mov r7, r11
    mov r8, r10
    mov r9, r11
3:  sb_step r1, 0, r0, 0, (48 * \words), r4, r5, r6, r7, r8, r9, r10, r11
    .if \words == 2
    sb_step r1, 8, r0, 8, (48 * \words + 8), r4, r5, r6, r7, r8, r9, r10, r11
    .endif
    add r1, r1, #(8 * \words)
    add r0, r0, #(48 * \words)
    ldr r2, [sp, #12]
    cmp r1, r2
    bne.w 3b
    ldr r2, [sp, #16]
    sub r0, r0, r2
    ldrd r2, r3, [sp]
    stmia r2!, {r4-r11}
    str r2, [sp]
    cmp r2, r3
    bne.w 2b
    add sp, #20
    pop {r4-r11, pc}
    .size switchback_column_loop_\words, . - switchback_column_loop_\words
    .endm
    switchback_column_loop 1
    switchback_column_loop 2
    .text

// r0 products, r1 codes. Two lines of A^T a tile and filter, the maxima of its two windows in r6 and r7; the constants
// 3 - index are the addends of the multiplications by 3^-1.
    .macro switchback_column_line row, place
    ldr r1, [r0, #(32 + 16 * \row + 4 * \place)]
    ldr r2, [r0, #(64 + 16 * \row + 4 * \place)]
    add r3, r1, r2
    sub r1, r1, r2
    ldr r2, [r0, #(96 + 16 * \row + 4 * \place)]
    ldr r4, [r0, #(128 + 16 * \row + 4 * \place)]
    add r5, r2, r4
    sub r2, r2, r4
    ldr r4, [r0, #(160 + 16 * \row + 4 * \place)]
    add r4, r4, r4, lsl #1
    add r4, r4, r2
    rsb r4, r1, r4, lsl #1
    sub r2, r2, r1, lsl #1
    sub r1, r5, r3
    sub r5, r5, r3, lsl #2
    ldr r3, [r0, #(16 * \row + 4 * \place)]
    add r3, r3, r3, lsl #1
    add r5, r5, r3, lsl #1
    mul r5, r5, lr
    .endm
    .macro switchback_maximum a, b
    cmp \a, \b
    it lt
    movlt \a, \b
    .endm
    .section .text.switchback_column_codes, "ax", %progbits
    .global switchback_column_codes
    .type switchback_column_codes, %function
    .thumb_func
    .balign 4
switchback_column_codes:
    push {r4-r11, lr}
    mov r8, r1
    mov r9, #1
    mov r10, #3
    mov r11, #2
    mov lr, #0xAAAAAAAA
    mov r12, #0x55555555
    add lr, lr, #1
    add r12, r12, #1
    .if SB_FAST
    .set SB_PLACES, 4
    .else
    .set SB_PLACES, 2
    add r2, r0, #16
    push {r2}
    .endif
2:  .set SB_PLACE, 0
    .rept SB_PLACES
    switchback_column_line 0, SB_PLACE
    add r6, r10, r5, asr #1
    mla r2, r2, lr, r11
    switchback_maximum r6, r2
    mla r7, r1, r12, r10
    mla r4, r4, r12, r11
    switchback_maximum r7, r4
    switchback_column_line 1, SB_PLACE
    add r5, r9, r5, asr #1
    mul r2, r2, lr
    switchback_maximum r6, r5
    switchback_maximum r6, r2
    mla r1, r1, r12, r9
    mul r4, r4, r12
    switchback_maximum r7, r1
    switchback_maximum r7, r4
    str r6, [r8, #(16 * (SB_PLACE / 2) + 4 * (SB_PLACE % 2))]
    str r7, [r8, #(16 * (SB_PLACE / 2) + 4 * (SB_PLACE % 2) + 8)]
    .set SB_PLACE, SB_PLACE + 1
    .endr
    .if SB_FAST == 0
    adds r0, #8
    add r8, r8, #16
    ldr r2, [sp]
    cmp r0, r2
    bne.w 2b
    add sp, #4
    .endif
    pop {r4-r11, pc}
    .size switchback_column_codes, . - switchback_column_codes
    .text
