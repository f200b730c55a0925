BOARD_CORE := cortex-m4f
BOARD_SOURCES := startup_device.c device.c microphone.c
# The PDM interface's interrupt: its number in the peripheral ID table (nRF52840 Product Specification, Memory).
DEFINES := -DMICROPHONE_IRQ=29
