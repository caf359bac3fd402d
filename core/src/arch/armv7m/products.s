// Sums over pairs of channels for 4, 2 or 1 tiles and 2 outputs: r0 v, r1 u, r2 a job (see products.rs).
// Registers: r4-r11 sums, r2, r3 two words of u, r12, lr two words of v; all else lives on the stack.
// The first step adds to the seeds, or to the sums so far. The others are done in rounds, the first of which is entered so that
// it does the remainder of the depth.
    .macro sb_step4 stride, a0, a1, a2, a3, a4, a5, a6, a7
    .if SB_DSP
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
    .else
    sb_step r1, 0, r0, 0, 8, \a0, \a1, \a2, \a3, \a4, \a5, \a6, \a7
    addw r0, r0, #(16 * \stride)
    addw r1, r1, #(8 * \stride)
    .endif
    .endm
    .macro sb_step2 stride, a0, a1, a2, a3
    .if SB_DSP
    ldrd r2, r3, [r1], #(8 * \stride)
    ldrd r12, lr, [r0], #(8 * \stride)
    smlad r4, r2, r12, \a0
    smlad r5, r3, r12, \a1
    smlad r6, r2, lr, \a2
    smlad r7, r3, lr, \a3
    .else
    sb_step2_lane 0, \a0, \a1, \a2, \a3
    sb_step2_lane 2, r4, r5, r6, r7
    addw r0, r0, #(8 * \stride)
    addw r1, r1, #(8 * \stride)
    .endif
    .endm
    .macro sb_step2_lane at, a0, a1, a2, a3
    ldrsh r2, [r1, #\at]
    ldrsh r3, [r1, #(\at + 4)]
    ldrsh r12, [r0, #\at]
    ldrsh lr, [r0, #(\at + 4)]
    mla r4, r2, r12, \a0
    mla r5, r3, r12, \a1
    mla r6, r2, lr, \a2
    mla r7, r3, lr, \a3
    .endm
    .macro sb_step1 stride, a0, a1
    .if SB_DSP
    ldrd r2, r3, [r1], #(8 * \stride)
    ldr r12, [r0], #(4 * \stride)
    smlad r4, r2, r12, \a0
    smlad r5, r3, r12, \a1
    .else
    sb_step1_lane 0, \a0, \a1
    sb_step1_lane 2, r4, r5
    addw r0, r0, #(4 * \stride)
    addw r1, r1, #(8 * \stride)
    .endif
    .endm
    .macro sb_step1_lane at, a0, a1
    ldrsh r2, [r1, #\at]
    ldrsh r3, [r1, #(\at + 4)]
    ldrsh r12, [r0, #\at]
    mla r4, r2, r12, \a0
    mla r5, r3, r12, \a1
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
// Stores the sums of a frequency, goes back to the next one, if any.
    .macro sb_frequency_done last, next
    ldm sp, {r2, r3, r12}
    stm r3!, {r4-\last}
    cmp r3, r12
    ldrd r4, r5, [sp, #12]
    sub r0, r0, r4
    sub r1, r1, r5
    bne.w \next
    .endm
// A run of frequencies. r0 v, r1 u, r2 seeds, r3 sums; r4 end of sums, r5 steps left out of the first round.
    .macro sb_run tiles, stride, steps, step_bytes, seed_0, last
    adr.w r6, 2f
    mov r7, #\step_bytes
    mla r5, r5, r7, r6
    orr r5, r5, #1
    str r4, [sp, #8]
    str r5, [sp, #20]
    adr.w r6, 4f
    adr.w r7, 6f
    cmp r2, #0
    it eq
    moveq r6, r7
    ldr r8, [sp, #32]
    adr.w r7, 5f
    str r8, [sp, #36]
    cmp r8, #0
    it eq
    moveq r7, r6
    orr r6, r6, #1
    orr r7, r7, #1
    strd r7, r6, [sp, #24]
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
    b.w 9f
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
    b.w 9f
7:  str r3, [sp, #4]
    ldm r3, {r4-\last}
    sb_next\tiles \stride
    ldr pc, [sp, #20]
9:
    .endm
// Stack: 0 seeds, 4 sums, 8 end of sums, 12 and 16 way back of v and u, 20 where to enter a round, 24 where to go after one,
// 28 where to go after the last one, 32 further rounds, 36 rounds left, 40 steps left out of the first round of a run of 62.
    .macro sb_products kernel, tiles, steps, step_bytes, seed_0, last
    .section .text.switchback_products_\kernel\()_\tiles, "ax", %progbits
    .global switchback_products_\kernel\()_\tiles
    .type switchback_products_\kernel\()_\tiles, %function
    .thumb_func
    .balign 8
switchback_products_\kernel\()_\tiles:
    push {r4-r11, lr}
    sub sp, #44
    ldm r2, {r2, r3, r5-r9}
    strd r6, r7, [sp, #12]
    str r8, [sp, #32]
    str r9, [sp, #40]
    str r2, [sp]
    .if \kernel == 3
    add r4, r3, #(36 * 8 * \tiles)
    sb_run \tiles, 36, \steps, \step_bytes, \seed_0, \last
    .else
    add r4, r3, #(25 * 8 * \tiles)
    sb_run \tiles, 31, \steps, \step_bytes, \seed_0, \last
    ldr r5, [sp, #40]
    add r4, r3, #(6 * 8 * \tiles)
8:  sb_run \tiles, 62, (\steps / 2), \step_bytes, \seed_0, \last
    // The first of these two runs ends where the places of the next block begin.
    ldr r5, [sp, #40]
    cmp r5, #0
    blt 10f
    mvn r6, #0
    str r6, [sp, #40]
    add r4, r3, #(5 * 8 * \tiles)
    add r0, r0, #(25 * 4 * \tiles)
    add r1, r1, #(25 * 8)
    b.w 8b
10:
    .endif
    add sp, #44
    pop {r4-r11, pc}
    .size switchback_products_\kernel\()_\tiles, . - switchback_products_\kernel\()_\tiles
    .endm
    .if SB_DSP
    sb_products 3, 4, 32, 44, r10, r11
    sb_products 3, 2, 16, 24, r6, r7
    sb_products 3, 1, 16, 16, r4, r5
    sb_products 5, 4, 24, 44, r10, r11
    sb_products 5, 2, 16, 24, r6, r7
    sb_products 5, 1, 16, 16, r4, r5
    .else
    sb_products 3, 4, 16, 120, r10, r11
    sb_products 3, 2, 16, 72, r6, r7
    sb_products 3, 1, 16, 48, r4, r5
    sb_products 5, 4, 16, 120, r10, r11
    sb_products 5, 2, 16, 72, r6, r7
    sb_products 5, 1, 16, 48, r4, r5
    .endif
    .text
