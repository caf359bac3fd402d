// V = B^T d B, two channels a word: r0 six addresses of rows, r1 bytes between pixels, r2 v, r3 groups of four channels.
// A row of the patch is transformed along x in r0-r5 (even channels) and r6-r11 (odd ones) and pushed; then column by column.
// On the stack, below what is pushed: 0 rows, 24 v, 28 groups. lr bytes between pixels.
    .syntax unified
    .equ SB_PATCH_F, 36
    .equ SB_LOW_LANE_OFFSET, 12800
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
    .macro sb_patch_row columns, r
    ldr r0, [sp, #(52 * \r)]
    add r1, r0, lr
    ldr r7, [r0, lr]
    ldr r8, [r0, lr, lsl #1]
    ldr r9, [r1, lr, lsl #1]
    ldr r10, [r0, lr, lsl #2]
    .if \columns == 6
    ldr r11, [r1, lr, lsl #2]
    .endif
    ldr r6, [r0], #4
    str r0, [sp, #(52 * \r)]
    uxtb16 r0, r6
    uxtb16 r1, r7
    uxtb16 r2, r8
    uxtb16 r3, r9
    uxtb16 r4, r10
    .if \columns == 6
    uxtb16 r5, r11
    .endif
    uxtb16 r6, r6, ror #8
    uxtb16 r7, r7, ror #8
    uxtb16 r8, r8, ror #8
    uxtb16 r9, r9, ror #8
    uxtb16 r10, r10, ror #8
    .if \columns == 6
    uxtb16 r11, r11, ror #8
    .endif
    .if \r >= 4
    add r4, r4, #SB_LOW_LANE_OFFSET
    add r10, r10, #SB_LOW_LANE_OFFSET
    .if \columns == 6
    add r5, r5, #SB_LOW_LANE_OFFSET
    add r11, r11, #SB_LOW_LANE_OFFSET
    .endif
    .endif
    sb_patch_line (\columns == 6), r0, r1, r2, r3, r4, r5, r12
    push {r0-r5}
    sb_patch_line (\columns == 6), r6, r7, r8, r9, r10, r11, r12
    push {r6-r11}
    .endm
// Column c, in register `place` of what was pushed; r6 v, r7 the offset in the low lanes.
    .macro sb_patch_store register, tiles, half, f
    ssub16 \register, \register, r7
    str \register, [r6, #(4 * \tiles * (SB_PATCH_F * \half + \f))]
    .endm
    .macro sb_patch_column tiles, half, c, place, step
    ldr r0, [sp, #(48 * 5 + 24 * (1 - \half) + 4 * \place)]
    ldr r1, [sp, #(48 * 4 + 24 * (1 - \half) + 4 * \place)]
    ldr r2, [sp, #(48 * 3 + 24 * (1 - \half) + 4 * \place)]
    ldr r3, [sp, #(48 * 2 + 24 * (1 - \half) + 4 * \place)]
    ldr r4, [sp, #(48 * 1 + 24 * (1 - \half) + 4 * \place)]
    ldr r5, [sp, #(48 * 0 + 24 * (1 - \half) + 4 * \place)]
    sb_patch_line 1, r0, r1, r2, r3, r4, r5, r12
    sb_patch_store r0, \tiles, \half, (\c + 0 * \step)
    sb_patch_store r1, \tiles, \half, (\c + 1 * \step)
    sb_patch_store r4, \tiles, \half, (\c + 2 * \step)
    sb_patch_store r3, \tiles, \half, (\c + 3 * \step)
    sb_patch_store r2, \tiles, \half, (\c + 4 * \step)
    sb_patch_store r5, \tiles, \half, (\c + 5 * \step)
    .endm
    .macro sb_patch_columns columns, tiles, half
    sb_patch_column \tiles, \half, 0, 0, 5
    sb_patch_column \tiles, \half, 1, 1, 5
    sb_patch_column \tiles, \half, 2, 4, 5
    sb_patch_column \tiles, \half, 3, 3, 5
    sb_patch_column \tiles, \half, 4, 2, 5
    .if \columns == 6
    sb_patch_column \tiles, \half, 30, 5, 1
    .endif
    .endm
    .macro sb_patch tiles, columns
    .section .text.switchback_patch_\tiles\()_\columns, "ax", %progbits
    .global switchback_patch_\tiles\()_\columns
    .type switchback_patch_\tiles\()_\columns, %function
    .thumb_func
    .balign 8
switchback_patch_\tiles\()_\columns:
    push {r4-r11, lr}
    mov lr, r1
    push {r2, r3}
    ldm r0, {r4-r9}
    push {r4-r9}
1:  sb_patch_row \columns, 0
    sb_patch_row \columns, 1
    sb_patch_row \columns, 2
    sb_patch_row \columns, 3
    sb_patch_row \columns, 4
    sb_patch_row \columns, 5
    ldr r6, [sp, #(288 + 24)]
    mov r7, #SB_LOW_LANE_OFFSET
    sb_patch_columns \columns, \tiles, 0
    sb_patch_columns \columns, \tiles, 1
    add sp, #288
    ldr r0, [sp, #28]
    add r6, r6, #(8 * \tiles * SB_PATCH_F)
    subs r0, #1
    strd r6, r0, [sp, #24]
    bne.w 1b
    add sp, #32
    pop {r4-r11, pc}
    .size switchback_patch_\tiles\()_\columns, . - switchback_patch_\tiles\()_\columns
    .endm
    sb_patch 4, 6
    sb_patch 2, 6
    sb_patch 1, 6
    sb_patch 4, 5
    sb_patch 2, 5
    sb_patch 1, 5
    .text
