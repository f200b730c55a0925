BOARD_CORE := cortex-m3
STARTUP := support/startup_cortex_m.c
QEMU := qemu-system-arm -M mps2-an385
