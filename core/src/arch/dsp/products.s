// Sums over pairs of channels for 4, 2 or 1 tiles and 2 outputs: r0 v, r1 u, r2 a job (see products.rs).
// Registers: r4-r11 sums, r2, r3 two words of u, r12, lr two words of v; all else lives on the stack.
// The first step adds to the seeds. The others are done in rounds of 32, the first of which is entered so that it does the
// remainder of the depth.
    .syntax unified
    .equ F, 36
    .macro sb_step4 a0, a1, a2, a3, a4, a5, a6, a7
    ldrd r2, r3, [r1], #(8*F)
    ldrd r12, lr, [r0], #8
    smlad r4, r2, r12, \a0
    smlad r5, r3, r12, \a1
    smlad r6, r2, lr, \a2
    smlad r7, r3, lr, \a3
    ldrd r12, lr, [r0], #(16*F-8)
    smlad r8, r2, r12, \a4
    smlad r9, r3, r12, \a5
    smlad r10, r2, lr, \a6
    smlad r11, r3, lr, \a7
    .endm
    .macro sb_step2 a0, a1, a2, a3
    ldrd r2, r3, [r1], #(8*F)
    ldrd r12, lr, [r0], #(8*F)
    smlad r4, r2, r12, \a0
    smlad r5, r3, r12, \a1
    smlad r6, r2, lr, \a2
    smlad r7, r3, lr, \a3
    .endm
    .macro sb_step1 a0, a1
    ldrd r2, r3, [r1], #(8*F)
    ldr r12, [r0], #(4*F)
    smlad r4, r2, r12, \a0
    smlad r5, r3, r12, \a1
    .endm
    .macro sb_first4
    sb_step4 r10, r11, r10, r11, r10, r11, r10, r11
    .endm
    .macro sb_first2
    sb_step2 r6, r7, r6, r7
    .endm
    .macro sb_first1
    sb_step1 r4, r5
    .endm
    .macro sb_next4
    sb_step4 r4, r5, r6, r7, r8, r9, r10, r11
    .endm
    .macro sb_next2
    sb_step2 r4, r5, r6, r7
    .endm
    .macro sb_next1
    sb_step1 r4, r5
    .endm
// Stack: 0 seeds, 4 sums, 8 end of sums, 12 and 16 way back of v and u, 20 where to enter a round, 24 where to go after one,
// 28 further rounds, 32 rounds left.
    .macro sb_products tiles, step_bytes, seed_0, last
    .section .text.switchback_products_\tiles, "ax", %progbits
    .global switchback_products_\tiles
    .type switchback_products_\tiles, %function
    .thumb_func
    .balign 8
switchback_products_\tiles:
    push {r4-r11, lr}
    sub sp, #36
    ldm r2, {r2-r9}
    adr.w r10, 2f
    mov r11, #\step_bytes
    mla r7, r7, r11, r10
    orr r7, r7, #1
    adr.w r8, 4f
    adr.w r10, 5f
    cmp r9, #0
    it ne
    movne r8, r10
    orr r8, r8, #1
    str r9, [sp, #32]
    stm sp, {r2-r9}
1:  ldrd \seed_0, \last, [r2], #8
    strd r2, r3, [sp]
    sb_first\tiles
    ldr pc, [sp, #20]
    .balign 4
2:  .rept 32
    sb_next\tiles
    .endr
    ldr pc, [sp, #24]
    .balign 4
4:  ldm sp, {r2, r3, r12}
    stm r3!, {r4-\last}
    cmp r3, r12
    ldrd r4, r5, [sp, #12]
    sub r0, r0, r4
    sub r1, r1, r5
    bne.w 1b
    add sp, #36
    pop {r4-r11, pc}
    .balign 4
5:  ldr r2, [sp, #32]
    subs r2, #1
    str r2, [sp, #32]
    bpl.w 2b
    ldr r2, [sp, #28]
    str r2, [sp, #32]
    b.w 4b
    .size switchback_products_\tiles, . - switchback_products_\tiles
    .endm
    sb_products 4, 44, r10, r11
    sb_products 2, 24, r6, r7
    sb_products 1, 16, r4, r5
    .text
