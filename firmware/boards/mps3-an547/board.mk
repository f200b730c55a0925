BOARD_CORE := cortex-m55
TRIPLE := armv7em-none-none-eabi
CPU := -mcpu=cortex-m55 -mfloat-abi=hard
STARTUP := support/startup_cortex_m.c
QEMU := qemu-system-arm -M mps3-an547
