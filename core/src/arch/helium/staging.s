@ What is copied, spread out or widened before a transform reads it.
    .syntax unified
    .thumb
    .section .text.switchback_unpool, "ax", %progbits
@ r0 values and r1 switches of the first cell, r2 out, r3 a job: row of the window times 2, channels (a multiple of 4), cells.
@ Two pixels a cell: where the switch is not theirs, the load of the values gives zero.
    .global switchback_unpool
    .type switchback_unpool, %function
    .thumb_func
    .balign 8
switchback_unpool:
    push {r4-r10, lr}
    vpush {d8-d15}
    mov r7, r0
    mov r8, r1
    ldm r3, {r4, r5, r6}
@ Sixteen channels have their switches in four bytes: lane i finds its own in byte i / 4, at bits 2 * (i % 4).
    mov r0, #0
    vidup.u8 q7, r0, #1
    vshr.u8 q7, q7, #2
    movw r0, #0x0c03
    movt r0, #0xc030
    vdup.32 q6, r0
    movw r0, #0x0401
    movt r0, #0x4010
    mul r4, r4, r0
    vdup.32 q5, r4
    add r4, r0
    vdup.32 q4, r4
2:  mov r0, r7
    mov r1, r8
    add r3, r2, r5
    add r9, r3, r5
    dlstp.8 lr, r5
1:  vldrb.u8 q0, [r1, q7]
    add r1, #4
    vand q0, q0, q6
    vcmp.i8 eq, q0, q5
    vpst
    vldrbt.u8 q1, [r0]
    vstrb.8 q1, [r2], #16
    vcmp.i8 eq, q0, q4
    vpst
    vldrbt.u8 q1, [r0]
    add r0, #16
    vstrb.8 q1, [r3], #16
    letp lr, 1b
    add r7, r5
    add r8, r8, r5, lsr #2
    mov r2, r9
    subs r6, #1
    bne 2b
    vpop {d8-d15}
    pop {r4-r10, pc}
    .size switchback_unpool, . - switchback_unpool

    .section .text.switchback_pack, "ax", %progbits
@ r0 from, r1 to, r2 bytes of a pixel (at least 1), r3 bytes from pixel to pixel where they go, r12 pixels (at least 1)
    .global switchback_pack
    .type switchback_pack, %function
    .thumb_func
    .balign 8
switchback_pack:
    push {r4, lr}
    ldr r12, [sp, #8]
2:  mov r4, r1
    dlstp.8 lr, r2
1:  vldrb.u8 q0, [r0], #16
    vstrb.8 q0, [r4], #16
    letp lr, 1b
@ Back from whole vectors to the pixel's end.
    rsb r4, r2, #0
    and r4, r4, #15
    sub r0, r4
    add r1, r3
    subs r12, #1
    bne 2b
    pop {r4, pc}
    .size switchback_pack, . - switchback_pack

    .section .text.switchback_clear, "ax", %progbits
@ r0 bytes, r1 how many (at least 1)
    .global switchback_clear
    .type switchback_clear, %function
    .thumb_func
    .balign 8
switchback_clear:
    push {r4, lr}
    vmov.i32 q0, #0
    dlstp.8 lr, r1
1:  vstrb.8 q0, [r0], #16
    letp lr, 1b
    pop {r4, pc}
    .size switchback_clear, . - switchback_clear

    .section .text.switchback_stage_quad, "ax", %progbits
@ r0 the first tap of four channels, r1 where it is staged, r2 bytes from tap to tap, r3 bytes from row to row of taps,
@ on the stack rows and columns of taps that there are: 0 to 3, 2 or 3
    .global switchback_stage_quad
    .type switchback_stage_quad, %function
    .thumb_func
    .balign 8
switchback_stage_quad:
    push {r4-r7, lr}
    ldrd r4, r5, [sp, #20]
    mov r6, #3
    vmov.i32 q0, #0
    vmov.i32 q1, #0
    vmov.i32 q2, #0
1:  cmp r4, #0
    beq 3f
    sub r4, #1
    vldrb.s32 q0, [r0]
    add r7, r0, r2
    vldrb.s32 q1, [r7]
    cmp r5, #3
    bne 2f
    add r7, r2
    vldrb.s32 q2, [r7]
2:  add r0, r3
    b 4f
3:  vmov.i32 q0, #0
    vmov.i32 q1, #0
    vmov.i32 q2, #0
4:  vstrh.32 q0, [r1]
    vstrh.32 q1, [r1, #16]
    vstrh.32 q2, [r1, #32]
    add r1, #48
    subs r6, #1
    bne 1b
    pop {r4-r7, pc}
    .size switchback_stage_quad, . - switchback_stage_quad

    .section .text.switchback_stage_transposed, "ax", %progbits
@ r0 the last tap of the first filter, r1 bytes between taps, r2 staged, r3 ratios, r12 groups of eight filters (at least 1)
    .global switchback_stage_transposed
    .type switchback_stage_transposed, %function
    .thumb_func
    .balign 8
switchback_stage_transposed:
    push {r4-r6, lr}
    vpush {d8-d15}
    ldr r12, [sp, #80]
    add r4, r1, r1, lsl #3
    lsl r5, r4, #3
    mov r6, #0
    vidup.u16 q7, r6, #1
    vmul.i16 q7, q7, r4
    dls lr, r12
1:  vldrb.u16 q6, [r3], #8
    mov r4, r0
    .rept 9
    vldrb.s16 q0, [r4, q7]
    sub r4, r1
    vmul.i16 q0, q0, q6
    vstrw.32 q0, [r2], #16
    .endr
    add r0, r5
    le lr, 1b
    vpop {d8-d15}
    pop {r4-r6, pc}
    .size switchback_stage_transposed, . - switchback_stage_transposed
    .text
