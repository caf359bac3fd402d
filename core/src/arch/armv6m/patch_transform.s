// V = B^T d B of a patch of 6x6 pixels, two channels: r0 addresses of six rows, r1 a job (see patch_transform.rs).
// A word is low + 65536 * high. 2^15 at rows and columns 4 and 5 becomes 2^15 everywhere: no low lane ends negative.
// Columns: r8 offset into the rows, r9 bytes to the next column, r10 where the column goes, r11 end of the columns, r12 rows, lr
// 2^15 or 0. Rows: r8 where the row goes, r9 bytes from a place to the next, r10 next row, r11 end of the rows, r12 where
// column 5 goes, lr bytes to its next place. Stack: 0 mask, 4 shift, 8 [row][column], 152 job, then r8-r11, r4-r7, lr.
    .syntax unified
    .section .text.switchback_patch, "ax", %progbits

// B^T of r0-r5; r6, r7 are lost.
    .macro sb_patch_line
    subs r0, r0, r2
    lsls r0, r0, #2
    subs r6, r4, r2
    adds r0, r0, r6
    lsls r2, r2, #2
    subs r4, r4, r2
    subs r7, r3, r1
    subs r5, r5, r3
    lsls r1, r1, #2
    subs r3, r3, r1
    adds r1, r4, r3
    subs r2, r4, r3
    lsls r7, r7, #1
    adds r3, r6, r7
    subs r4, r6, r7
    lsls r7, r7, #1
    subs r5, r5, r7
    .endm

    .global switchback_patch
    .type switchback_patch, %function
    .thumb_func
    .balign 4
switchback_patch:
    push {r4-r7, lr}
    mov r4, r8
    mov r5, r9
    mov r6, r10
    mov r7, r11
    push {r4-r7}
    sub sp, #156
    mov r12, r0
    str r1, [sp, #152]
    ldm r1!, {r2-r5}
    mov r8, r2
    mov r9, r3
    str r4, [sp]
    str r5, [sp, #4]
    add r0, sp, #8
    mov r10, r0
    adds r0, #16
    mov r11, r0
    movs r0, #0
    mov lr, r0
1:  mov r6, r12
    ldm r6!, {r0-r5}
    mov r7, r8
    .irp register, r0, r1, r2, r3, r4, r5
    ldr \register, [\register, r7]
    .endr
    add r8, r9
    ldr r6, [sp]
    ldr r7, [sp, #4]
    .irp register, r0, r1, r2, r3, r4, r5
    lsrs \register, r7
    ands \register, r6
    .endr
    add r4, lr
    add r5, lr
    sb_patch_line
    mov r6, r10
    str r0, [r6]
    str r1, [r6, #24]
    str r2, [r6, #48]
    str r3, [r6, #72]
    str r4, [r6, #96]
    str r5, [r6, #120]
    adds r6, #4
    mov r10, r6
    cmp r6, r11
    bne 1b
    mov r0, lr
    cmp r0, #0
    bne 2f
    movs r0, #128
    lsls r0, r0, #8
    mov lr, r0
    ldr r0, [sp, #152]
    ldr r0, [r0, #16]
    add r1, sp, #8
    adds r0, r0, r1
    mov r11, r0
    b 1b
2:  ldr r0, [sp, #152]
    adds r0, #20
    ldm r0!, {r1-r4}
    mov r8, r1
    mov r9, r2
    mov r12, r3
    mov lr, r4
    add r0, sp, #8
    mov r10, r0
    adds r0, #120
    mov r11, r0
3:  mov r6, r10
    ldm r6!, {r0-r5}
    mov r10, r6
    sb_patch_line
    mov r6, r8
    movs r7, #128
    lsls r7, r7, #8
    .irp register, r0, r1, r2, r3, r4
    eors \register, r7
    str \register, [r6]
    add r6, r9
    .endr
    mov r8, r6
    eors r5, r7
    mov r0, r12
    str r5, [r0]
    add r12, lr
    mov r0, r10
    cmp r0, r11
    bne 3b
// Row 5, where there is one; its last frequency stands in the corner.
    ldr r1, [sp, #152]
    ldr r2, [r1, #36]
    add r3, sp, #152
    cmp r2, #0
    beq 4f
    cmp r0, r3
    beq 4f
    mov r11, r3
    mov r12, r2
    b 3b
4:  add sp, #156
    pop {r4-r7}
    mov r8, r4
    mov r9, r5
    mov r10, r6
    mov r11, r7
    pop {r4-r7, pc}
    .size switchback_patch, . - switchback_patch
    .text
