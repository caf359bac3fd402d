// Products of a kernel of one or two words a row: r0 values, r1 weights, r2 a job (see column_products.rs). One filter after the
// other: r7-r10 the sums of [row][tile], r2, r3 lanes of weights, r4, r5 words of values; r11 end of the weights of a frequency,
// r12 weights of a frequency in bytes, lr way of the values to the next frequency.
// Stack: 0 products, 4 their end, 8 values, 12 weights, 16 end of those of the first frequency, 20 r8-r11, 36 r4-r7, lr.
    .syntax unified

// \acc += both lanes of \data times those of the weights r2, r3; r6 is lost.
    .macro sb_column_dot acc, data
    sxth r6, \data
    muls r6, r2, r6
    add \acc, r6
    asrs r6, \data, #16
    muls r6, r3, r6
    add \acc, r6
    .endm

// All frequencies of filter \filter of a pair: of two words, the other one is not used.
    .macro sb_frequencies filter, words
1:  ldm r1!, {r6, r7}
    .if \filter == 0
    mov r7, r6
    .endif
    mov r8, r7
    mov r9, r7
    mov r10, r7
2:  .rept \words
    ldm r1!, {r2, r3}
    .if \filter == 0
    asrs r3, r2, #16
    sxth r2, r2
    .else
    sxth r2, r3
    asrs r3, r3, #16
    .endif
    ldm r0!, {r4, r5}
    sb_column_dot r7, r4
    sb_column_dot r8, r5
    ldr r4, [r0, #(48 * \words - 8)]
    ldr r5, [r0, #(48 * \words - 4)]
    sb_column_dot r9, r4
    sb_column_dot r10, r5
    .endr
    adds r0, #(40 * \words)
    cmp r1, r11
    bne 2b
    add r0, lr
    add r11, r12
    ldr r2, [sp]
    str r7, [r2, #(4 * \filter)]
    mov r3, r8
    str r3, [r2, #(4 * \filter + 8)]
    mov r3, r9
    str r3, [r2, #(4 * \filter + 16)]
    mov r3, r10
    str r3, [r2, #(4 * \filter + 24)]
    adds r2, #32
    str r2, [sp]
    ldr r3, [sp, #4]
    cmp r2, r3
    bne 1b
    .endm

    .macro sb_column_products words
    .section .text.switchback_column_products_\words, "ax", %progbits
    .global switchback_column_products_\words
    .type switchback_column_products_\words, %function
    .thumb_func
    .balign 4
switchback_column_products_\words:
    push {r4-r7, lr}
    mov r4, r8
    mov r5, r9
    mov r6, r10
    mov r7, r11
    push {r4-r7}
    ldm r2!, {r3-r6}
    mov r12, r5
    mov lr, r6
    adds r5, r5, r1
    mov r11, r5
    push {r0, r1, r5}
    push {r3, r4}
    sb_frequencies 0, \words
    ldr r2, [sp]
    subs r2, #192
    str r2, [sp]
    ldr r0, [sp, #8]
    ldr r1, [sp, #12]
    ldr r2, [sp, #16]
    mov r11, r2
    sb_frequencies 1, \words
    add sp, #20
    pop {r4-r7}
    mov r8, r4
    mov r9, r5
    mov r10, r6
    mov r11, r7
    pop {r4-r7, pc}
    .size switchback_column_products_\words, . - switchback_column_products_\words
    .endm
    sb_column_products 1
    sb_column_products 2
    .text
