BOARD_CORE := cortex-m0plus
TRIPLE := armv6m-none-none-eabi
CPU := -mcpu=cortex-m0plus -mfloat-abi=soft
STARTUP := support/startup_cortex_m.c support/arithmetic_armv6m.c
QEMU := qemu-system-arm -M mps2-an385
UART := support/uart_cmsdk.c
