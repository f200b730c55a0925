BOARD_CORE := rv32imc
TRIPLE := riscv32-none-none-eabi
CPU := -march=rv32imc -mabi=ilp32
STARTUP := boards/virt-rv32imc/start.S boards/virt-rv32imc/startup.c
QEMU := qemu-system-riscv32 -M virt -cpu rv32 -bios none
UART := support/uart_16550.c
