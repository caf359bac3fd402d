@ Registers: r8 where the next frequency goes, r9 bytes between frequencies, r10 from behind the last one to the next group's
@ first, lr groups of eight channels.
    .syntax unified
    .thumb
@ G g of three vectors of 16-bit lanes, stored. Destroys q6, q7 and x1.
    .macro sbv_weight_line x0, x1, x2
    vstrw.32 \x0, [r8]
    add r8, r9
    vadd.i16 q6, \x0, \x2
    vshl.i16 q7, \x2, #2
    vadd.i16 q7, q7, \x0
    vadd.i16 \x0, q6, \x1
    vsub.i16 q6, q6, \x1
    vstrw.32 \x0, [r8]
    add r8, r9
    vadd.i16 \x1, \x1, \x1
    vstrw.32 q6, [r8]
    add r8, r9
    vadd.i16 q6, q7, \x1
    vsub.i16 q7, q7, \x1
    vstrw.32 q6, [r8]
    add r8, r9
    vstrw.32 q7, [r8]
    add r8, r9
    vstrw.32 \x2, [r8]
    add r8, r9
    .endm

@ Rows 1 and 2 of a column of taps a, b, c: a + b + c and a - b + c.
    .macro sbv_weight_near load, plus, minus, a, b, c
    \load \plus, \a, 0
    \load q6, \c, 0
    \load \minus, \b, 0
    vadd.i16 q6, q6, \plus
    vadd.i16 \plus, q6, \minus
    vsub.i16 \minus, q6, \minus
    .endm

@ Rows 3 and 4: a + 2 b + 4 c and a - 2 b + 4 c.
    .macro sbv_weight_far load, plus, minus, a, b, c
    \load q6, \c, 0
    \load \plus, \a, 1
    \load \minus, \b, 1
    vshl.i16 q6, q6, #2
    vadd.i16 \minus, \minus, \minus
    vadd.i16 q6, q6, \plus
    vadd.i16 \plus, q6, \minus
    vsub.i16 \minus, q6, \minus
    .endm

@ G g G^T of eight channels. load register, tap, last: whether this is the tap's last load of the group.
    .macro sbv_weight_transform load
    \load q0, 0, 0
    \load q1, 1, 0
    \load q2, 2, 0
    sbv_weight_line q0, q1, q2
    sbv_weight_near \load, q0, q3, 0, 3, 6
    sbv_weight_near \load, q1, q4, 1, 4, 7
    sbv_weight_near \load, q2, q5, 2, 5, 8
    sbv_weight_line q0, q1, q2
    sbv_weight_line q3, q4, q5
    sbv_weight_far \load, q0, q3, 0, 3, 6
    sbv_weight_far \load, q1, q4, 1, 4, 7
    sbv_weight_far \load, q2, q5, 2, 5, 8
    sbv_weight_line q0, q1, q2
    sbv_weight_line q3, q4, q5
    \load q0, 6, 1
    \load q1, 7, 1
    \load q2, 8, 1
    sbv_weight_line q0, q1, q2
    .endm

@ Taps 0 to 7 have a pointer each, r0 to r7; the ninth is r12 bytes from the eighth, and r11 is 8 - r12.
    .macro sbv_load_channels register, tap, last
    .if \tap == 8
    add r7, r12
    vldrb.s16 \register, [r7]
    .if \last
    add r7, r11
    .else
    sub r7, r12
    .endif
    .elseif \last && \tap != 7
    vldrb.s16 \register, [r\tap], #8
    .else
    vldrb.s16 \register, [r\tap]
    .endif
    .endm

@ Nine vectors of staged taps a group at r0.
    .macro sbv_load_staged register, tap, last
    vldrw.u32 \register, [r0, #(16 * \tap)]
    .if \tap == 8 && \last
    add r0, #144
    .endif
    .endm

    .macro sbv_weights_end name
    le lr, 1b
    vpop {d8-d15}
    pop {r4-r11, pc}
    .size \name, . - \name
    .endm

    .macro sbv_weights_start name
    .section .text.\name, "ax", %progbits
    .global \name
    .type \name, %function
    .thumb_func
    .balign 8
\name:
    push {r4-r11, lr}
    vpush {d8-d15}
    .endm

@ r0 nine pointers to taps, r2 where frequency 0 goes, r3 a job: r9, r10, groups (at least 1)
sbv_weights_start switchback_weights
    mov r8, r2
    ldm r3, {r9, r10, lr}
    ldr r12, [r0, #32]
    ldm r0, {r0-r7}
    sub r12, r12, r7
    rsb r11, r12, #8
1:  sbv_weight_transform sbv_load_channels
    add r8, r10
sbv_weights_end switchback_weights

@ r0 staged taps, r2 and r3 as above
sbv_weights_start switchback_staged_weights
    mov r8, r2
    ldm r3, {r9, r10, lr}
1:  sbv_weight_transform sbv_load_staged
    add r8, r10
sbv_weights_end switchback_staged_weights
    .text
