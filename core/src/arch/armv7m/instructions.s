// What Armv7-M lacks of the DSP extension, under one name for both: SB_DSP says whether it is there. A word of two lanes is the
// integer high * 2^16 + low while it is summed up; lanes that are biased by 2^15 borrow nothing, and flipping bit 15 takes the
// bias back. SB_FAST says whether loops are unrolled (feature `fast`). Included by every file of assembly; defined once.
    .syntax unified
    .ifndef SB_INSTRUCTIONS
    .set SB_INSTRUCTIONS, 1
// Bytes 0 and 2, or 1 and 3, as unsigned lanes; the mask is a register that sb_mask has set.
    .macro sb_mask mask
    .if SB_DSP == 0
    mov \mask, #0x00ff00ff
    .endif
    .endm
    .macro sb_even_u8 to, from
    .if SB_DSP
    uxtb16 \to, \from
    .else
    and \to, \from, #0x00ff00ff
    .endif
    .endm
    .macro sb_odd_u8 to, from, mask
    .if SB_DSP
    uxtb16 \to, \from, ror #8
    .else
    and \to, \mask, \from, lsr #8
    .endif
    .endm
// The same of signed bytes.
    .macro sb_even_i8 to, from
    .if SB_DSP
    sxtb16 \to, \from
    .else
    and \to, \from, #0x00ff00ff
    eor \to, \to, #0x00800080
    sub \to, \to, #0x00800080
    .endif
    .endm
    .macro sb_odd_i8 to, from, mask
    .if SB_DSP
    sxtb16 \to, \from, ror #8
    .else
    and \to, \mask, \from, lsr #8
    eor \to, \to, #0x00800080
    sub \to, \to, #0x00800080
    .endif
    .endm
// Lane by lane, or of words that are separated later.
    .macro sb_add to, a, b
    .if SB_DSP
    sadd16 \to, \a, \b
    .else
    add \to, \a, \b
    .endif
    .endm
    .macro sb_subtract to, a, b
    .if SB_DSP
    ssub16 \to, \a, \b
    .else
    sub \to, \a, \b
    .endif
    .endm
// (a * b + 2^31) >> 32; t is free.
    .macro sb_multiply_high to, a, b, t
    .if SB_DSP
    smmulr \to, \a, \b
    .else
    smull \t, \to, \a, \b
    add \to, \to, \t, lsr #31
    .endif
    .endm
// Columns 1 to 4 of row r of G g G^T from three taps a, b, c of the row or, with two columns, from a and b, put away by the macro
// `store`. Free: s, t, which may be a where there are three, and far, which may be c; with two, far is a.
    .macro sb_weight_columns store, columns, r, a, b, c, s, t, far
    .if \columns == 3
    sb_add \s, \a, \c
    .if SB_DSP
    sadd16 \far, \c, \c
    sadd16 \far, \far, \far
    sadd16 \far, \a, \far
    .else
    add \far, \a, \c, lsl #2
    .endif
    sb_add \t, \s, \b
    \store \t, \r, 1, \t
    sb_subtract \t, \s, \b
    \store \t, \r, 2, \t
    .else
    sb_add \t, \a, \b
    \store \t, \r, 1, \t
    sb_subtract \t, \a, \b
    \store \t, \r, 2, \t
    .endif
    .if SB_DSP
    sadd16 \s, \b, \b
    sadd16 \t, \far, \s
    \store \t, \r, 3, \t
    ssub16 \t, \far, \s
    \store \t, \r, 4, \t
    .else
    add \t, \far, \b, lsl #1
    \store \t, \r, 3, \t
    sub \t, \far, \b, lsl #1
    \store \t, \r, 4, \t
    .endif
    .endm
// r4-r11 += the products of four words of values with two of weights, both lanes, onto the addends a0-a7: the words at
// [v + at], [v + at + 4], [v + next], [v + next + 4]; [u + u_at], [u + u_at + 4]. r2, r3, r12, lr are free.
    .macro sb_step u, u_at, v, at, next, a0, a1, a2, a3, a4, a5, a6, a7
    .if SB_DSP
    ldrd r2, r3, [\u, #(\u_at)]
    ldrd r12, lr, [\v, #(\at)]
    smlad r4, r2, r12, \a0
    smlad r5, r3, r12, \a1
    smlad r6, r2, lr, \a2
    smlad r7, r3, lr, \a3
    ldrd r12, lr, [\v, #(\next)]
    smlad r8, r2, r12, \a4
    smlad r9, r3, r12, \a5
    smlad r10, r2, lr, \a6
    smlad r11, r3, lr, \a7
    .else
    sb_step_lane \u, (\u_at), \v, (\at), (\next), \a0, \a1, \a2, \a3, \a4, \a5, \a6, \a7
    sb_step_lane \u, (\u_at + 2), \v, (\at + 2), (\next + 2), r4, r5, r6, r7, r8, r9, r10, r11
    .endif
    .endm
    .macro sb_step_lane u, u_at, v, at, next, a0, a1, a2, a3, a4, a5, a6, a7
    ldrsh r2, [\u, #\u_at]
    ldrsh r3, [\u, #(\u_at + 4)]
    ldrsh r12, [\v, #\at]
    ldrsh lr, [\v, #(\at + 4)]
    mla r4, r2, r12, \a0
    mla r5, r3, r12, \a1
    mla r6, r2, lr, \a2
    mla r7, r3, lr, \a3
    ldrsh r12, [\v, #\next]
    ldrsh lr, [\v, #(\next + 4)]
    mla r8, r2, r12, \a4
    mla r9, r3, r12, \a5
    mla r10, r2, lr, \a6
    mla r11, r3, lr, \a7
    .endm
    .endif
