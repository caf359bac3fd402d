@ Pooling windows of a row of the network's input: four positions, two filters at a time, a row of taps a vector.
@ r0 a job: 0 pixels, 4 bytes from row to row, 8 weights, 12 quads of filters, 16 biases, 20 multipliers, 24 out, 28 switches,
@ 32 windows. Frame: sums of four filters, then the job, its biases and multipliers of the next filters.
    .syntax unified
    .thumb
    .equ SBV_JOB, 64
    .equ SBV_NUMBERS, 68
    .equ SBV_INPUT_FRAME, 80

@ One row of pixels at r1: its taps in \now times the upper positions, those of the row before in \old times the lower ones.
    .macro sbv_pixel_row kernel, row, now0, now1, old0, old1, upper, lower
    .if \row < \kernel
    vpstttt
    vldrbt.u8 q0, [r1]
    vldrbt.u8 q1, [r1, #1]
    vldrbt.u8 \now0, [r3], #\kernel
    vldrbt.u8 \now1, [r5], #\kernel
    .else
    vpstt
    vldrbt.u8 q0, [r1]
    vldrbt.u8 q1, [r1, #1]
    .endif
    add r1, r7
    .if \row < \kernel
    \upper\().s8 r0, q0, \now0
    \upper\().s8 r8, q0, \now1
    \upper\().s8 r2, q1, \now0
    \upper\().s8 r10, q1, \now1
    .endif
    .if \row > 0
    \lower\().s8 r4, q0, \old0
    \lower\().s8 r12, q0, \old1
    \lower\().s8 r6, q1, \old0
    \lower\().s8 lr, q1, \old1
    .endif
    .endm

@ Two filters from r3 on.
    .macro sbv_input_pair kernel
    add r5, r3, #(\kernel * \kernel)
    ldr r1, [r11]
    sbv_pixel_row \kernel, 0, q2, q3, q4, q5, vmladav, vmladav
    sbv_pixel_row \kernel, 1, q4, q5, q2, q3, vmladava, vmladav
    .set SBV_ROW, 2
    .rept (\kernel - 1) / 2
    sbv_pixel_row \kernel, SBV_ROW, q2, q3, q4, q5, vmladava, vmladava
    sbv_pixel_row \kernel, SBV_ROW + 1, q4, q5, q2, q3, vmladava, vmladava
    .set SBV_ROW, SBV_ROW + 2
    .endr
    mov r3, r5
    .endm

    .macro sbv_input_windows kernel
    .section .text.switchback_input_windows_\kernel, "ax", %progbits
    .global switchback_input_windows_\kernel
    .type switchback_input_windows_\kernel, %function
    .thumb_func
    .balign 8
switchback_input_windows_\kernel:
    push {r4-r11, lr}
    vpush {d8-d15}
    sub sp, #SBV_INPUT_FRAME + 4
    mov r11, r0
    str r0, [sp, #SBV_JOB]
    mov r1, #\kernel
    vctp.8 r1
@ 1, 4, 16, 64: switches of four filters become a byte.
    mov r0, #0
    vidup.u32 q7, r0, #2
    vmov.i32 q6, #1
    vshl.u32 q7, q6, q7
1:  ldrd r0, r2, [r11, #16]
    strd r0, r2, [sp, #SBV_NUMBERS]
    ldr r3, [r11, #8]
    ldr r9, [r11, #12]
    ldr r7, [r11, #4]
2:  sbv_input_pair \kernel
    mov r1, sp
    stm r1, {r0, r2, r4, r6, r8, r10, r12, lr}
    sbv_input_pair \kernel
    add r1, sp, #32
    stm r1, {r0, r2, r4, r6, r8, r10, r12, lr}
@ Lanes become filters, vectors positions; 4 acc + 3 - position, the maximum of which gives value and switch.
    mov r1, sp
    vld40.32 {q0, q1, q2, q3}, [r1]
    vld41.32 {q0, q1, q2, q3}, [r1]
    vld42.32 {q0, q1, q2, q3}, [r1]
    vld43.32 {q0, q1, q2, q3}, [r1]
    mov r0, #3
    mov r2, #2
    mov r4, #1
    vshl.i32 q0, q0, #2
    vshl.i32 q1, q1, #2
    vshl.i32 q2, q2, #2
    vshl.i32 q3, q3, #2
    vadd.i32 q0, q0, r0
    vadd.i32 q1, q1, r2
    vadd.i32 q2, q2, r4
    vmax.s32 q0, q0, q1
    vmax.s32 q2, q2, q3
    vmax.s32 q0, q0, q2
    vmov.i32 q6, #3
    ldrd r0, r2, [sp, #SBV_NUMBERS]
    vldrb.u8 q4, [r0], #16
    vldrb.u8 q5, [r2], #16
    strd r0, r2, [sp, #SBV_NUMBERS]
    vbic q6, q6, q0
    vshr.s32 q0, q0, #2
    vadd.i32 q0, q0, q4
    vrmulh.s32 q0, q0, q5
    ldrd r6, r8, [r11, #24]
    vqmovunb.s32 q0, q0
    vqmovnb.u16 q0, q0
    vstrb.32 q0, [r6], #4
    cmp r8, #0
    vmladav.u32 r10, q6, q7
    it ne
    strbne r10, [r8], #1
    strd r6, r8, [r11, #24]
    subs r9, #1
    bne.w 2b
    ldr r0, [r11]
    ldr r2, [r11, #32]
    add r0, #2
    str r0, [r11]
    subs r2, #1
    str r2, [r11, #32]
    bne.w 1b
    add sp, #SBV_INPUT_FRAME + 4
    vpop {d8-d15}
    pop {r4-r11, pc}
    .size switchback_input_windows_\kernel, . - switchback_input_windows_\kernel
    .endm
    sbv_input_windows 3
    sbv_input_windows 5
    sbv_input_windows 7
    sbv_input_windows 9
    sbv_input_windows 11
    .text
