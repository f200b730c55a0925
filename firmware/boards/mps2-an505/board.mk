BOARD_CORE := cortex-m33
STARTUP := support/startup_cortex_m.c
QEMU := qemu-system-arm -M mps2-an505
