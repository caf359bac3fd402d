// U = G g G^T of a block of taps, two channels of every four: r0 taps, r1 u, r2 a job (see filter_transform.rs).
// A word is low + 65536 * high until it is stored. First columns, whose six values go on the stack, then rows.
// r8 where column 5 goes, r9 taps, r10 their end, r11 u, r12 from the last row of a column to the next column, lr bytes of u for
// four channels. Stack: 0 bytes of a row of taps, 4 shift of the channels, 8 [row][column], then r8-r11, r4-r7, lr.
    .syntax unified

// Two channels of the four of \tap; r4 is lost.
    .macro sb_pair tap
    lsrs \tap, r6
    lsrs r4, \tap, #16
    sxtb r4, r4
    lsls r4, r4, #16
    sxtb \tap, \tap
    adds \tap, \tap, r4
    .endm

// Column \c: r0 its first tap, then that of the next one.
    .macro sb_filter_column rows, columns, c
    ldr r1, [r0]
    adds r0, r0, r5
    ldr r2, [r0]
    .if \rows == 3
    adds r0, r0, r5
    ldr r3, [r0]
    sb_pair r3
    .endif
    add r0, r12
    sb_pair r1
    sb_pair r2
    str r1, [sp, #(8 + 4 * \c)]
    .if \rows == 3
    str r3, [sp, #(8 + 4 * (5 * \columns + \c))]
    adds r4, r1, r3
    adds r7, r4, r2
    subs r4, r4, r2
    lsls r3, r3, #2
    adds r1, r1, r3
    .else
    adds r7, r1, r2
    subs r4, r1, r2
    .endif
    str r7, [sp, #(8 + 4 * (\columns + \c))]
    str r4, [sp, #(8 + 4 * (2 * \columns + \c))]
    lsls r2, r2, #1
    adds r4, r1, r2
    str r4, [sp, #(8 + 4 * (3 * \columns + \c))]
    subs r4, r1, r2
    str r4, [sp, #(8 + 4 * (4 * \columns + \c))]
    .endm

// \value with what its low lane borrowed: r6 is 2^15, and what carries into the high lane is the borrow. r4 is lost.
    .macro sb_put value, base, offset
    adds r4, \value, r6
    eors r4, r6
    str r4, [\base, #(\offset)]
    .endm

// Row \r, of which r7 points to that of the same three rows before.
    .macro sb_filter_row columns, r
    .set sb_at, 40 * (\r % 3)
    ldr r0, [sp, #(8 + 4 * \columns * \r)]
    ldr r1, [sp, #(12 + 4 * \columns * \r)]
    sb_put r0, r7, sb_at
    .if \columns == 3
    ldr r2, [sp, #(16 + 4 * \columns * \r)]
    .if \r == 5
    sb_put r2, r7, sb_at + 40
    .else
    mov r5, r8
    sb_put r2, r5, 8 * \r
    .endif
    adds r3, r0, r2
    adds r5, r3, r1
    sb_put r5, r7, sb_at + 8
    subs r5, r3, r1
    sb_put r5, r7, sb_at + 16
    lsls r2, r2, #2
    adds r0, r0, r2
    .else
    adds r5, r0, r1
    sb_put r5, r7, sb_at + 8
    subs r5, r0, r1
    sb_put r5, r7, sb_at + 16
    .endif
    lsls r1, r1, #1
    adds r5, r0, r1
    sb_put r5, r7, sb_at + 24
    subs r5, r0, r1
    sb_put r5, r7, sb_at + 32
    .endm

    .macro sb_filter rows, columns
    .section .text.switchback_filter_\rows\()_\columns, "ax", %progbits
    .global switchback_filter_\rows\()_\columns
    .type switchback_filter_\rows\()_\columns, %function
    .thumb_func
    .balign 4
switchback_filter_\rows\()_\columns:
    push {r4-r7, lr}
    mov r4, r8
    mov r5, r9
    mov r6, r10
    mov r7, r11
    push {r4-r7}
    sub sp, #80
    mov r9, r0
    mov r11, r1
    ldm r2!, {r3-r5}
    str r3, [sp]
    str r4, [sp, #4]
    mov r12, r5
    ldm r2!, {r3-r5}
    adds r3, r3, r1
    mov r8, r3
    mov r10, r4
    mov lr, r5
1:  mov r0, r9
    ldr r5, [sp]
    ldr r6, [sp, #4]
    sb_filter_column \rows, \columns, 0
    sb_filter_column \rows, \columns, 1
    .if \columns == 3
    sb_filter_column \rows, \columns, 2
    .endif
    movs r6, #1
    lsls r6, r6, #15
    mov r7, r11
    sb_filter_row \columns, 0
    sb_filter_row \columns, 1
    sb_filter_row \columns, 2
    adds r7, #120
    sb_filter_row \columns, 3
    sb_filter_row \columns, 4
    .if \rows == 3
    sb_filter_row \columns, 5
    .endif
    add r8, lr
    add r11, lr
    mov r0, r9
    adds r0, #4
    mov r9, r0
    cmp r0, r10
    beq 2f
    b 1b
2:  add sp, #80
    pop {r4-r7}
    mov r8, r4
    mov r9, r5
    mov r10, r6
    mov r11, r7
    pop {r4-r7, pc}
    .size switchback_filter_\rows\()_\columns, . - switchback_filter_\rows\()_\columns
    .endm
    sb_filter 3, 3
    sb_filter 3, 2
    sb_filter 2, 3
    sb_filter 2, 2
    .text
