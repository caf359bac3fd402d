// V = B^T d B, two channels a word: r0 addresses of rows, r1 bytes between pixels, r2 a job: v of the even pairs of channels,
// v of the odd ones, groups of four channels. A row of the patch is transformed along x in r0-r5 (even channels) and r6-r11
// (odd ones) and pushed; then column by column. On the stack, below what is pushed: 0 six rows, 24 and 28 v, 32 groups left,
// 36 bytes between pixels, 40 way back from the rows, 44 addresses of rows, 48 the job, 52 the next row's address, 56 where it goes.
// B^T d in place, t being free; the results 0 to 5 are d0, d1, d4, d3, d2, d5.
    .macro sb_patch_line last, d0, d1, d2, d3, d4, d5, t
    sub \d0, \d0, \d2
    .if \last
    sub \d5, \d5, \d3
    .endif
    sub \t, \d4, \d2
    sub \d4, \d4, \d2, lsl #2
    sub \d2, \d3, \d1
    sub \d3, \d3, \d1, lsl #2
    add \d0, \t, \d0, lsl #2
    .if \last
    sub \d5, \d5, \d2, lsl #2
    .endif
    add \d1, \d4, \d3
    sub \d4, \d4, \d3
    add \d3, \t, \d2, lsl #1
    sub \d2, \t, \d2, lsl #1
    .endm
