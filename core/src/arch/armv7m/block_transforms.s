// Transforms of F(2x4,3x3) for one block of a kernel, four channels a round (see block_transforms.rs).
// Frequency (r, c): 5r + c; (r, 5): 20 + r; (3, c): 15 + c; (3, 5): 23.

// ---- input: r0 four pointers to rows (0, 2, 1, 3), r1 stride, r2 v of the tile, r3 rounds.
// Registers: r0, r1 the rows that are combined, r2, r3, r12 the stride times 1, 3 and 5, lr v, r4-r9 six columns, r10 a
// temporary, r11 a mask. Stack: 0 pointers, 16 rounds, 20 v.
    .macro sb_v_address instruction, register, row, column
    .if \column == 0
    \instruction \register, [\row]
    .elseif \column == 1
    \instruction \register, [\row, r2]
    .elseif \column == 2
    \instruction \register, [\row, r2, lsl #1]
    .elseif \column == 3
    \instruction \register, [\row, r3]
    .elseif \column == 4
    \instruction \register, [\row, r2, lsl #2]
    .else
    \instruction \register, [\row, r12]
    .endif
    .endm
// One column: kind 0: r0 - r1; 1: r0 + r1.
    .macro sb_v_column register, column, kind, odd
    sb_v_address ldr, \register, r0, \column
    sb_v_address ldr, r10, r1, \column
    .if \odd
    sb_odd_u8 \register, \register, r11
    .else
    sb_even_u8 \register, \register
    .endif
    .if SB_DSP && \kind == 1 && \odd
    uxtab16 \register, \register, r10, ror #8
    .elseif SB_DSP && \kind == 1
    uxtab16 \register, \register, r10
    .else
    .if \odd
    sb_odd_u8 r10, r10, r11
    .else
    sb_even_u8 r10, r10
    .endif
    .if \kind == 1
    add \register, \register, r10
    .else
    sub \register, \register, r10
    .endif
    .endif
    .endm
    .macro sb_v_store register, frequency
    eor \register, \register, #0x8000
    str \register, [lr, #(16 * (\frequency))]
    .endm
    .macro sb_v_row row, kind, columns, odd
    sb_v_column r4, 0, \kind, \odd
    sb_v_column r5, 1, \kind, \odd
    sb_v_column r6, 2, \kind, \odd
    sb_v_column r7, 3, \kind, \odd
    sb_v_column r8, 4, \kind, \odd
    add r8, r8, #0x8000
    sub r4, r4, r6
    .if \columns == 6
    sb_v_column r9, 5, \kind, \odd
    add r9, r9, #0x8000
    sub r9, r9, r7
    .endif
    sub r10, r7, r5
    .if \columns == 6
    sub r9, r9, r10, lsl #2
    .endif
    sub r7, r7, r5, lsl #2
    sub r5, r8, r6
    sub r8, r8, r6, lsl #2
    add r4, r5, r4, lsl #2
    add r6, r8, r7
    sub r8, r8, r7
    add r7, r5, r10, lsl #1
    sub r5, r5, r10, lsl #1
    sb_v_store r4, 5 * \row
    sb_v_store r6, 5 * \row + 1
    sb_v_store r8, 5 * \row + 2
    sb_v_store r7, 5 * \row + 3
    sb_v_store r5, 5 * \row + 4
    .if \columns == 6
    sb_v_store r9, 20 + \row
    .endif
    .endm
    .macro sb_v_pair columns, odd
    ldrd r0, r1, [sp]
    sb_v_row 0, 0, \columns, \odd
    ldrd r0, r1, [sp, #4]
    sb_v_row 1, 1, \columns, \odd
    sb_v_row 2, 0, \columns, \odd
    ldrd r0, r1, [sp, #8]
    sb_v_row 3, 0, \columns, \odd
    .endm
    .macro sb_values columns
    .section .text.switchback_block_values_\columns, "ax", %progbits
    .global switchback_block_values_\columns
    .type switchback_block_values_\columns, %function
    .thumb_func
    .balign 4
switchback_block_values_\columns:
    push {r4-r11, lr}
    sub sp, #20
    ldm r0, {r4-r7}
    stm sp, {r4-r7}
    str r3, [sp, #16]
    mov lr, r2
    mov r2, r1
    add r3, r2, r2, lsl #1
    add r12, r2, r2, lsl #2
    sb_mask r11
1:  sb_v_pair \columns, 0
    add lr, lr, #384
    sb_v_pair \columns, 1
    add lr, lr, #384
    ldm sp, {r4-r8}
    add r4, r4, #4
    add r5, r5, #4
    add r6, r6, #4
    add r7, r7, #4
    subs r8, r8, #1
    stm sp, {r4-r8}
    bne.w 1b
    add sp, #20
    pop {r4-r11, pc}
    .size switchback_block_values_\columns, . - switchback_block_values_\columns
    .endm
    sb_values 6
    sb_values 5

// ---- weights: r0 three pointers to rows, r1 stride, r2 u of the output, r3 rounds.
// Registers: r4-r6, r7-r9, r10-r12 three rows of taps, then what a row of frequencies comes from; r2 u, all else temporary.
// Stack: 0 pointers, 12 stride, 16 rounds.
    .macro sb_u_load row, a, b, c, columns
    ldr \a, [\row]
    ldr \b, [\row, lr]
    .if \columns == 3
    ldr \c, [\row, lr, lsl #1]
    .endif
    .endm
    .macro sb_u_extend a, b, c, columns, odd
    sb_u_extend_tap \a, \odd
    sb_u_extend_tap \b, \odd
    .if \columns == 3
    sb_u_extend_tap \c, \odd
    .endif
    .endm
    .macro sb_u_extend_tap register, odd
    .if \odd
    sb_odd_i8 \register, \register, r0
    .else
    sb_even_i8 \register, \register
    .endif
    .endm
// Without the DSP extension the low lane is biased: by the first tap, which enters all results but those of row 3 and column 5,
// or here. Then t, which may be the register, is changed.
    .macro sb_u_store register, r, c, t
    .if SB_DSP
    sb_u_put \register, \r, \c
    .else
    .if \r == 3 || \c == 5
    add \t, \register, #0x8000
    eor \t, \t, #0x8000
    .else
    eor \t, \register, #0x8000
    .endif
    sb_u_put \t, \r, \c
    .endif
    .endm
    .macro sb_u_put register, r, c
    .if \c == 5
    str \register, [r2, #(8 * (20 + \r))]
    .else
    str \register, [r2, #(8 * (5 * \r + \c))]
    .endif
    .endm
    .macro sb_u_row r, a, b, c, columns
    sb_u_store \a, \r, 0, r0
    .if \columns == 3
    sb_weight_columns sb_u_store, 3, \r, \a, \b, \c, r0, r1, r3
    sb_u_store \c, \r, 5, r0
    .else
    sb_weight_columns sb_u_store, 2, \r, \a, \b, \b, r0, r1, \a
    .endif
    .endm
    .macro sb_u_combine instruction, a, b, c, d, e, f, g, h, i, columns
    \instruction \a, \d, \g
    \instruction \b, \e, \h
    .if \columns == 3
    \instruction \c, \f, \i
    .endif
    .endm
    .macro sb_halve_sum to, a, b
    .if SB_DSP
    shadd16 \to, \a, \b
    .else
    add \to, \a, \b
    asr \to, \to, #1
    .endif
    .endm
    .macro sb_u_pair rows, columns, odd
    ldm sp, {r0, r1, r3, lr}
    sb_u_load r0, r4, r5, r6, \columns
    sb_u_load r1, r7, r8, r9, \columns
    .if \rows == 3
    sb_u_load r3, r10, r11, r12, \columns
    .endif
    .if \odd
    sb_mask r0
    .endif
    sb_u_extend r4, r5, r6, \columns, \odd
    sb_u_extend r7, r8, r9, \columns, \odd
    // Half the bias: the first row is doubled.
    .if SB_DSP == 0
    add r4, r4, #0x4000
    .endif
    .if \rows == 3
    sb_u_extend r10, r11, r12, \columns, \odd
    sb_u_combine sb_add, r4, r5, r6, r4, r5, r6, r4, r5, r6, \columns
    sb_u_row 0, r4, r5, r6, \columns
    sb_u_combine sb_add, r10, r11, r12, r10, r11, r12, r10, r11, r12, \columns
    sb_u_row 3, r10, r11, r12, \columns
    // Half the sum of the doubled outer rows.
    sb_u_combine sb_halve_sum, r4, r5, r6, r4, r5, r6, r10, r11, r12, \columns
    .else
    sb_u_combine sb_add, r10, r11, r12, r4, r5, r6, r4, r5, r6, \columns
    sb_u_row 0, r10, r11, r12, \columns
    .endif
    .if SB_DSP == 0
    add r4, r4, #0x4000
    .endif
    sb_u_combine sb_add, r10, r11, r12, r4, r5, r6, r7, r8, r9, \columns
    sb_u_row 1, r10, r11, r12, \columns
    sb_u_combine sb_subtract, r10, r11, r12, r4, r5, r6, r7, r8, r9, \columns
    sb_u_row 2, r10, r11, r12, \columns
    .endm
    .macro sb_weights rows, columns
    .section .text.switchback_block_weights_\rows\columns, "ax", %progbits
    .global switchback_block_weights_\rows\columns
    .type switchback_block_weights_\rows\columns, %function
    .thumb_func
    .balign 4
switchback_block_weights_\rows\columns:
    push {r4-r11, lr}
    sub sp, #20
    ldm r0, {r4-r6}
    mov r7, r1
    mov r8, r3
    stm sp, {r4-r8}
1:  sb_u_pair \rows, \columns, 0
    add r2, r2, #192
    sb_u_pair \rows, \columns, 1
    add r2, r2, #192
    ldm sp, {r4-r8}
    add r4, r4, #4
    add r5, r5, #4
    add r6, r6, #4
    subs r8, r8, #1
    stm sp, {r4-r8}
    bne.w 1b
    add sp, #20
    pop {r4-r11, pc}
    .size switchback_block_weights_\rows\columns, . - switchback_block_weights_\rows\columns
    .endm
    sb_weights 3, 3
    sb_weights 3, 2
    sb_weights 2, 3
    sb_weights 2, 2
    .text
