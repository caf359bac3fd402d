// U = G g G^T of a filter, two channels of every four: r0 taps, r1 bytes between columns (and of all channels), r2 bytes
// between rows, r3 u. Where loops are short and there is the DSP extension, both halves of the channels share the code, the odd
// half is rotated into the even one's place. The taps of a block stay in registers: r3-r5, r6-r8, r9-r11, a row each; lr u. On the stack: 0 the
// block's taps, 4 r1, 8 r2, 12 end of the block's first tap, 16 taps, 20 u, 24 bits to rotate.
    .set SB_SHARED, SB_DSP * (1 - SB_FAST)
// Puts row r and column c of the result where it goes; sb_inner, sb_row_5, sb_column_5, sb_corner: see blocks.rs. Without the DSP
// extension the low lane is biased: by the first tap, which enters all results but those of row 5 and column 5, or here. Then t,
// which may be the register, is changed.
    .macro sb_filter_store register, r, c, t
    .if SB_DSP
    sb_filter_put \register, \r, \c
    .elseif \r == 5 || \c == 5
    add \t, \register, #0x8000
    eor \t, \t, #0x8000
    sb_filter_put \t, \r, \c
    .else
    eor \t, \register, #0x8000
    sb_filter_put \t, \r, \c
    .endif
    .endm
    .macro sb_filter_put register, r, c
    .if \r == 5 && \c == 5
    str \register, [lr, #(8 * sb_corner)]
    .elseif \r == 5
    str \register, [lr, #(8 * (sb_row_5 + \c))]
    .elseif \c == 5
    str \register, [lr, #(8 * (sb_column_5 + \r))]
    .else
    str \register, [lr, #(8 * (sb_inner + 5 * \r + \c))]
    .endif
    .endm
// Row r of the result from three taps or, c1 being the last of two, from two; the taps are kept.
    .macro sb_filter_keep columns, r, c0, c1, c2
    sb_filter_store \c0, \r, 0, r0
    .if \columns == 3
    sb_filter_store \c2, \r, 5, r0
    sb_weight_columns sb_filter_store, 3, \r, \c0, \c1, \c2, r0, r1, r2
    .else
    sb_weight_columns sb_filter_store, 2, \r, \c0, \c1, \c1, r0, r1, \c0
    .endif
    .endm
// Row r of the result from the sums (or differences) of two rows; a0-a2 and b0-b2 are kept.
    .macro sb_filter_row columns, r, operation, a0, a1, a2, b0, b1, b2
    \operation r0, \a0, \b0
    \operation r1, \a1, \b1
    sb_filter_store r0, \r, 0, r12
    .if \columns == 3
    \operation r2, \a2, \b2
    sb_filter_store r2, \r, 5, r12
    sb_weight_columns sb_filter_store, 3, \r, r0, r1, r2, r12, r0, r2
    .else
    sb_weight_columns sb_filter_store, 2, \r, r0, r1, r1, r2, r12, r0
    .endif
    .endm
    .macro sb_taps columns, odd, t0, t1, t2
    ldr \t0, [r0]
    ldr \t1, [r0, r1]
    .if \columns == 3
    ldr \t2, [r0, r1, lsl #1]
    .endif
    sb_tap \odd, \t0
    sb_tap \odd, \t1
    .if \columns == 3
    sb_tap \odd, \t2
    .endif
    .endm
    .macro sb_tap odd, t
    .if SB_SHARED
    ror \t, \t, r12
    sxtb16 \t, \t
    .elseif \odd
    sb_odd_i8 \t, \t, r12
    .else
    sb_even_i8 \t, \t
    .endif
    .endm
// One column: from taps a and c to a + 4 c and a + c.
    .macro sb_outer a, c
    .if SB_DSP
    sadd16 r0, \c, \c
    sadd16 r0, r0, r0
    sadd16 \c, \a, \c
    sadd16 \a, \a, r0
    .else
    mov r0, \a
    add \a, \a, \c, lsl #2
    add \c, \c, r0
    .endif
    .endm
    .macro sb_filter_group rows, columns, odd
    .if SB_SHARED
    ldr r12, [sp, #24]
    .elseif \odd
    sb_mask r12
    .endif
    sb_taps \columns, \odd, r3, r4, r5
    .if SB_DSP == 0
    add r3, r3, #0x8000
    .endif
    add r0, r2
    sb_taps \columns, \odd, r6, r7, r8
    .if \rows == 3
    add r0, r2
    sb_taps \columns, \odd, r9, r10, r11
    .endif
    sb_filter_keep \columns, 0, r3, r4, r5
    .if \rows == 3
    sb_filter_keep \columns, 5, r9, r10, r11
    sb_outer r3, r9
    sb_outer r4, r10
    .if \columns == 3
    sb_outer r5, r11
    .endif
    sb_filter_row \columns, 1, sb_add, r9, r10, r11, r6, r7, r8
    sb_filter_row \columns, 2, sb_subtract, r9, r10, r11, r6, r7, r8
    .else
    sb_filter_row \columns, 1, sb_add, r3, r4, r5, r6, r7, r8
    sb_filter_row \columns, 2, sb_subtract, r3, r4, r5, r6, r7, r8
    .endif
    sb_add r6, r6, r6
    sb_add r7, r7, r7
    .if \columns == 3
    sb_add r8, r8, r8
    .endif
    sb_filter_row \columns, 3, sb_add, r3, r4, r5, r6, r7, r8
    sb_filter_row \columns, 4, sb_subtract, r3, r4, r5, r6, r7, r8
    .endm
// A block of `rows` rows and `columns` columns of taps, from tap (`first_row`, `first_column`) on.
    .macro sb_filter_block odd, rows, columns, first_row, first_column, places, inner, row_5, column_5, corner
    .set sb_inner, \inner
    .set sb_row_5, \row_5
    .set sb_column_5, \column_5
    .set sb_corner, \corner
    ldrd r0, lr, [sp, #16]
    ldrd r1, r2, [sp, #4]
    .if \first_row
    add r0, r0, r2
    add r0, r0, r2, lsl #1
    .endif
    .if \first_column
    add r0, r0, r1
    add r0, r0, r1, lsl #1
    .endif
    add r3, r0, r1
    str r3, [sp, #12]
    str r0, [sp]
    b.w 2f
1:  ldm sp, {r0, r1, r2}
2:  sb_filter_group \rows, \columns, \odd
    ldr r0, [sp]
    ldr r1, [sp, #12]
    adds r0, #4
    str r0, [sp]
    add lr, lr, #(8 * \places)
    cmp r0, r1
    bne.w 1b
    .endm
    .macro sb_filter_name kernel, odd
    .global switchback_filter_\kernel\()_\odd
    .type switchback_filter_\kernel\()_\odd, %function
    .thumb_func
switchback_filter_\kernel\()_\odd:
    .endm
    .macro sb_filter kernel, odd
    .section .text.switchback_filter_\kernel\()_\odd, "ax", %progbits
    .balign 8
    .if SB_SHARED
    sb_filter_name \kernel, 1
    mov r12, #8
    b.w 3f
    sb_filter_name \kernel, 0
    mov r12, #0
    .else
    sb_filter_name \kernel, \odd
    .endif
3:  push {r4-r11, lr}
    sub sp, #28
    .if SB_SHARED
    str r12, [sp, #24]
    .endif
    strd r1, r2, [sp, #4]
    strd r0, r3, [sp, #16]
    .if \kernel == 3
    sb_filter_block \odd, 3, 3, 0, 0, 36, 0, 25, 31, 30
    .else
    sb_filter_block \odd, 3, 3, 0, 0, 124, 0, 25, 56, 30
    sb_filter_block \odd, 3, 2, 0, 3, 124, 62, 87, 0, 0
    sb_filter_block \odd, 2, 3, 3, 0, 124, 93, 0, 118, 0
    sb_filter_block \odd, 2, 2, 3, 3, 124, 31, 0, 0, 0
    .endif
    add sp, #28
    pop {r4-r11, pc}
    .size switchback_filter_\kernel\()_\odd, . - switchback_filter_\kernel\()_\odd
    .endm
    sb_filter 3, 0
    sb_filter 5, 0
    .if SB_SHARED == 0
    sb_filter 3, 1
    sb_filter 5, 1
    .endif
    .text
