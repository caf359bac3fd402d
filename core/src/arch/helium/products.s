@ Sums over groups of eight channels for up to 4 tiles and 2 filters: r0 a job (see vectors.rs), r1 v, r3 u.
@ A vector sums into an even register alone; the odd ones hold r1 v, r3 u, r5 where the first round is entered, r7 sums,
@ r9 rounds to go, r11 frequencies to go.
    .syntax unified
    .thumb
@ A step: vectors of the tiles q0-q3 and of the filters q4, q5. kind is vmladav for the first step, vmladava for all others.
    .macro sbv_step4 kind
    vldrw.u32 q4, [r3], #32
    vldrw.u32 q0, [r1], #64
    \kind\().s16 r0, q0, q4
    vldrw.u32 q5, [r3, #-16]
    \kind\().s16 r8, q0, q5
    vldrw.u32 q1, [r1, #-48]
    \kind\().s16 r2, q1, q4
    \kind\().s16 r10, q1, q5
    vldrw.u32 q2, [r1, #-32]
    \kind\().s16 r4, q2, q4
    \kind\().s16 r12, q2, q5
    vldrw.u32 q3, [r1, #-16]
    \kind\().s16 r6, q3, q4
    \kind\().s16 lr, q3, q5
    .endm
    .macro sbv_step3 kind
    vldrw.u32 q4, [r3], #32
    vldrw.u32 q0, [r1], #48
    \kind\().s16 r0, q0, q4
    vldrw.u32 q5, [r3, #-16]
    \kind\().s16 r8, q0, q5
    vldrw.u32 q1, [r1, #-32]
    \kind\().s16 r2, q1, q4
    \kind\().s16 r10, q1, q5
    vldrw.u32 q2, [r1, #-16]
    \kind\().s16 r4, q2, q4
    \kind\().s16 r12, q2, q5
    .endm
    .macro sbv_step2 kind
    vldrw.u32 q4, [r3], #32
    vldrw.u32 q0, [r1], #32
    \kind\().s16 r0, q0, q4
    vldrw.u32 q5, [r3, #-16]
    \kind\().s16 r8, q0, q5
    vldrw.u32 q1, [r1, #-16]
    \kind\().s16 r2, q1, q4
    \kind\().s16 r10, q1, q5
    .endm
    .macro sbv_step1 kind
    vldrw.u32 q4, [r3], #32
    vldrw.u32 q0, [r1], #16
    \kind\().s16 r0, q0, q4
    vldrw.u32 q5, [r3, #-16]
    \kind\().s16 r8, q0, q5
    .endm

@ Sixteen steps a round behind the first step; the first round is entered so that the rest of the depth is done in it.
    .macro sbv_products tiles, step_bytes
    .section .text.switchback_vector_products_\tiles, "ax", %progbits
    .global switchback_vector_products_\tiles
    .type switchback_vector_products_\tiles, %function
    .thumb_func
    .balign 8
switchback_vector_products_\tiles:
    push {r4-r11, lr}
    vpush {d8-d15}
    ldr r7, [r0]
    ldrd r11, r9, [r0, #4]
    ldr r2, [r0, #12]
    push {r9, r10}
    adr.w r5, 2f
    mov r4, #\step_bytes
    mla r5, r2, r4, r5
    orr r5, r5, #1
@ The registers of tiles that there are none of are stored as well.
    mov r2, #0
    mov r4, #0
    mov r6, #0
    mov r10, #0
    mov r12, #0
    mov lr, #0
1:  sbv_step\tiles vmladav
    ldr r9, [sp]
    bx r5
    .balign 4
2:  .rept 16
    sbv_step\tiles vmladava
    .endr
    subs r9, #1
    bpl.w 2b
    stm r7!, {r0, r2, r4, r6, r8, r10, r12, lr}
    subs r11, #1
    bne.w 1b
    add sp, #8
    vpop {d8-d15}
    pop {r4-r11, pc}
    .size switchback_vector_products_\tiles, . - switchback_vector_products_\tiles
    .endm
    sbv_products 4, 56
    sbv_products 3, 44
    sbv_products 2, 32
    sbv_products 1, 20
    .text
