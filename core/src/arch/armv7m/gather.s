@ r0, r1 weights; r2 address of weights; r3 m*q; r4-r11 sums; r12 next entry; lr block + 32 (the multiplier's word)
@ Stack: 0 end of the range (first: own cell), 4 horizontal, 8 vertical, 12 diagonal, 16 r4-r11, lr; 52 block, 56 out.
    .thumb
    .text

    .macro sb_entry tap
    ldrd r2, r3, [r12], #8
    add r2, lr
    ldrd r0, r1, [r2, #\tap]
    smlal r4, r5, r0, r3
    smlal r6, r7, r1, r3
    ldrd r0, r1, [r2, #\tap + 8]
    smlal r8, r9, r0, r3
    smlal r10, r11, r1, r3
    .endm

@ The entries between bytes \start and \end of a cell's header; ky, kx: the tap of switch 0. Unrolled, the table gives, for n
@ entries modulo 8, where to enter the loop: a copy of the entry is 30 bytes, 15 halfwords.
    .macro sb_range cell, start, end, ky, kx
    .if \cell
    ldr r0, [sp, #4 * \cell]
    .endif
    .if \end - \start == 4
    ldrd r12, r1, [r0, #\start]
    .else
    ldr r12, [r0, #\start]
    ldr r1, [r0, #\end]
    .endif
    subs r2, r1, r12
    beq 9f
    add r1, r0
    add r12, r0
    str r1, [sp]
    .if SB_FAST
    ubfx r2, r2, #3, #3
    tbb [pc, r2]
    .byte 4, 109, 94, 79, 64, 49, 34, 19
7:
    .rept 8
    sb_entry (3 * \ky + \kx) * 16 - 60
    .endr
    .else
7:  sb_entry (3 * \ky + \kx) * 16 - 60
    .endif
    ldr r0, [sp]
    cmp r12, r0
    bne 7b
9:
    .endm

    .macro sb_start name
    .global \name
    .type \name, %function
    .thumb_func
    .balign 8
\name:
    push {r0-r11, lr}
    ldr lr, [sp, #52]
    ldm lr!, {r4-r11}
    .endm

@ Splits a sum in its lanes and requantizes both: r0 the low one, r1 the high one.
    .macro sb_lanes low, high
    ubfx r0, \low, #0, #24
    sub r0, r0, #0x800000
    lsr r1, \low, #24
    orr r1, r1, \high, lsl #8
    sb_multiply_high r0, r0, r3, lr
    sb_multiply_high r1, r1, r3, lr
    usat r0, #8, r0
    usat r1, #8, r1
    .endm

@ Adds both lanes of a sum to the sums of channels \a and \b at r12.
    .macro sb_add_lanes low, high, a, b
    ubfx r0, \low, #0, #24
    sub r0, r0, #0x800000
    lsr r1, \low, #24
    orr r1, r1, \high, lsl #8
    ldr r2, [r12, #4 * \a]
    ldr r3, [r12, #4 * \b]
    add r0, r2
    add r1, r3
    str r0, [r12, #4 * \a]
    str r1, [r12, #4 * \b]
    .endm

@ Without a multiplier, a part of the filters is added to earlier ones.
    .macro sb_finish
    .if SB_FAST
    sb_finish_here
    .else
    b.w switchback_gather_finish
    .endif
    .endm
    .macro sb_finish_here
    ldr r3, [lr]
    ldr r12, [sp, #56]
    cbnz r3, 6f
    b.w switchback_gather_add
6:
    sb_lanes r4, r5
    orr r2, r0, r1, lsl #24
    sb_lanes r6, r7
    orr r2, r2, r0, lsl #8
    orr r2, r2, r1, lsl #16
    str r2, [r12]
    sb_lanes r8, r9
    orr r2, r0, r1, lsl #24
    sb_lanes r10, r11
    orr r2, r2, r0, lsl #8
    orr r2, r2, r1, lsl #16
    str r2, [r12, #4]
    add sp, #16
    pop {r4-r11, pc}
    .endm

    .type switchback_gather_add, %function
    .thumb_func
    .balign 4
switchback_gather_add:
    sb_add_lanes r4, r5, 0, 3
    sb_add_lanes r6, r7, 1, 2
    sb_add_lanes r8, r9, 4, 7
    sb_add_lanes r10, r11, 5, 6
    add sp, #16
    pop {r4-r11, pc}

    .if SB_FAST == 0
    .type switchback_gather_finish, %function
    .thumb_func
    .balign 4
switchback_gather_finish:
    sb_finish_here
    .endif

sb_start switchback_gather_00
    sb_range 0, 0, 16, 1, 1
    sb_range 1, 4, 12, 1, 3
    sb_range 2, 8, 16, 3, 1
    sb_range 3, 8, 12, 3, 3
    sb_finish

sb_start switchback_gather_01
    sb_range 0, 0, 16, 1, 2
    sb_range 1, 0, 4, 1, 0
    sb_range 1, 12, 16, 1, 0
    sb_range 2, 8, 16, 3, 2
    sb_range 3, 12, 16, 3, 0
    sb_finish

sb_start switchback_gather_10
    sb_range 0, 0, 16, 2, 1
    sb_range 1, 4, 12, 2, 3
    sb_range 2, 0, 8, 0, 1
    sb_range 3, 4, 8, 0, 3
    sb_finish

sb_start switchback_gather_11
    sb_range 0, 0, 16, 2, 2
    sb_range 1, 0, 4, 2, 0
    sb_range 1, 12, 16, 2, 0
    sb_range 2, 0, 8, 0, 2
    sb_range 3, 0, 4, 0, 0
    sb_finish

@ to = a + the signed byte 0 of b, or byte 1; r12 is free.
    .macro sb_add_byte to, a, b, odd
    .if SB_DSP && \odd
    sxtab \to, \a, \b, ror #8
    .elseif SB_DSP
    sxtab \to, \a, \b
    .else
    .if \odd
    sxtb r12, \b, ror #8
    .else
    sxtb r12, \b
    .endif
    add \to, \a, r12
    .endif
    .endm

@ weights r0, packed r1, taps r2 (a multiple of 4), channels r3
    .global switchback_gather_pack
    .type switchback_gather_pack, %function
    .thumb_func
    .balign 8
switchback_gather_pack:
    push {r4-r10, lr}
8:
    .rept 4
    ldrd r4, r5, [r0]
    add r0, r3
    and r6, r4, #0xff000000
    sb_add_byte r6, r6, r4, 0
    lsl r7, r4, #8
    and r7, r7, #0xff000000
    sb_add_byte r7, r7, r4, 1
    and r8, r5, #0xff000000
    sb_add_byte r8, r8, r5, 0
    lsl r9, r5, #8
    and r9, r9, #0xff000000
    sb_add_byte r9, r9, r5, 1
    stm r1!, {r6-r9}
    .endr
    subs r2, #4
    bne 8b
    pop {r4-r10, pc}
