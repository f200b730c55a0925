BOARD_CORE := cortex-m33
# Firmware in Swift for it is built when it is asked for by name.
ON_REQUEST := yes
TRIPLE := armv7em-none-none-eabi
CPU := -mcpu=cortex-m33 -mfloat-abi=hard -mfpu=fpv5-sp-d16
STARTUP := support/startup_cortex_m.c
QEMU := qemu-system-arm -M mps2-an505
UART := support/uart_cmsdk.c
# As the secure state sees it.
DEFINES := -DUART_BASE=0x50200000u
