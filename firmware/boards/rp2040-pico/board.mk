BOARD_CORE := cortex-m0plus
BOARD_SOURCES := boot2.S startup_device.c device.c microphone.c pdm.c
# DMA_IRQ_0 (RP2040 Datasheet, Interrupts). Code and model run from RAM: flash is read slowly, one bit at a time.
DEFINES := -DMICROPHONE_IRQ=11 -DMODEL_IN_RAM
# For EXAMPLE=update: pages and units of the region for models; a probe writes them.
BOARD_SLOTS := flash.c
DEFINES += -DMODELS_PAGE=4096 -DMODELS_UNIT=256
# The boot ROM runs the second stage if its checksum is right.
FINISH := python3 $(SDK)/boards/rp2040-pico/seal.py
