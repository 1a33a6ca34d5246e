/* Startup of a program on the RISC-V board, boot loader and firmware alike: takes the exceptions,
 * makes the stack, brings data into RAM where it is not there yet, and calls board_main.
 *
 * The firmware is linked for the RAM that the boot loader copies it to, so that its data is in place
 * already and __data_load equals __data_start. */

    .section .start, "ax"
    .global start
    .type start, @function
start:
    csrw    mie, zero
    la      t0, fault
    csrw    mtvec, t0
    la      sp, __stack_top

    la      a0, __data_load
    la      a1, __data_start
    la      a2, __data_end
    beq     a0, a1, 2f
1:  bgeu    a1, a2, 2f
    lw      t0, 0(a0)
    sw      t0, 0(a1)
    addi    a0, a0, 4
    addi    a1, a1, 4
    j       1b

2:  la      a1, __bss_start
    la      a2, __bss_end
3:  bgeu    a1, a2, 4f
    sw      zero, 0(a1)
    addi    a1, a1, 4
    j       3b

4:  fence.i                         /* what was copied may be code */
    call    board_main

    .align  2
fault:
    csrr    a0, mcause
    csrr    a1, mepc
    csrr    a2, mtval
    la      sp, __stack_top
    call    board_fault
