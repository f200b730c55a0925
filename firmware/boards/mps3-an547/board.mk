BOARD_CORE := cortex-m55
TRIPLE := armv7em-none-none-eabi
CPU := -mcpu=cortex-m55 -mfloat-abi=hard
STARTUP := support/startup_cortex_m.c
QEMU := qemu-system-arm -M mps3-an547
UART := support/uart_cmsdk.c
DEFINES := -DUART_BASE=0x59303000u
