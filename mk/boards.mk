# The emulated boards: boot loaders and firmware for them, built by cross compilers into build/boards.
# ports/boards/README.md says what they are.

BOARDS  := build/boards
BEARSSL := build/sources/bearssl

xtensa-lx60_PREFIX := xtensa-lx106-elf-
xtensa-lx60_FLAGS  := -mlongcalls -mtext-section-literals -isystem /usr/lib/xtensa-lx106-elf/include
xtensa-lx60_LIBS   := -lc -lgcc

riscv-virt_PREFIX := riscv64-unknown-elf-
riscv-virt_FLAGS  := -march=rv32imac -mabi=ilp32 -misa-spec=2.2 -mcmodel=medany --specs=picolibc.specs
riscv-virt_LIBS   := -lc -lgcc

# Size first, speed where the time goes: in the decoder.
BOARD_OPTIMIZE      := -Os
BOARD_OPTIMIZE_CORE := -O2

BOARD_CFLAGS = -std=c11 -g -ffreestanding -ffunction-sections -fdata-sections -fstack-usage \
               -Iinclude -Isrc -Iports/boards/common -isystem $(BEARSSL)/inc -MMD -MP

# From BearSSL: what SHA-256 takes.
BEARSSL_SOURCES := hash/sha2small codec/enc32be codec/dec32be

BOARD_COMMON   := $(filter-out %/boot_loader.c %/image_header.c,$(wildcard ports/boards/common/*.c))
BOARD_CORE     := $(CORE_SOURCES) $(wildcard src/crypto/*_bearssl.c)

# $(call board,NAME): the rules of one board.
define board
$(1)_CC := $$($(1)_PREFIX)gcc
$(1)_OBJECTS := $$(addprefix $$(BOARDS)/$(1)/,$$(addsuffix .o,$$(basename \
    $$(BOARD_COMMON) $$(wildcard ports/boards/$(1)/*.c ports/boards/$(1)/*.S))))
$(1)_CORE := $$(patsubst %.c,$$(BOARDS)/$(1)/%.o,$$(BOARD_CORE)) \
    $$(patsubst %,$$(BOARDS)/$(1)/bearssl/%.o,$$(BEARSSL_SOURCES))

$$(BOARDS)/$(1)/%.o: %.c | $$(BEARSSL)
	@mkdir -p $$(@D)
	$$($(1)_CC) $$($(1)_FLAGS) $$(BOARD_CFLAGS) -Iports/boards/$(1) $$(WARNINGS) \
	    $$(if $$(filter src/codec/% src/decoder/%,$$<),$$(BOARD_OPTIMIZE_CORE),$$(BOARD_OPTIMIZE)) -c -o $$@ $$<

$$(BOARDS)/$(1)/%.o: %.S
	@mkdir -p $$(@D)
	$$($(1)_CC) $$($(1)_FLAGS) -c -o $$@ $$<

$$(BOARDS)/$(1)/bearssl/%.o: | $$(BEARSSL)
	@mkdir -p $$(@D)
	$$($(1)_CC) $$($(1)_FLAGS) -Os -w -ffunction-sections -I$$(BEARSSL)/inc -I$$(BEARSSL)/src \
	    -c -o $$@ $$(BEARSSL)/src/$$*.c

$$(BOARDS)/$(1)/libboard.a: $$($(1)_OBJECTS)
	@rm -f $$@
	$$($(1)_PREFIX)ar rcs $$@ $$^

$$(BOARDS)/$(1)/boot.elf: ports/boards/$(1)/boot.ld $$(BOARDS)/$(1)/ports/boards/common/boot_loader.o \
                          $$(BOARDS)/$(1)/libboard.a $$($(1)_CORE)
	$$($(1)_CC) $$($(1)_FLAGS) -nostdlib -nostartfiles -Wl,--gc-sections,--no-warn-rwx-segments \
	    -Wl,-Map=$$(@:.elf=.map) -T $$< -o $$@ $$(filter-out %.ld,$$^) $$($(1)_LIBS)

$$(BOARDS)/$(1)/%.bin: $$(BOARDS)/$(1)/%.elf
	$$($(1)_PREFIX)objcopy -O binary $$< $$@

-include $$(shell find $$(BOARDS)/$(1) -name '*.d' 2>/dev/null)
endef

$(foreach name,xtensa-lx60 riscv-virt,$(eval $(call board,$(name))))

$(BEARSSL):
	@scripts/fetch-source bearssl bookworm $@

# ---- The decoder's meter on the RISC-V board ----

$(BOARDS)/riscv-virt/meter.elf: ports/boards/riscv-virt/application.ld \
    $(BOARDS)/riscv-virt/ports/boards/riscv-virt/meter/decoder_meter.o \
    $(BOARDS)/riscv-virt/libboard.a $(riscv-virt_CORE)
	$(riscv-virt_CC) $(riscv-virt_FLAGS) -nostdlib -nostartfiles \
	    -Wl,--gc-sections,--no-warn-rwx-segments -T $< -o $@ $(filter-out %.ld,$^) $(riscv-virt_LIBS)

# ---- MicroPython on the Xtensa board ----

MICROPYTHON_SOURCES := $(shell find ports/boards/xtensa-lx60 ports/boards/common bindings -type f) \
                       $(wildcard include/whittle/*.h src/device/* src/codec/*) \
                       src/crypto/sha256_bearssl.c scripts/build-micropython

$(BOARDS)/xtensa-lx60/micropython-%/firmware.elf: $(BOARDS)/xtensa-lx60/libboard.a $(MICROPYTHON_SOURCES)
	@echo 'MicroPython $* for xtensa-lx60 (half a minute when built anew)'
	@scripts/build-micropython $(@D) $* $<
	@touch $@

# ---- Using ----

.PHONY: bench-decoder

#: make bench-decoder   instructions per output byte on RISC-V, over the corpus
bench-decoder: all $(BOARDS)/riscv-virt/meter.elf
	@scripts/bench-decoder
