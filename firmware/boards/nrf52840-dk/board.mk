BOARD_CORE := cortex-m4f
BOARD_SOURCES := startup_device.c device.c microphone.c
# The PDM interface's interrupt: its number in the peripheral ID table (nRF52840 Product Specification, Memory).
DEFINES := -DMICROPHONE_IRQ=29
# Flash is erased by pages and written by units; the region for models is read in place by EXAMPLE=update.
DEFINES += -DMODELS_PAGE=4096 -DMODELS_UNIT=4
