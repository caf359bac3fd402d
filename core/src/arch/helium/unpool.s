    .syntax unified
    .thumb
    .section .text.switchback_unpool, "ax", %progbits
@ r0 values, r1 switches, r2 the position that counts, r3 out, r12 channels (at least 1)
    .global switchback_unpool
    .type switchback_unpool, %function
    .thumb_func
    .balign 8
switchback_unpool:
    push {r4, lr}
    vpush {d8-d15}
    ldr r12, [sp, #72]
@ Sixteen bytes hold their switches in four: lane i finds them in byte i / 4, at bits 2 * (i % 4).
    mov r4, #0
    vidup.u8 q7, r4, #1
    vshr.u8 q7, q7, #2
    movw r4, #0x0c03
    movt r4, #0xc030
    vdup.32 q6, r4
    movw r4, #0x0401
    movt r4, #0x4010
    mul r4, r4, r2
    vdup.32 q5, r4
    dlstp.8 lr, r12
1:  vldrb.u8 q0, [r1, q7]
    add r1, #4
    vand q0, q0, q6
    vcmp.i8 eq, q0, q5
    vpst
    vldrbt.u8 q1, [r0], #16
    vstrb.8 q1, [r3], #16
    letp lr, 1b
    vpop {d8-d15}
    pop {r4, pc}
    .size switchback_unpool, . - switchback_unpool

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
