// Sums over pairs of channels for 4, 2 or 1 tiles and 2 outputs: r0 v, r1 u, r2 a job (see products.rs).
// Registers: r4-r11 sums, r2, r3 two words of u, r12, lr two words of v; all else lives on the stack.
// The first step adds to the seeds, or to the sums so far. The others are done in rounds, the first of which is entered so that
// it does the remainder of the depth.
    .syntax unified
    .macro sb_step4 stride, a0, a1, a2, a3, a4, a5, a6, a7
    ldrd r2, r3, [r1], #(8 * \stride)
    ldrd r12, lr, [r0], #8
    smlad r4, r2, r12, \a0
    smlad r5, r3, r12, \a1
    smlad r6, r2, lr, \a2
    smlad r7, r3, lr, \a3
    ldrd r12, lr, [r0], #(16 * \stride - 8)
    smlad r8, r2, r12, \a4
    smlad r9, r3, r12, \a5
    smlad r10, r2, lr, \a6
    smlad r11, r3, lr, \a7
    .endm
    .macro sb_step2 stride, a0, a1, a2, a3
    ldrd r2, r3, [r1], #(8 * \stride)
    ldrd r12, lr, [r0], #(8 * \stride)
    smlad r4, r2, r12, \a0
    smlad r5, r3, r12, \a1
    smlad r6, r2, lr, \a2
    smlad r7, r3, lr, \a3
    .endm
    .macro sb_step1 stride, a0, a1
    ldrd r2, r3, [r1], #(8 * \stride)
    ldr r12, [r0], #(4 * \stride)
    smlad r4, r2, r12, \a0
    smlad r5, r3, r12, \a1
    .endm
    .macro sb_first4 stride
    sb_step4 \stride, r10, r11, r10, r11, r10, r11, r10, r11
    .endm
    .macro sb_first2 stride
    sb_step2 \stride, r6, r7, r6, r7
    .endm
    .macro sb_first1 stride
    sb_step1 \stride, r4, r5
    .endm
    .macro sb_next4 stride
    sb_step4 \stride, r4, r5, r6, r7, r8, r9, r10, r11
    .endm
    .macro sb_next2 stride
    sb_step2 \stride, r4, r5, r6, r7
    .endm
    .macro sb_next1 stride
    sb_step1 \stride, r4, r5
    .endm
// Stores the sums of a frequency, goes back to the next one.
    .macro sb_frequency_done last, next
    ldm sp, {r2, r3, r12}
    stm r3!, {r4-\last}
    cmp r3, r12
    ldrd r4, r5, [sp, #12]
    sub r0, r0, r4
    sub r1, r1, r5
    bne.w \next
    add sp, #40
    pop {r4-r11, pc}
    .endm
// Stack: 0 seeds, 4 sums, 8 end of sums, 12 and 16 way back of v and u, 20 where to enter a round, 24 where to go after one,
// 28 where to go after the last one, 32 further rounds, 36 rounds left.
    .macro sb_products tiles, stride, steps, step_bytes, seed_0, last
    .section .text.switchback_products_\tiles\()_\stride, "ax", %progbits
    .global switchback_products_\tiles\()_\stride
    .type switchback_products_\tiles\()_\stride, %function
    .thumb_func
    .balign 8
switchback_products_\tiles\()_\stride:
    push {r4-r11, lr}
    sub sp, #40
    ldm r2, {r2-r8}
    adr.w r9, 4f
    adr.w r10, 6f
    cmp r2, #0
    it eq
    moveq r9, r10
    orr r9, r9, #1
    mov r10, r9
    cbz r7, 8f
    adr.w r10, 5f
    orr r10, r10, #1
8:  str r7, [sp, #32]
    str r7, [sp, #36]
    strd r10, r9, [sp, #24]
    adr.w r10, 2f
    mov r11, #\step_bytes
    mla r7, r8, r11, r10
    orr r7, r7, #1
    stm sp, {r2-r7}
    cmp r2, #0
    beq.w 7f
1:  ldrd \seed_0, \last, [r2], #8
    strd r2, r3, [sp]
    sb_first\tiles \stride
    ldr pc, [sp, #20]
    .balign 4
2:  .rept \steps
    sb_next\tiles \stride
    .endr
    ldr pc, [sp, #24]
    .balign 4
4:  sb_frequency_done \last, 1b
    .balign 4
5:  ldr r2, [sp, #36]
    subs r2, #1
    str r2, [sp, #36]
    bpl.w 2b
    ldr r2, [sp, #32]
    str r2, [sp, #36]
    ldr pc, [sp, #28]
    .balign 4
6:  sb_frequency_done \last, 7f
7:  str r3, [sp, #4]
    ldm r3, {r4-\last}
    sb_next\tiles \stride
    ldr pc, [sp, #20]
    .size switchback_products_\tiles\()_\stride, . - switchback_products_\tiles\()_\stride
    .endm
// A 3x3 kernel; then the inner frequencies of four blocks, and the others.
    sb_products 4, 36, 32, 44, r10, r11
    sb_products 2, 36, 16, 24, r6, r7
    sb_products 1, 36, 16, 16, r4, r5
    sb_products 4, 31, 24, 44, r10, r11
    sb_products 2, 31, 16, 24, r6, r7
    sb_products 1, 31, 16, 16, r4, r5
    sb_products 4, 62, 12, 44, r10, r11
    sb_products 2, 62, 8, 24, r6, r7
    sb_products 1, 62, 8, 16, r4, r5
    .text
