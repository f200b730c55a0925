BOARD_CORE := rv32imc
BOARD_SOURCES := start.S startup.c device.c microphone.c
# What the boot ROM loads: beside the ELF file, with the ending .bin.
FINISH := python3 $(SDK)/boards/esp32-c3/image.py
