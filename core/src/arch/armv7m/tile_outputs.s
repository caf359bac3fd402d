// A^T M A, scale, pool, switches, requantization for tiles of two filters: r0 sums, r1 a job (see tile_outputs.rs).
// r7 6, lr 9^-1, r8 what tells the first filter of a tile from the second, and the switches of the tile.
// A^T m in place, t being free; the results 0 to 3 are m2, t, m4, m1.
    .macro sb_out_line m0, m1, m2, m3, m4, m5, t
    add \t, \m1, \m2
    sub \m1, \m1, \m2
    add \m2, \m3, \m4
    sub \m3, \m3, \m4
    sub \m4, \m2, \t
    sub \m2, \m2, \t, lsl #2
    mla \m2, \m0, r7, \m2
    sub \t, \m3, \m1, lsl #1
    rsb \m1, \m1, \m3, lsl #1
    mla \m1, \m5, r7, \m1
    .endm
    .macro sb_out_column tiles, first, step, last
    ldr r0, [r9, #(8 * \tiles * (\first + 0 * \step))]
    ldr r1, [r9, #(8 * \tiles * (\first + 1 * \step))]
    ldr r2, [r9, #(8 * \tiles * (\first + 2 * \step))]
    ldr r3, [r9, #(8 * \tiles * (\first + 3 * \step))]
    ldr r4, [r9, #(8 * \tiles * (\first + 4 * \step))]
    ldr r5, [r9, #(8 * \tiles * \last)]
    sb_out_line r0, r1, r2, r3, r4, r5, r6
    push {r1, r2, r4, r6}
    .endm
// The six columns of a tile; pushes 96 bytes. Row 0 is the second word of what a column pushes, then the fourth, third, first.
    .macro sb_out_columns tiles, sums
    ldr r9, [sp, #\sums]
    add r0, r9, #4
    str r0, [sp, #\sums]
    .if SB_FAST
    sb_out_column \tiles, 0, 5, 25
    sb_out_column \tiles, 1, 5, 26
    sb_out_column \tiles, 2, 5, 27
    sb_out_column \tiles, 3, 5, 28
    sb_out_column \tiles, 4, 5, 29
    sb_out_column \tiles, 31, 1, 30
    .else
    add r10, r9, #(8 * \tiles * 5)
5:  sb_out_column \tiles, 0, 5, 25
    add r9, r9, #(8 * \tiles)
    cmp r9, r10
    bne 5b
    sb_out_column \tiles, 26, 1, 25
    .endif
    .endm
    .macro sb_out_row place, m0, m1, m2, m3, m4, m5, t
    ldr \m0, [sp, #(80 + 4 * \place)]
    ldr \m1, [sp, #(64 + 4 * \place)]
    ldr \m2, [sp, #(48 + 4 * \place)]
    ldr \m3, [sp, #(32 + 4 * \place)]
    ldr \m4, [sp, #(16 + 4 * \place)]
    ldr \m5, [sp, #(4 * \place)]
    sb_out_line \m0, \m1, \m2, \m3, \m4, \m5, \t
    mul \m2, \m2, lr
    mul \t, \t, lr
    mul \m4, \m4, lr
    mul \m1, \m1, lr
    .endm
// a = the largest of a and b >> shift.
    .macro sb_out_max a, b, shift
    .if \shift
    cmp \a, \b, asr #\shift
    it lt
    asrlt \a, \b, #\shift
    .else
    cmp \a, \b
    it lt
    movlt \a, \b
    .endif
    .endm
// a = four times the largest of four accumulators, plus 3 less its index.
    .macro sb_out_window a, b, c, d, sa, sb, sc, sd
    .if \sa
    asr \a, \a, #\sa
    .endif
    sb_out_max \a, \b, \sb
    sb_out_max \a, \c, \sc
    sb_out_max \a, \d, \sd
    .endm
// Two windows from the rows of these places, with these shifts.
    .macro sb_out_windows y, upper, lower, s0, s1, s2, s3, s4, s5, s6, s7
    sb_out_row \upper, r0, r1, r2, r3, r4, r5, r6
    sb_out_row \lower, r0, r3, r5, r9, r10, r11, r12
    ldr r9, [sp, #96]
    ldr r11, [sp, #(96 + 16 + 4 * \y)]
    sb_out_window r2, r6, r5, r12, \s0, \s1, \s2, \s3
    sb_out_window r4, r1, r10, r3, \s4, \s5, \s6, \s7
    ldr r5, [sp, #(96 + 24)]
    asr r0, r2, #2
    sb_multiply_high r0, r0, r9, r3
    usat r0, #8, r0
    asr r1, r4, #2
    sb_multiply_high r1, r1, r9, r3
    usat r1, #8, r1
    strb r1, [r11, r5]
    strb r0, [r11], #1
    str r11, [sp, #(96 + 16 + 4 * \y)]
    bfi r8, r2, #(8 + 8 * \y), #2
    bfi r8, r4, #(12 + 8 * \y), #2
    .endm
// On the stack: 0 and 4 multipliers, 8 sums, 12 tiles left, 16 and 20 out, 24 bytes between windows, 28 those between tiles
// less 2, 32 and 36 switches, 40 bytes of them between windows, 44 whether the upper half of a byte.
    .macro sb_pooled tiles
    .section .text.switchback_pooled_\tiles, "ax", %progbits
    .global switchback_pooled_\tiles
    .type switchback_pooled_\tiles, %function
    .thumb_func
    .balign 8
switchback_pooled_\tiles:
    push {r4-r11, lr}
    sub sp, #48
    ldm r1, {r2-r11}
    strd r2, r3, [sp]
    mov r2, r0
    mov r3, #\tiles
    add r0, sp, #8
    stm r0, {r2-r11}
    movw lr, #0x8e39
    movt lr, #0x38e3
    mov r7, #6
1:  mov r8, #2
2:  sb_out_columns \tiles, 8
    sb_out_windows 0, 1, 3, 4, 3, 3, 2, 2, 2, 1, 1
    sb_out_windows 1, 2, 0, 2, 1, 2, 1, 0, 0, 0, 0
    add sp, #96
    ldrd r0, r1, [sp]
    strd r1, r0, [sp]
    lsrs r8, r8, #2
    bcs.w 2b
    ldrd r0, r1, [sp, #32]
    cbz r0, 4f
    ldrd r4, r5, [sp, #40]
    mvn r8, r8
    ubfx r2, r8, #4, #4
    ubfx r3, r8, #8, #4
    ubfx r6, r8, #12, #4
    ubfx r9, r8, #16, #4
    cbz r5, 3f
    ldrb r10, [r0]
    ldrb r11, [r0, r4]
    orr r2, r10, r2, lsl #4
    orr r3, r11, r3, lsl #4
    ldrb r10, [r1]
    ldrb r11, [r1, r4]
    orr r6, r10, r6, lsl #4
    orr r9, r11, r9, lsl #4
3:  strb r2, [r0]
    strb r3, [r0, r4]
    strb r6, [r1]
    strb r9, [r1, r4]
    add r0, r0, r4, lsl #1
    add r1, r1, r4, lsl #1
    strd r0, r1, [sp, #32]
4:  ldr r2, [sp, #12]
    ldrd r0, r1, [sp, #16]
    ldr r3, [sp, #28]
    subs r2, #1
    add r0, r0, r3
    add r1, r1, r3
    strd r0, r1, [sp, #16]
    str r2, [sp, #12]
    bne.w 1b
    add sp, #48
    pop {r4-r11, pc}
    .size switchback_pooled_\tiles, . - switchback_pooled_\tiles
    .endm
    sb_pooled 4
    sb_pooled 2
    sb_pooled 1
// register = clamp((register >> shift) * r0 / 2^32, 0, 255)
    .macro sb_out_value register, shift
    asr \register, \register, #\shift
    sb_multiply_high \register, \register, r0, r12
    usat \register, #8, \register
    .endm
// Row y, in this place of what the columns pushed.
    .macro sb_out_values y, place, s0, s1, s2
    sb_out_row \place, r0, r1, r2, r3, r4, r5, r6
    ldr r0, [sp, #96]
    ldr r3, [sp, #(96 + 16 + 4 * \y)]
    ldr r5, [sp, #(96 + 32)]
    sb_out_value r2, \s0
    sb_out_value r6, \s1
    sb_out_value r4, \s2
    sb_out_value r1, \s2
    strb r6, [r3, r5]
    strb r4, [r3, r5, lsl #1]
    add r5, r5, r5, lsl #1
    strb r1, [r3, r5]
    strb r2, [r3], #1
    str r3, [sp, #(96 + 16 + 4 * \y)]
    .endm
// On the stack: 0 and 4 multipliers, 8 sums, 12 tiles left, 16 to 28 out, 32 bytes between columns, 36 those between tiles
// less 2.
    .macro sb_plain tiles
    .section .text.switchback_plain_\tiles, "ax", %progbits
    .global switchback_plain_\tiles
    .type switchback_plain_\tiles, %function
    .thumb_func
    .balign 8
switchback_plain_\tiles:
    push {r4-r11, lr}
    sub sp, #40
    ldm r1, {r2-r9}
    strd r2, r3, [sp]
    mov r2, r0
    mov r3, #\tiles
    add r0, sp, #8
    stm r0, {r2-r9}
    movw lr, #0x8e39
    movt lr, #0x38e3
    mov r7, #6
1:  mov r8, #2
2:  sb_out_columns \tiles, 8
    sb_out_values 0, 1, 6, 5, 4
    sb_out_values 1, 3, 5, 4, 3
    sb_out_values 2, 2, 4, 3, 2
    sb_out_values 3, 0, 4, 3, 2
    add sp, #96
    ldrd r0, r1, [sp]
    strd r1, r0, [sp]
    lsrs r8, r8, #2
    bcs.w 2b
    ldr r0, [sp, #36]
    add r1, sp, #16
    ldm r1, {r2-r5}
    add r2, r2, r0
    add r3, r3, r0
    add r4, r4, r0
    add r5, r5, r0
    stm r1, {r2-r5}
    ldr r2, [sp, #12]
    subs r2, #1
    str r2, [sp, #12]
    bne.w 1b
    add sp, #40
    pop {r4-r11, pc}
    .size switchback_plain_\tiles, . - switchback_plain_\tiles
    .endm
    sb_plain 4
    sb_plain 2
    sb_plain 1
    .text
