BOARD_CORE := cortex-m4f
BOARD_SOURCES := startup_device.c device.c microphone.c
# The PDM interface's interrupt: its number in the peripheral ID table (nRF52840 Product Specification, Memory).
DEFINES := -DMICROPHONE_IRQ=29
# For EXAMPLE=update: pages and units of the region for models; the console's interrupt is UARTE0's.
BOARD_SLOTS := flash.c serial.c
DEFINES += -DMODELS_PAGE=4096 -DMODELS_UNIT=4 -DSERIAL_IRQ=2
