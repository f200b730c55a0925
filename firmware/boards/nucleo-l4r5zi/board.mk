BOARD_CORE := cortex-m4f
BOARD_SOURCES := startup_device.c device.c microphone.c
# DMA1 channel 1's interrupt: its position in the vector table (RM0432, Nested vectored interrupt controller).
DEFINES := -DMICROPHONE_IRQ=11
# For EXAMPLE=update: pages and units of the region for models; the console's interrupt is LPUART1's.
BOARD_SLOTS := flash.c serial.c
DEFINES += -DMODELS_PAGE=4096 -DMODELS_UNIT=8 -DSERIAL_IRQ=70
