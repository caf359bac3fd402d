// Sums over pairs of channels for 4, 2 or 1 tiles and 2 outputs: r0 v, r1 u, r2 a job (see products.rs).
// Registers: r4-r11 sums, r2, r3 two words of u, r12, lr two words of v; all else lives on the stack.
// Sixteen steps a round; the first round is entered so that the remainder of the depth is done in it.
    .syntax unified
    .equ F, 36
    .macro sb_step4
    ldrd r2, r3, [r1], #(8*F)
    ldrd r12, lr, [r0], #8
    smlad r4, r2, r12, r4
    smlad r5, r3, r12, r5
    smlad r6, r2, lr, r6
    smlad r7, r3, lr, r7
    ldrd r12, lr, [r0], #(16*F-8)
    smlad r8, r2, r12, r8
    smlad r9, r3, r12, r9
    smlad r10, r2, lr, r10
    smlad r11, r3, lr, r11
    .endm
    .macro sb_step2
    ldrd r2, r3, [r1], #(8*F)
    ldrd r12, lr, [r0], #(8*F)
    smlad r4, r2, r12, r4
    smlad r5, r3, r12, r5
    smlad r6, r2, lr, r6
    smlad r7, r3, lr, r7
    .endm
    .macro sb_step1
    ldrd r2, r3, [r1], #(8*F)
    ldr r12, [r0], #(4*F)
    smlad r4, r2, r12, r4
    smlad r5, r3, r12, r5
    .endm
    .macro sb_seed4
    mov r4, r2
    mov r5, r3
    mov r6, r2
    mov r7, r3
    mov r8, r2
    mov r9, r3
    mov r10, r2
    mov r11, r3
    .endm
    .macro sb_seed2
    mov r4, r2
    mov r5, r3
    mov r6, r2
    mov r7, r3
    .endm
    .macro sb_seed1
    mov r4, r2
    mov r5, r3
    .endm
    // Stack: 0 seeds, 4 sums, 8 end of sums, 12 rounds - 1, 16 entry, 20 and 24 way back of v and u, 28 counter.
    .macro sb_products tiles, step_bytes, last
    .section .text.switchback_products_\tiles, "ax", %progbits
    .global switchback_products_\tiles
    .type switchback_products_\tiles, %function
    .thumb_func
    .balign 8
switchback_products_\tiles:
    push {r4-r11, lr}
    ldm r2, {r3-r9}
    adr.w r10, 2f
    mov r11, #\step_bytes
    mla r7, r7, r11, r10
    orr r7, r7, #1
    sub sp, #32
    stm sp, {r3-r9}
1:  ldr r12, [sp]
    ldrd r2, r3, [r12], #8
    str r12, [sp]
    sb_seed\tiles
    ldrd r2, r3, [sp, #12]
    str r2, [sp, #28]
    bx r3
    .balign 4
2:  .rept 16
    sb_step\tiles
    .endr
    ldr r2, [sp, #28]
    subs r2, #1
    str r2, [sp, #28]
    bpl.w 2b
    ldrd r2, r3, [sp, #4]
    stm r2!, {r4-\last}
    str r2, [sp, #4]
    cmp r2, r3
    ldrd r2, r3, [sp, #20]
    sub r0, r0, r2
    sub r1, r1, r3
    bne.w 1b
    add sp, #32
    pop {r4-r11, pc}
    .size switchback_products_\tiles, . - switchback_products_\tiles
    .endm
    sb_products 4, 44, r11
    sb_products 2, 24, r7
    sb_products 1, 16, r5
    .text
