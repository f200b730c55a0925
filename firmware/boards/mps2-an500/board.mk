BOARD_CORE := cortex-m7
STARTUP := support/startup_cortex_m.c
QEMU := qemu-system-arm -M mps2-an500
