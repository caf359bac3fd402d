// Adds products over pairs of channels to sums of 4 tiles and 2 outputs: r0 v, r1 u, r2 a job (see block_products.rs).
// Registers: r4-r11 sums, r2, r3 two words of u, r12, lr two words of v; all else lives on the stack.
// Sixteen steps a round; the first round is entered so that the remainder of the depth is done in it. One round needs no
// counter: it has a loop of its own.
    .if SB_DSP
    .set SB_BLOCK_STEP_BYTES, 44
    .else
    .set SB_BLOCK_STEP_BYTES, 120
    .endif
    .macro sb_block_step
    .if SB_DSP
    ldrd r2, r3, [r1], #(8*24)
    ldrd r12, lr, [r0], #8
    smlad r4, r2, r12, r4
    smlad r5, r3, r12, r5
    smlad r6, r2, lr, r6
    smlad r7, r3, lr, r7
    ldrd r12, lr, [r0], #(16*24-8)
    smlad r8, r2, r12, r8
    smlad r9, r3, r12, r9
    smlad r10, r2, lr, r10
    smlad r11, r3, lr, r11
    .else
    sb_step r1, 0, r0, 0, 8, r4, r5, r6, r7, r8, r9, r10, r11
    addw r0, r0, #(16*24)
    addw r1, r1, #(8*24)
    .endif
    .endm
    // Stack: 0 end of sums, 4 rounds - 1, 8 entry, 12 and 16 way back of v and u, 20 sums, 24 counter. Between frequencies,
    // r12 points to the sums.
    .macro sb_block_products name, single
    .section .text.\name, "ax", %progbits
    .global \name
    .type \name, %function
    .thumb_func
    .balign 8
\name:
    push {r4-r11, lr}
    ldm r2, {r3-r8}
    adr.w r10, 2f
    mov r11, #SB_BLOCK_STEP_BYTES
    mla r6, r6, r11, r10
    orr r6, r6, #1
    sub sp, #28
    mov r12, r3
    stm sp, {r4-r8}
1:  str r12, [sp, #20]
    ldm r12, {r4-r11}
    .if \single
    ldr r3, [sp, #8]
    .else
    ldrd r2, r3, [sp, #4]
    str r2, [sp, #24]
    .endif
    bx r3
    .balign 4
2:  .rept 16
    sb_block_step
    .endr
    .if \single == 0
    ldr r2, [sp, #24]
    subs r2, #1
    str r2, [sp, #24]
    bpl.w 2b
    .endif
    ldr r12, [sp, #20]
    stm r12!, {r4-r11}
    ldrd r2, r3, [sp, #12]
    sub r0, r0, r2
    sub r1, r1, r3
    ldr r2, [sp]
    cmp r12, r2
    bne.w 1b
    add sp, #28
    pop {r4-r11, pc}
    .size \name, . - \name
    .endm
    sb_block_products switchback_add_products, 0
    sb_block_products switchback_add_products_once, 1
    .text
