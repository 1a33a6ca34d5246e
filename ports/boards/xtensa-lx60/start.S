/* Startup of a program on the Xtensa board, boot loader and firmware alike: takes the exceptions,
 * makes the stack, brings data into RAM where it is not there yet, and calls board_main. An
 * interrupt only ends the sleep that it was enabled for.
 *
 * The firmware is linked for the RAM that the boot loader copies it to, so that its data is in place
 * already and __data_load equals __data_start. */

    .section .start, "ax"
    .global start
    .type start, @function
start:
    j       begin

    .align  4
    .literal_position
begin:
    /* No interrupts; exceptions through our vectors. */
    movi    a0, 0
    wsr     a0, intenable
    movi    a0, vectors
    wsr     a0, vecbase
    movi    a0, 0x0F                /* interrupt level 15, no exception in progress */
    wsr     a0, ps
    rsync

    movi    a1, __stack_top

    movi    a2, __data_load
    movi    a3, __data_start
    movi    a4, __data_end
    beq     a2, a3, 2f
1:  bgeu    a3, a4, 2f
    l32i    a5, a2, 0
    s32i    a5, a3, 0
    addi    a2, a2, 4
    addi    a3, a3, 4
    j       1b

2:  movi    a3, __bss_start
    movi    a4, __bss_end
    movi    a5, 0
3:  bgeu    a3, a4, 4f
    s32i    a5, a3, 0
    addi    a3, a3, 4
    j       3b

4:  isync                           /* what was copied may be code */
    movi    a0, board_main
    callx0  a0

    /* The places of the vectors are the core's: debug, NMI, kernel, user, double. */
    .section .vectors, "ax"
    .align  256
vectors:
    .org    0x10
    j       fault
    .org    0x20
    j       fault
    .org    0x30
    j       fault
    .org    0x50
    j       fault
    .org    0x70
    j       fault

    .align  4
    .literal_position
fault:
    wsr     a2, excsave1
    rsr     a2, exccause
    beqi    a2, 4, interrupt        /* cause 4: an interrupt of level 1 */
    rsr     a3, epc1
    rsr     a4, excvaddr
    movi    a5, 0x0F                /* leave exception mode, so that C code may run */
    wsr     a5, ps
    rsync
    movi    a1, __stack_top
    movi    a0, board_fault
    callx0  a0

interrupt:
    movi    a2, 0
    wsr     a2, intenable
    rsr     a2, excsave1
    rfe
