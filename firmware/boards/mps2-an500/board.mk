BOARD_CORE := cortex-m7
# Firmware in Swift for it is built when it is asked for by name.
ON_REQUEST := yes
TRIPLE := armv7em-none-none-eabi
CPU := -mcpu=cortex-m7 -mfloat-abi=hard -mfpu=fpv5-d16
STARTUP := support/startup_cortex_m.c
QEMU := qemu-system-arm -M mps2-an500
UART := support/uart_cmsdk.c
