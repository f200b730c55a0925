BOARD_CORE := cortex-m0plus
STARTUP := support/startup_cortex_m.c
QEMU := qemu-system-arm -M microbit
