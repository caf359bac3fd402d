@ From sums to outputs: lanes are tiles, one filter at a time. r0 a job (see vectors.rs), r1 the sums of the filter.
@ Frame: four rows of six vectors, a spilled vector, the lanes' offsets.
    .syntax unified
    .thumb
    .equ SBV_SPILLED, 384
    .equ SBV_OFFSETS, 400
    .equ SBV_FRAME, 416

@ A^T m of q0-q5 into q2, q3, q4, q6, with -4, 6 and -2 in r4, r5, r6.
    .macro sbv_output_line
    vadd.i32 q6, q1, q2
    vsub.i32 q1, q1, q2
    vadd.i32 q2, q3, q4
    vsub.i32 q3, q3, q4
    vsub.i32 q4, q2, q6
    vmla.s32 q2, q6, r4
    vadd.i32 q6, q3, q3
    vmla.s32 q2, q0, r5
    vsub.i32 q6, q6, q1
    vmla.s32 q3, q1, r6
    vmla.s32 q6, q5, r5
    .endm

    .macro sbv_output_start name
    .section .text.\name, "ax", %progbits
    .global \name
    .type \name, %function
    .thumb_func
    .balign 8
\name:
    push {r4-r11, lr}
    vpush {d8-d15}
    sub sp, #SBV_FRAME
