// The second stage of booting: the boot ROM copies these 256 bytes from the start of flash to the end of RAM, compares the
// last four with a checksum of the others (seal.py writes it), and runs them. They set up the interface to flash for reads
// that every chip knows, 03h with 24 bits of address and one bit at a time, and start what lies behind them. Sections are
// those of the RP2040 Datasheet: "Flash Second Stage", and "SSI", list of registers.
  .syntax unified
  .cpu cortex-m0plus
  .thumb
  .section .boot2, "ax"
  .global boot2
  .type boot2, %function
  .thumb_func
boot2:
  ldr r0, =0x18000000       // XIP_SSI_BASE
  movs r1, #0
  str r1, [r0, #0x08]       // SSIENR: off, so that the others can be written
  movs r1, #4
  str r1, [r0, #0x14]       // BAUDR: a quarter of the system clock, at most 33 MHz
  ldr r1, =(31 << 16 | 3 << 8)
  str r1, [r0, #0x00]       // CTRLR0: DFS_32 of 32 bits, SPI_FRF of one bit, TMOD: write a command, then read
  movs r1, #0
  str r1, [r0, #0x04]       // CTRLR1: NDF, one word a read
  ldr r1, =(0x03 << 24 | 2 << 8 | 6 << 2)
  ldr r2, =0x180000F4
  str r1, [r2]              // SPI_CTRLR0: XIP_CMD 03h, INST_L of 8 bits, ADDR_L of 24 bits
  movs r1, #1
  str r1, [r0, #0x08]       // SSIENR: on
  // The vectors are behind this stage: the stack, and where to go on.
  ldr r0, =0x10000100
  ldr r1, =0xE000ED08       // VTOR
  str r0, [r1]
  ldmia r0!, {r1, r2}
  msr msp, r1
  bx r2
  .pool
  .balign 4
  .fill 252 - (. - boot2), 1, 0
  .word 0                   // the checksum
