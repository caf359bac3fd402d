@ One output pixel, eight channels: r0-r3 the own, horizontal, vertical and diagonal cell, on the stack block and out.
@ In the loop: r0 next entry, r1 address of weights, r2 m*q, r3, r4 weights; r5-r7 A, B, C, r8-r11 G, D, G', D', r12 S (see
@ gather.rs); lr what an entry's offset is added to.
@ Stack: 0 end of the range, 4 where to go after it, 8 block - 28, 12 own cell, 16 horizontal, 20 vertical, 24 diagonal,
@ 28 r8-r11, 44 r4-r7, lr; 64 block, 68 out.
    .syntax unified
    .thumb
    .section .text.switchback_gather, "ax", %progbits

    .macro sb_entry
    ldm r0!, {r1, r2}
    add r1, lr
    ldm r1!, {r3, r4}
    muls r3, r2, r3
    adds r6, r6, r3
    asrs r3, r4, #16
    muls r3, r2, r3
    adds r7, r7, r3
    muls r4, r2, r4
    adds r5, r5, r4
    ldm r1, {r1, r3}
    asrs r4, r1, #16
    muls r4, r2, r4
    add r9, r4
    muls r1, r2, r1
    add r8, r1
    asrs r4, r3, #16
    muls r4, r2, r4
    add r11, r4
    muls r3, r2, r3
    add r10, r3
    add r12, r2
    .endm

@ The entries between bytes \start and \end of a cell's header; ky, kx: the tap of switch 0.
    .macro sb_range cell, start, end, ky, kx
    ldr r1, [sp, #12 + 4 * \cell]
    ldr r0, [r1, #\start]
    ldr r2, [r1, #\end]
    subs r3, r2, r0
    beq 9f
    adds r0, r0, r1
    adds r2, r2, r1
    ldr r1, [sp, #8]
    .if \ky + \kx
    adds r1, #((3 * \ky + \kx) * 16)
    .endif
    mov lr, r1
    str r2, [sp]
    adr r1, 9f
    str r1, [sp, #4]
    b switchback_gather_range
    .balign 4
9:
    .endm

    .macro sb_start name
    .global \name
    .type \name, %function
    .thumb_func
    .balign 4
\name:
    push {r4-r7, lr}
    mov r4, r8
    mov r5, r9
    mov r6, r10
    mov r7, r11
    push {r4-r7}
    push {r0-r3}
    sub sp, #12
    ldr r0, [sp, #64]
    movs r1, #28
    subs r1, r0, r1
    str r1, [sp, #8]
    ldm r0!, {r4-r7}
    mov r8, r4
    mov r9, r5
    mov r10, r6
    mov r11, r7
    ldm r0!, {r5-r7}
    movs r1, #0
    mov r12, r1
    .endm

sb_start switchback_gather_00
    sb_range 0, 0, 16, 1, 1
    sb_range 1, 4, 12, 1, 3
    sb_range 2, 8, 16, 3, 1
    sb_range 3, 8, 12, 3, 3
    b switchback_gather_finish

sb_start switchback_gather_01
    sb_range 0, 0, 16, 1, 2
    sb_range 1, 0, 4, 1, 0
    sb_range 1, 12, 16, 1, 0
    sb_range 2, 8, 16, 3, 2
    sb_range 3, 12, 16, 3, 0
    b switchback_gather_finish

@ r0 first entry, r3 bytes of entries, above 0. The table gives, for n entries modulo 8, where to enter the loop: a copy of the
@ entry is 44 bytes.
switchback_gather_range:
    lsls r3, r3, #26
    lsrs r3, r3, #28
    adr r1, 4f
    ldrh r3, [r1, r3]
    add pc, r3
    nop
2:
    .rept 8
    sb_entry
    .endr
    ldr r1, [sp]
    cmp r0, r1
    beq 3f
    b 2b
3:
    ldr r1, [sp, #4]
    mov pc, r1
    .balign 4
4:
    .hword 0, 308, 264, 220, 176, 132, 88, 44

sb_start switchback_gather_10
    sb_range 0, 0, 16, 2, 1
    sb_range 1, 4, 12, 2, 3
    sb_range 2, 0, 8, 0, 1
    sb_range 3, 4, 8, 0, 3
    b switchback_gather_finish

sb_start switchback_gather_11
    sb_range 0, 0, 16, 2, 2
    sb_range 1, 0, 4, 2, 0
    sb_range 1, 12, 16, 2, 0
    sb_range 2, 0, 8, 0, 2
    sb_range 3, 0, 4, 0, 0

@ Sums of channels 0 to 7 to r0, r1, r2, r3 (0, 1, 4, 5) and r4-r7 (2, 3, 6, 7), then to the 32 bytes from sp on.
switchback_gather_finish:
    mov r4, r12
    lsls r0, r7, #16
    subs r0, r5, r0
    lsls r1, r4, #15
    subs r0, r0, r1
    lsls r1, r6, #8
    subs r1, r0, r1
    lsls r0, r1, #8
    asrs r0, r0, #8
    subs r1, r0, r1
    lsrs r1, r1, #8
    subs r1, r6, r1
    lsls r1, r1, #8
    asrs r1, r1, #8
    subs r2, r6, r1
    lsrs r2, r2, #8
    subs r2, r7, r2
    lsls r2, r2, #8
    asrs r2, r2, #8
    subs r3, r7, r2
    asrs r3, r3, #8
    sub sp, #4
    str r0, [sp]
    str r1, [sp, #4]
    str r2, [sp, #16]
    str r3, [sp, #20]
    lsls r4, r4, #7
    mov r0, r8
    mov r1, r9
    subs r0, r0, r4
    lsls r2, r1, #16
    subs r0, r0, r2
    str r0, [sp, #8]
    str r1, [sp, #12]
    mov r0, r10
    mov r1, r11
    subs r0, r0, r4
    lsls r2, r1, #16
    subs r0, r0, r2
    str r0, [sp, #24]
    str r1, [sp, #28]
    ldr r0, [sp, #68]
    ldr r1, [sp, #72]
    ldr r7, [r0, #32]
    cmp r7, #0
    bne 3f
    b 6f
@ r6, r7 halves of the multiplier, r5 half of what a product is rounded to in its upper half.
3:
    uxth r6, r7
    lsrs r7, r7, #16
    movs r5, #128
    lsls r5, r5, #8
    .irp channel, 0, 1, 2, 3, 4, 5, 6, 7
    ldr r0, [sp, #4 * \channel]
    movs r2, #0
    cmp r0, #0
    ble 5f
    lsrs r2, r0, #16
    uxth r0, r0
    movs r3, r0
    muls r3, r6, r3
    lsrs r3, r3, #16
    adds r3, r3, r5
    muls r0, r7, r0
    adds r3, r3, r0
    movs r0, r2
    muls r0, r6, r0
    adds r3, r3, r0
    lsrs r3, r3, #16
    muls r2, r7, r2
    adds r2, r2, r3
    cmp r2, #255
    bls 5f
    movs r2, #255
5:
    strb r2, [r1, #\channel]
    .endr
4:
    add sp, #32
    pop {r4-r7}
    mov r8, r4
    mov r9, r5
    mov r10, r6
    mov r11, r7
    pop {r4-r7, pc}
@ Without a multiplier, a part of the filters is added to earlier ones.
6:
    .irp channel, 0, 1, 2, 3, 4, 5, 6, 7
    ldr r0, [sp, #4 * \channel]
    ldr r2, [r1, #4 * \channel]
    adds r0, r0, r2
    str r0, [r1, #4 * \channel]
    .endr
    b 4b
    .text
