// U = G g G^T, two channels a word: r0 taps, r1 bytes between columns (and of all channels), r2 bytes between rows, r3 u.
// The nine taps stay in registers: r3-r5, r6-r8, r9-r11, a row each; lr u. On the stack: 0 taps, 4 r1, 8 r2, 12 end of taps.
    .syntax unified
    .equ SB_F, 36
// Where row r and column c of the result go, in the first or second pair of channels.
    .macro sb_u register, half, r, c
    .if \c == 5
    str \register, [lr, #(8 * (SB_F * \half + 30 + \r))]
    .else
    str \register, [lr, #(8 * (SB_F * \half + 5 * \r + \c))]
    .endif
    .endm
// Row r of the result from three taps or, c1 being the last of two, from two; the taps are kept.
    .macro sb_u_keep columns, half, r, c0, c1, c2
    sb_u \c0, \half, \r, 0
    .if \columns == 3
    sb_u \c2, \half, \r, 5
    sadd16 r0, \c0, \c2
    sadd16 r1, r0, \c1
    sb_u r1, \half, \r, 1
    ssub16 r1, r0, \c1
    sb_u r1, \half, \r, 2
    sadd16 r0, \c2, \c2
    sadd16 r0, r0, r0
    sadd16 r0, r0, \c0
    sadd16 r1, \c1, \c1
    sadd16 r2, r0, r1
    sb_u r2, \half, \r, 3
    ssub16 r0, r0, r1
    sb_u r0, \half, \r, 4
    .else
    sadd16 r0, \c0, \c1
    sb_u r0, \half, \r, 1
    ssub16 r0, \c0, \c1
    sb_u r0, \half, \r, 2
    sadd16 r1, \c1, \c1
    sadd16 r0, \c0, r1
    sb_u r0, \half, \r, 3
    ssub16 r0, \c0, r1
    sb_u r0, \half, \r, 4
    .endif
    .endm
// Row r of the result from the sums (or differences) of two rows; a0-a2 and b0-b2 are kept.
    .macro sb_u_row columns, half, r, operation, a0, a1, a2, b0, b1, b2
    \operation r0, \a0, \b0
    \operation r1, \a1, \b1
    sb_u r0, \half, \r, 0
    .if \columns == 3
    \operation r2, \a2, \b2
    sb_u r2, \half, \r, 5
    sadd16 r12, r0, r2
    sadd16 r12, r12, r1
    sb_u r12, \half, \r, 1
    sadd16 r1, r1, r1
    ssub16 r12, r12, r1
    sb_u r12, \half, \r, 2
    sadd16 r2, r2, r2
    sadd16 r2, r2, r2
    sadd16 r0, r0, r2
    sadd16 r2, r0, r1
    sb_u r2, \half, \r, 3
    ssub16 r0, r0, r1
    sb_u r0, \half, \r, 4
    .else
    sadd16 r12, r0, r1
    sb_u r12, \half, \r, 1
    ssub16 r12, r0, r1
    sb_u r12, \half, \r, 2
    sadd16 r1, r1, r1
    sadd16 r12, r0, r1
    sb_u r12, \half, \r, 3
    ssub16 r0, r0, r1
    sb_u r0, \half, \r, 4
    .endif
    .endm
    .macro sb_taps columns, half, t0, t1, t2
    ldr \t0, [r0]
    ldr \t1, [r0, r1]
    .if \columns == 3
    ldr \t2, [r0, r1, lsl #1]
    .endif
    .if \half
    sxtb16 \t0, \t0, ror #8
    sxtb16 \t1, \t1, ror #8
    .if \columns == 3
    sxtb16 \t2, \t2, ror #8
    .endif
    .else
    sxtb16 \t0, \t0
    sxtb16 \t1, \t1
    .if \columns == 3
    sxtb16 \t2, \t2
    .endif
    .endif
    .endm
// One column: from taps a and c to a + 4 c and a + c.
    .macro sb_outer a, c
    sadd16 r0, \c, \c
    sadd16 r0, r0, r0
    sadd16 \c, \a, \c
    sadd16 \a, \a, r0
    .endm
    .macro sb_filter_half rows, columns, half
    ldm sp, {r0, r1, r2}
    sb_taps \columns, \half, r3, r4, r5
    add r0, r2
    sb_taps \columns, \half, r6, r7, r8
    .if \rows == 3
    add r0, r2
    sb_taps \columns, \half, r9, r10, r11
    .endif
    sb_u_keep \columns, \half, 0, r3, r4, r5
    .if \rows == 3
    sb_u_keep \columns, \half, 5, r9, r10, r11
    sb_outer r3, r9
    sb_outer r4, r10
    .if \columns == 3
    sb_outer r5, r11
    .endif
    sb_u_row \columns, \half, 1, sadd16, r9, r10, r11, r6, r7, r8
    sb_u_row \columns, \half, 2, ssub16, r9, r10, r11, r6, r7, r8
    .else
    sb_u_row \columns, \half, 1, sadd16, r3, r4, r5, r6, r7, r8
    sb_u_row \columns, \half, 2, ssub16, r3, r4, r5, r6, r7, r8
    .endif
    sadd16 r6, r6, r6
    sadd16 r7, r7, r7
    .if \columns == 3
    sadd16 r8, r8, r8
    .endif
    sb_u_row \columns, \half, 3, sadd16, r3, r4, r5, r6, r7, r8
    sb_u_row \columns, \half, 4, ssub16, r3, r4, r5, r6, r7, r8
    .endm
    .macro sb_filter rows, columns
    .section .text.switchback_filter_\rows\()_\columns, "ax", %progbits
    .global switchback_filter_\rows\()_\columns
    .type switchback_filter_\rows\()_\columns, %function
    .thumb_func
    .balign 8
switchback_filter_\rows\()_\columns:
    push {r4-r11, lr}
    add r4, r0, r1
    mov lr, r3
    push {r0, r1, r2, r4}
1:  sb_filter_half \rows, \columns, 0
    sb_filter_half \rows, \columns, 1
    ldr r0, [sp]
    ldr r1, [sp, #12]
    adds r0, #4
    str r0, [sp]
    add lr, lr, #(16 * SB_F)
    cmp r0, r1
    bne.w 1b
    add sp, #16
    pop {r4-r11, pc}
    .size switchback_filter_\rows\()_\columns, . - switchback_filter_\rows\()_\columns
    .endm
    sb_filter 3, 3
    sb_filter 3, 2
    sb_filter 2, 3
    sb_filter 2, 2
    .text
