// Start of the ESP32-C3 after the boot ROM has loaded the image, and its table of vectors: the base of mtvec is a multiple of
// 256, and interrupt number n goes to word n of the table (ESP32-C3 TRM, ESP-RISC-V CPU, Interrupt Controller).
  .section .text.start, "ax"
  .globl _start
_start:
  .option push
  .option norelax
  la gp, __global_pointer$
  .option pop
  la sp, __stack_top
  la t0, vectors + 1        // the mode is "vectored", always
  csrw mtvec, t0
  call startup
1: j 1b

  .balign 256
  .globl vectors
vectors:
  // Each entry has four bytes.
  .option push
  .option norvc
  j trapped
  j sound_came
  .rept 30
  j trapped
  .endr
  .option pop
