BOARD_CORE := cortex-m4f
TRIPLE := armv7em-none-none-eabi
CPU := -mcpu=cortex-m4 -mfloat-abi=hard -mfpu=fpv4-sp-d16
STARTUP := support/startup_cortex_m.c
QEMU := qemu-system-arm -M mps2-an386
UART := support/uart_cmsdk.c
