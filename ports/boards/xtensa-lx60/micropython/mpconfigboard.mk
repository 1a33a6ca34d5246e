# MicroPython's port "qemu" on the Xtensa board. scripts/build-micropython calls that port's Makefile
# with BOARD_DIR set to this folder, and gives:
#   BOARD_LIBRARY     archive of the board's startup code and drivers
#   BOARD_INCLUDES    -I options for the board's and the project's headers
#   BOARD_TRUST       object with the keys that the board trusts; empty where it trusts anyone
#   FIRMWARE_DIR      folder of the release: what is frozen into it and how it is configured
#   FIRMWARE_VERSION  its version

QEMU_ARCH = xtensa
QEMU_MACHINE = $(BOARD)
CROSS_COMPILE = xtensa-lx106-elf-
MICROPY_HEAP_SIZE = 262144
FROZEN_MANIFEST = $(FIRMWARE_DIR)/manifest.py

CFLAGS += -DMP_CONFIGFILE='"$(BOARD_DIR)/mpconfigboard.h"' -I$(FIRMWARE_DIR)
CFLAGS += -mlongcalls -mtext-section-literals $(BOARD_INCLUDES)

# What depends on the release or on MicroPython's headers is compiled here, the rest of the board
# comes from its archive.
SRC_BOARD_O += board/port.o board/image_header.o shared/runtime/gchelper_generic.o

$(BUILD)/board/port.o: $(BOARD_DIR)/port.c
	$(call compile_c)

$(BUILD)/board/image_header.o: $(BOARD_DIR)/../../application/image_header.c
	$(call compile_c)
$(BUILD)/board/image_header.o: CFLAGS += -DFIRMWARE_VERSION='"$(FIRMWARE_VERSION)"'

LDSCRIPT = $(BOARD_DIR)/../application.ld
LDFLAGS += -nostdlib -nostartfiles -Wl,--no-warn-rwx-segments
LIBS = $(BOARD_TRUST) $(BOARD_LIBRARY) -lc -lgcc
$(BUILD)/firmware.elf: $(BOARD_LIBRARY) $(BOARD_TRUST)
