@ B^T d B of a patch of eight channels: columns first, then rows.
@ B^T d of six vectors of 16-bit lanes, q0-q5, with -4 in r8: line k ends in q0, q4, q1, q2, q6, q5. Destroys q7.
    .macro sbv_input_line
    vsub.i16 q6, q4, q2
    vsub.i16 q0, q0, q2
    vsub.i16 q7, q3, q1
    vmla.s16 q4, q2, r8
    vsub.i16 q5, q5, q3
    vshl.i16 q0, q0, #2
    vmla.s16 q5, q7, r8
    vadd.i16 q0, q0, q6
    vmla.s16 q3, q1, r8
    vadd.i16 q7, q7, q7
    vsub.i16 q1, q4, q3
    vadd.i16 q4, q4, q3
    vadd.i16 q2, q6, q7
    vsub.i16 q6, q6, q7
    .endm

    .syntax unified
    .thumb
    .section .text.switchback_input_columns, "ax", %progbits
@ r0 six pointers to rows, r1 half, r2 chunks of eight elements (at least 1)
    .global switchback_input_columns
    .type switchback_input_columns, %function
    .thumb_func
    .balign 8
switchback_input_columns:
    push {r4-r8, lr}
    vpush {d8-d15}
    mov r6, r1
    dls lr, r2
    mvn r8, #3
    ldm r0, {r0-r5}
1:  vldrb.u16 q0, [r0], #8
    vldrb.u16 q1, [r1], #8
    vldrb.u16 q2, [r2], #8
    vldrb.u16 q3, [r3], #8
    vldrb.u16 q4, [r4], #8
    vldrb.u16 q5, [r5], #8
    sbv_input_line
    vstrw.32 q0, [r6], #96
    vstrw.32 q4, [r6, #-80]
    vstrw.32 q1, [r6, #-64]
    vstrw.32 q2, [r6, #-48]
    vstrw.32 q6, [r6, #-32]
    vstrw.32 q5, [r6, #-16]
    le lr, 1b
    vpop {d8-d15}
    pop {r4-r8, pc}
    .size switchback_input_columns, . - switchback_input_columns

    .section .text.switchback_input_rows, "ax", %progbits
@ r0 half, r1 bytes between its columns, r2 v, r3 a job: bytes between frequencies, bytes from behind the last frequency of a
@ group to the first of the next one, groups (at least 1)
    .global switchback_input_rows
    .type switchback_input_rows, %function
    .thumb_func
    .balign 8
switchback_input_rows:
    push {r4-r11, lr}
    vpush {d8-d15}
    mov r6, r2
    ldm r3, {r7, r9, r11}
    add r2, r0, r1, lsl #1
    add r3, r2, r1
    add r4, r0, r1, lsl #2
    add r5, r4, r1
    add r1, r0
    mvn r8, #3
    mov r10, #6
2:  dls lr, r10
1:  vldrw.u32 q0, [r0], #16
    vldrw.u32 q1, [r1], #16
    vldrw.u32 q2, [r2], #16
    vldrw.u32 q3, [r3], #16
    vldrw.u32 q4, [r4], #16
    vldrw.u32 q5, [r5], #16
    sbv_input_line
    vstrw.32 q0, [r6]
    add r6, r7
    vstrw.32 q4, [r6]
    add r6, r7
    vstrw.32 q1, [r6]
    add r6, r7
    vstrw.32 q2, [r6]
    add r6, r7
    vstrw.32 q6, [r6]
    add r6, r7
    vstrw.32 q5, [r6]
    add r6, r7
    le lr, 1b
    add r6, r9
    subs r11, #1
    bne 2b
    vpop {d8-d15}
    pop {r4-r11, pc}
    .size switchback_input_rows, . - switchback_input_rows
    .text
