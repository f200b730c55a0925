// Reset of QEMU's `virt`, and the instruction sequence that means a semihosting call on RISC-V.
  .section .text.start, "ax"
  .globl _start
_start:
  .option push
  .option norelax
  la gp, __global_pointer$
  .option pop
  la sp, __stack_top
  la t0, trap
  csrw mtvec, t0
  call startup
1: j 1b

  .balign 4
trap:
  csrr a0, mcause
  call trapped
1: j 1b

  .section .text.semihost, "ax"
  .globl semihost
  .balign 16
semihost:
  // The three must be uncompressed and lie within one page.
  .option push
  .option norvc
  slli x0, x0, 0x1f
  ebreak
  srai x0, x0, 7
  .option pop
  ret
