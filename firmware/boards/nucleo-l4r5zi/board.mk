BOARD_CORE := cortex-m4f
BOARD_SOURCES := startup_device.c device.c microphone.c
# DMA1 channel 1's interrupt: its position in the vector table (RM0432, Nested vectored interrupt controller).
DEFINES := -DMICROPHONE_IRQ=11
# Flash is erased by pages and written by units; the region for models is read in place by EXAMPLE=update.
DEFINES += -DMODELS_PAGE=4096 -DMODELS_UNIT=8