@ 36 times the bias, at the frequency that adds a sixth of its scale to every accumulator.
    ldr r2, [r0]
    vldrw.u32 q0, [r1, #224]
    vadd.i32 q0, q0, r2
    vstrw.32 q0, [r1, #224]
    mvn r4, #3
    mov r5, #6
    mvn r6, #1
    add r3, r1, #576
    mov r2, sp
    dls lr, r5
1:  vldrw.u32 q1, [r1, #192]
    vldrw.u32 q2, [r1, #384]
    vldrw.u32 q4, [r3, #192]
    vldrw.u32 q5, [r3, #384]
    vldrw.u32 q3, [r3], #32
    vldrw.u32 q0, [r1], #32
    sbv_output_line
    vstrw.32 q2, [r2], #16
    vstrw.32 q3, [r2, #80]
    vstrw.32 q4, [r2, #176]
    vstrw.32 q6, [r2, #272]
    le lr, 1b
    mov r2, sp
@ Offsets 0 to 3 times the bytes from tile to tile.
    ldr r1, [r0, #24]
    mov r8, #0
    vidup.u32 q0, r8, #1
    vmul.i32 q0, q0, r1
    vstrw.32 q0, [r2, #SBV_OFFSETS]
@ 1/9 modulo 2^32, times 1, 2 and 4.
    movw r10, #0x8e39
    movt r10, #0x38e3
    lsl r11, r10, #1
    lsl r12, r10, #2
    .endm

    .macro sbv_output_end name
    add sp, #SBV_FRAME
    vpop {d8-d15}
    pop {r4-r11, pc}
    .size \name, . - \name
    .endm

@ 64 times the accumulators of one row of outputs, into q2, q3, q4, q6.
    .macro sbv_output_row row
    vldrw.u32 q0, [r2, #(96 * \row)]
    vldrw.u32 q1, [r2, #(96 * \row + 16)]
    vldrw.u32 q2, [r2, #(96 * \row + 32)]
    vldrw.u32 q3, [r2, #(96 * \row + 48)]
    vldrw.u32 q4, [r2, #(96 * \row + 64)]
    vldrw.u32 q5, [r2, #(96 * \row + 80)]
    sbv_output_line
    vmul.i32 q2, q2, r10
    vmul.i32 q3, q3, r11
    vmul.i32 q4, q4, r12
    vmul.i32 q6, q6, r12
    .endm

    .macro sbv_double_scales
    lsl r10, r10, #1
    lsl r11, r11, #1
    lsl r12, r12, #1
    .endm

@ Requantizes 64 times the accumulators by the multipliers in \multiplier.
    .macro sbv_requantize value, multiplier
    vshr.s32 \value, \value, #6
    vrmulh.s32 \value, \value, \multiplier
    vqmovunb.s32 \value, \value
    vqmovnb.u16 \value, \value
    .endm

@ Stores a byte a lane at r1 and the offsets q7, in as many lanes as word \count of the job says.
    .macro sbv_store value, count
    ldr r3, [r0, #(4 * \count)]
    vctp.32 r3
    vpst
    vstrbt.32 \value, [r1, q7]
    .endm

@ Ors two bits a lane into the switches at r1 and the offsets q7.
    .macro sbv_store_switches value, count
    ldr r3, [r0, #(4 * \count)]
    vctp.32 r3
    vpsttt
    vldrbt.u32 q3, [r1, q7]
    vorrt q3, q3, \value
    vstrbt.32 q3, [r1, q7]
    .endm

@ One row of windows.
    .macro sbv_windows y
    sbv_output_row (2 * \y)
    vadd.i32 q2, q2, r7
    vadd.i32 q3, q3, r8
    vadd.i32 q4, q4, r7
    vadd.i32 q6, q6, r8
    vmax.s32 q7, q2, q3
    vmax.s32 q4, q4, q6
    vstrw.32 q4, [r2, #SBV_SPILLED]
    .if \y == 0
    sbv_double_scales
    .endif
    sbv_output_row (2 * \y + 1)
    vadd.i32 q2, q2, r9
    vadd.i32 q4, q4, r9
    vmax.s32 q2, q2, q3
    vmax.s32 q4, q4, q6
    vldrw.u32 q6, [r2, #SBV_SPILLED]
    vmax.s32 q0, q2, q7
    vmax.s32 q1, q4, q6
    .if \y == 0
    sbv_double_scales
    .endif
    vmov.i32 q2, #3
    vbic q4, q2, q0
    vbic q5, q2, q1
    ldrd r1, r3, [r0, #4]
    vdup.32 q2, r1
    sbv_requantize q0, q2
    sbv_requantize q1, q2
    vldrw.u32 q7, [r2, #SBV_OFFSETS]
    ldr r1, [r0, #(8 + 4 * \y)]
    sbv_store q0, 8
    ldr lr, [r0, #28]
    add r1, lr
    sbv_store q1, 9
    ldr r3, [r0, #48]
    vshl.u32 q4, r3
    vshl.u32 q5, r3
    vshr.u32 q7, q7, #2
    ldr r1, [r0, #(16 + 4 * \y)]
    sbv_store_switches q4, 10
    add r1, r1, lr, lsr #2
    sbv_store_switches q5, 11
    .endm

sbv_output_start switchback_windows
    mov r7, #3
    mov r8, #2
    mov r9, #1
    sbv_windows 0
    ldr r3, [r0, #52]
    cmp r3, #1
    beq.w 9f
    sbv_windows 1
9:
sbv_output_end switchback_windows

@ One row of outputs without a pool.
    .macro sbv_outputs row
    .if \row
    ldr r3, [r0, #52]
    cmp r3, #\row
    ble.w 9f
    .endif
    sbv_output_row \row
    .if \row < 2
    sbv_double_scales
    .endif
    ldr r1, [r0, #4]
    vdup.32 q0, r1
    vldrw.u32 q7, [r2, #SBV_OFFSETS]
    ldr r1, [r0, #(8 + 4 * \row)]
    sbv_requantize q2, q0
    sbv_requantize q3, q0
    sbv_requantize q4, q0
    sbv_requantize q6, q0
    sbv_store q2, 8
    add r1, r7
    sbv_store q3, 9
    add r1, r7
    sbv_store q4, 10
    add r1, r7
    sbv_store q6, 11
    .endm

sbv_output_start switchback_outputs
    ldr r7, [r0, #28]
    sbv_outputs 0
    sbv_outputs 1
    sbv_outputs 2
    sbv_outputs 3
9:
sbv_output_end switchback_outputs
    .text