// The pixels of row r, of a row in a loop where r is negative, from the address in r0 on, lr apart: even channels in r0-r5, odd ones
// in r6-r11.
    .macro sb_patch_load columns, r
    add r1, r0, lr
    ldr r7, [r0, lr]
    ldr r8, [r0, lr, lsl #1]
    ldr r9, [r1, lr, lsl #1]
    ldr r10, [r0, lr, lsl #2]
    .if \columns == 6
    ldr r11, [r1, lr, lsl #2]
    .endif
    ldr r6, [r0], #4
    .if \r < 0
    str r0, [r12], #4
    str r12, [sp, #(288 + 52)]
    .else
    str r0, [sp, #(52 * \r)]
    .endif
    sb_mask r12
    sb_even_u8 r0, r6
    sb_even_u8 r1, r7
    sb_even_u8 r2, r8
    sb_even_u8 r3, r9
    sb_even_u8 r4, r10
    .if \columns == 6
    sb_even_u8 r5, r11
    .endif
    sb_odd_u8 r6, r6, r12
    sb_odd_u8 r7, r7, r12
    sb_odd_u8 r8, r8, r12
    sb_odd_u8 r9, r9, r12
    sb_odd_u8 r10, r10, r12
    .if \columns == 6
    sb_odd_u8 r11, r11, r12
    .endif
    .endm
    .macro sb_patch_bias columns
    add r4, r4, #0x8000
    add r10, r10, #0x8000
    .if \columns == 6
    add r5, r5, #0x8000
    add r11, r11, #0x8000
    .endif
    .endm
    .macro sb_patch_row columns, r
    ldr r0, [sp, #(52 * \r)]
    sb_patch_load \columns, \r
    .if \r >= 4
    sb_patch_bias \columns
    .endif
    sb_patch_line (\columns == 6), r0, r1, r2, r3, r4, r5, r12
    push {r0-r5}
    sb_patch_line (\columns == 6), r6, r7, r8, r9, r10, r11, r12
    push {r6-r11}
    .endm
// In a loop the results lie in the order 0 to 5.
    .macro sb_patch_swap a, b, t
    mov \t, \a
    mov \a, \b
    mov \b, \t
    .endm
    .macro sb_patch_loop columns
    sub sp, #288
    add r12, sp, #288
    strd r12, r12, [sp, #(288 + 52)]
1:  ldr r12, [sp, #(288 + 52)]
    ldr lr, [sp, #(288 + 36)]
    ldr r0, [r12]
    sb_patch_load \columns, -1
    ldr lr, [sp, #(288 + 56)]
    add r12, sp, #(288 - 4 * 48)
    cmp lr, r12
    bhi 2f
    sb_patch_bias \columns
2:  sb_patch_line (\columns == 6), r0, r1, r2, r3, r4, r5, r12
    sb_patch_swap r2, r4, r12
    stmdb lr!, {r0-r5}
    sb_patch_line (\columns == 6), r6, r7, r8, r9, r10, r11, r12
    sb_patch_swap r8, r10, r12
    stmdb lr!, {r6-r11}
    str lr, [sp, #(288 + 56)]
    cmp lr, sp
    bne.w 1b
    .endm
// The six rows for blocks of 3 columns of taps, and of 2. Both are entered with lr the way back.
    .macro sb_patch_rows columns
    .section .text.switchback_patch_rows_\columns, "ax", %progbits
    .type switchback_patch_rows_\columns, %function
    .thumb_func
    .balign 8
switchback_patch_rows_\columns:
    str lr, [sp, #40]
    .if SB_FAST
    ldr lr, [sp, #36]
    sb_patch_row \columns, 0
    sb_patch_row \columns, 1
    sb_patch_row \columns, 2
    sb_patch_row \columns, 3
    sb_patch_row \columns, 4
    sb_patch_row \columns, 5
    .else
    sb_patch_loop \columns
    .endif
    ldr pc, [sp, #(288 + 40)]
    .size switchback_patch_rows_\columns, . - switchback_patch_rows_\columns
    .endm
    sb_patch_rows 6
    sb_patch_rows 5
// r6 v, r8 what was pushed of row 5. Columns 4 and 5 of B^T sum to 1 in every row: all low lanes are biased by 2^15.
    .macro sb_patch_store register, tiles, place
    eor \register, \register, #0x8000
    str \register, [r6, #(4 * \tiles * (\place))]
    .endm
// A column whose elements are at this place of what was pushed; its first five frequencies are `step` apart.
    .macro sb_patch_column tiles, last, place, first, step, row_5
    ldr r0, [r8, #(48 * 5 + 4 * \place)]
    ldr r1, [r8, #(48 * 4 + 4 * \place)]
    ldr r2, [r8, #(48 * 3 + 4 * \place)]
    ldr r3, [r8, #(48 * 2 + 4 * \place)]
    ldr r4, [r8, #(48 * 1 + 4 * \place)]
    .if \last
    ldr r5, [r8, #(4 * \place)]
    .endif
    sb_patch_line \last, r0, r1, r2, r3, r4, r5, r12
    sb_patch_store r0, \tiles, \first
    sb_patch_store r1, \tiles, \first + \step
    sb_patch_store r4, \tiles, \first + 2 * \step
    sb_patch_store r3, \tiles, \first + 3 * \step
    sb_patch_store r2, \tiles, \first + 4 * \step
    .if \last
    sb_patch_store r5, \tiles, \row_5
    .endif
    .endm
// A block of `rows` rows and `columns` columns of taps, from tap (`first_row`, `first_column`) on; for the others see
// blocks.rs.
    .macro sb_patch_block tiles, rows, columns, first_row, first_column, places, inner, row_5, column_5, corner
    ldrd r0, r2, [sp, #44]
    .if \first_row
    adds r0, #(4 * \first_row)
    .endif
    .if \rows == 3
    ldm r0, {r4-r9}
    .else
    ldm r0, {r4-r8}
    mov r9, r8
    .endif
    .if \first_column
    ldr r1, [sp, #36]
    add r1, r1, r1, lsl #1
    add r4, r4, r1
    add r5, r5, r1
    add r6, r6, r1
    add r7, r7, r1
    add r8, r8, r1
    add r9, r9, r1
    .endif
    stm sp, {r4-r9}
    ldm r2, {r4-r6}
    add r7, sp, #24
    stm r7, {r4-r6}
1:
    .if \columns == 3
    bl switchback_patch_rows_6
    .else
    bl switchback_patch_rows_5
    .endif
    ldr r6, [sp, #(288 + 24)]
    add r8, sp, #24
2:
    .if SB_FAST
    sb_patch_column \tiles, (\rows == 3), 0, \inner, 5, \row_5
    sb_patch_column \tiles, (\rows == 3), 1, \inner + 1, 5, \row_5 + 1
    sb_patch_column \tiles, (\rows == 3), 4, \inner + 2, 5, \row_5 + 2
    sb_patch_column \tiles, (\rows == 3), 3, \inner + 3, 5, \row_5 + 3
    sb_patch_column \tiles, (\rows == 3), 2, \inner + 4, 5, \row_5 + 4
    .if \columns == 3
    sb_patch_column \tiles, (\rows == 3), 5, \column_5, 1, \corner
    .endif
    add r6, r6, #(4 * \tiles * \places)
    .else
    add r9, r8, #20
5:  sb_patch_column \tiles, (\rows == 3), 0, \inner, 5, \row_5
    adds r6, #(4 * \tiles)
    add r8, r8, #4
    cmp r8, r9
    bne.w 5b
    .if \columns == 3
    sb_patch_column \tiles, (\rows == 3), 0, \column_5 - 5, 1, \corner - 5
    .endif
    add r6, r6, #(4 * \tiles * (\places - 5))
    sub r8, r8, #20
    .endif
    cmp r8, sp
    beq 3f
    str r6, [sp, #(288 + 24)]
    ldr r6, [sp, #(288 + 28)]
    mov r8, sp
    b.w 2b
3:  str r6, [sp, #(288 + 28)]
    add sp, #288
    ldr r0, [sp, #32]
    subs r0, #1
    str r0, [sp, #32]
    bne.w 1b
    .endm
    .macro sb_patch kernel, tiles
    .section .text.switchback_patch_\kernel\()_\tiles, "ax", %progbits
    .global switchback_patch_\kernel\()_\tiles
    .type switchback_patch_\kernel\()_\tiles, %function
    .thumb_func
    .balign 8
switchback_patch_\kernel\()_\tiles:
    push {r4-r11, lr}
    sub sp, #60
    strd r0, r2, [sp, #44]
    str r1, [sp, #36]
    .if \kernel == 3
    sb_patch_block \tiles, 3, 3, 0, 0, 36, 0, 25, 31, 30
    .else
    sb_patch_block \tiles, 3, 3, 0, 0, 124, 0, 25, 56, 30
    sb_patch_block \tiles, 3, 2, 0, 3, 124, 62, 87, 0, 0
    sb_patch_block \tiles, 2, 3, 3, 0, 124, 93, 0, 118, 0
    sb_patch_block \tiles, 2, 2, 3, 3, 124, 31, 0, 0, 0
    .endif
    add sp, #60
    pop {r4-r11, pc}
    .size switchback_patch_\kernel\()_\tiles, . - switchback_patch_\kernel\()_\tiles
    .endm
    sb_patch 3, 4
    sb_patch 3, 2
    sb_patch 3, 1
    sb_patch 5, 4
    sb_patch 5, 2
    sb_patch 5, 1
    .text
