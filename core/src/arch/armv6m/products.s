// A run of frequencies: sums over pairs of channels for 4 tiles and an output, or for 2 or 1 tiles and 2 outputs.
// r0 v, r1 u, r2 a job (see products.rs). r12, lr: how much further v and u stand after a step; words of v and of u are
// loaded, then split in lanes. Steps are done in rounds of 8, the first of which is entered so that it does the remainder.
// Stack: 0 seeds or null, 4 sums, 8 end of the sums, 12 where to enter the first round, 16 and 20 way back of v and u to the next
// frequency, 24 end of v, 28 r8-r11, 44 r4-r7, lr.
    .syntax unified

// \acc += both lanes of \data times those of weights \low, \high; r6 is lost.
    .macro sb_dot acc, data, low, high
    sxth r6, \data
    muls r6, \low, r6
    add \acc, r6
    asrs r6, \data, #16
    muls r6, \high, r6
    add \acc, r6
    .endm

// Sums r7, r8, r9, r10.
    .macro sb_step4
    ldr r2, [r1]
    add r1, lr
    asrs r3, r2, #16
    sxth r2, r2
    ldm r0!, {r4, r5}
    sb_dot r7, r4, r2, r3
    sb_dot r8, r5, r2, r3
    ldm r0!, {r4, r5}
    sb_dot r9, r4, r2, r3
    sb_dot r10, r5, r2, r3
    add r0, r12
    .endm
    .macro sb_load4
    ldr r7, [r2]
    ldr r3, [r2, #8]
    mov r8, r3
    ldr r3, [r2, #16]
    mov r9, r3
    ldr r3, [r2, #24]
    mov r10, r3
    .endm
    .macro sb_seed4
    ldr r7, [r2]
    mov r8, r7
    mov r9, r7
    mov r10, r7
    .endm
    .macro sb_store4
    str r7, [r2]
    mov r3, r8
    str r3, [r2, #8]
    mov r3, r9
    str r3, [r2, #16]
    mov r3, r10
    str r3, [r2, #24]
    adds r2, #32
    .endm

// Sums r8, r9 of the first tile, r10, r11 of the second one.
    .macro sb_step2
    ldm r1!, {r2, r3}
    add r1, lr
    ldm r0!, {r4, r5}
    add r0, r12
    asrs r7, r2, #16
    sxth r2, r2
    sb_dot r8, r4, r2, r7
    sb_dot r10, r5, r2, r7
    asrs r7, r3, #16
    sxth r3, r3
    sb_dot r9, r4, r3, r7
    sb_dot r11, r5, r3, r7
    .endm
    .macro sb_load2
    ldm r2!, {r4-r7}
    mov r8, r4
    mov r9, r5
    mov r10, r6
    mov r11, r7
    .endm
    .macro sb_seed2
    ldr r4, [r2]
    mov r8, r4
    mov r10, r4
    ldr r4, [r2, #4]
    mov r9, r4
    mov r11, r4
    .endm
    .macro sb_store2
    mov r4, r8
    mov r5, r9
    mov r6, r10
    mov r7, r11
    stm r2!, {r4-r7}
    .endm

// Sums r7, r8.
    .macro sb_step1
    ldm r1!, {r2, r3}
    add r1, lr
    ldr r5, [r0]
    add r0, r12
    asrs r4, r5, #16
    sxth r5, r5
    sb_dot r7, r2, r5, r4
    sb_dot r8, r3, r5, r4
    .endm
    .macro sb_load1
    ldr r7, [r2]
    ldr r3, [r2, #4]
    mov r8, r3
    .endm
    .macro sb_seed1
    sb_load1
    .endm
    .macro sb_store1
    mov r3, r8
    str r7, [r2]
    str r3, [r2, #4]
    adds r2, #8
    .endm

    .macro sb_products tiles
    .section .text.switchback_products_\tiles, "ax", %progbits
    .global switchback_products_\tiles
    .type switchback_products_\tiles, %function
    .thumb_func
    .balign 4
switchback_products_\tiles:
    push {r4-r7, lr}
    mov r4, r8
    mov r5, r9
    mov r6, r10
    mov r7, r11
    push {r4-r7}
    sub sp, #28
    ldm r2!, {r3-r6}
    str r3, [sp]
    str r4, [sp, #4]
    str r5, [sp, #8]
    adr r3, 4f
    adds r3, r3, r6
    str r3, [sp, #12]
    ldm r2!, {r3-r7}
    str r3, [sp, #16]
    str r4, [sp, #20]
    str r5, [sp, #24]
    mov r12, r6
    mov lr, r7
1:  ldr r2, [sp]
    cmp r2, #0
    beq 2f
    sb_seed\tiles
    adds r2, #8
    str r2, [sp]
    b 3f
2:  ldr r2, [sp, #4]
    sb_load\tiles
3:  ldr r2, [sp, #12]
    mov pc, r2
    .balign 4
4:  .rept 8
    sb_step\tiles
    .endr
    ldr r2, [sp, #24]
    cmp r0, r2
    beq 5f
    b 4b
5:  adds r2, #(4 * \tiles)
    str r2, [sp, #24]
    ldr r3, [sp, #16]
    subs r0, r0, r3
    ldr r3, [sp, #20]
    subs r1, r1, r3
    ldr r2, [sp, #4]
    sb_store\tiles
    str r2, [sp, #4]
    ldr r3, [sp, #8]
    cmp r2, r3
    beq 6f
    b 1b
6:  add sp, #28
    pop {r4-r7}
    mov r8, r4
    mov r9, r5
    mov r10, r6
    mov r11, r7
    pop {r4-r7, pc}
    .size switchback_products_\tiles, . - switchback_products_\tiles
    .endm
    sb_products 4
    sb_products 2
    sb_products 1
    .text
