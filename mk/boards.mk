# The emulated boards: boot loaders and firmware for them, built by cross compilers into build/boards.
# ports/boards/README.md says what they are.

BOARDS  := build/boards
BEARSSL := build/sources/bearssl

xtensa-lx60_PREFIX := xtensa-lx106-elf-
xtensa-lx60_FLAGS  := -mlongcalls -mtext-section-literals -isystem /usr/lib/xtensa-lx106-elf/include
xtensa-lx60_LIBS   := -lc -lgcc
xtensa-lx60_ISA_SET := 1u<<WHITTLE_ISA_XTENSA

riscv-virt_PREFIX := riscv64-unknown-elf-
riscv-virt_FLAGS  := -march=rv32imac -mabi=ilp32 -misa-spec=2.2 -mcmodel=medany --specs=picolibc.specs
riscv-virt_LIBS   := -lc -lgcc
riscv-virt_ISA_SET := 1u<<WHITTLE_ISA_RISCV

# Size first, speed where the time goes: in the decoder, and in what the LX106 calls for its products.
# (SHA-256 is slower on the LX106 with -O2.)
BOARD_OPTIMIZE      := -Os
BOARD_OPTIMIZE_FAST := -O2
BOARD_FAST          := src/codec/% src/decoder/% %/integer.c

BOARD_CFLAGS = -std=c11 -g -ffreestanding -ffunction-sections -fdata-sections -fstack-usage \
               -Iinclude -Isrc -Iports/boards/common -isystem $(BEARSSL)/inc -MMD -MP

# From BearSSL: what SHA-256 takes, and what ECDSA takes with the curve's usual implementation.
BEARSSL_SOURCES := $(basename $(shell cat src/crypto/sha256_bearssl.sources src/crypto/signature_bearssl.sources))

# Other implementations of the curve, to compare with: scripts/bench-signature.
BEARSSL_OTHERS := ec/ec_prime_i31 ec/ec_p256_m15 int/i31_decred int/i31_mulacc

# How programs without an operating system are linked.
BOARD_LINK := -nostdlib -nostartfiles -Wl,--gc-sections,--no-warn-rwx-segments

BOARD_COMMON := $(wildcard ports/boards/common/*.c)
BOARD_CORE   := $(CORE_SOURCES) $(wildcard src/crypto/*_bearssl.c)

# $(call board,NAME): the rules of one board.
define board
$(1)_CC := $$($(1)_PREFIX)gcc
$(1)_OBJECTS := $$(addprefix $$(BOARDS)/$(1)/,$$(addsuffix .o,$$(basename \
    $$(BOARD_COMMON) ports/boards/trust/trust_anyone.c \
    $$(wildcard ports/boards/$(1)/*.c ports/boards/$(1)/*.S))))
$(1)_CORE := $$(patsubst %.c,$$(BOARDS)/$(1)/%.o,$$(BOARD_CORE)) \
    $$(patsubst %,$$(BOARDS)/$(1)/bearssl/%.o,$$(BEARSSL_SOURCES))

$(1)_COMPILE = $$($(1)_CC) $$($(1)_FLAGS) $$(BOARD_CFLAGS) -Iports/boards/$(1) $$(WARNINGS)

# Changed flags rebuild everything.
$$(BOARDS)/$(1)/flags: FORCE
	@mkdir -p $$(@D)
	@echo '$$($(1)_COMPILE) $$(BOARD_FAST) $$(BOARD_OPTIMIZE_FAST) $$(BOARD_OPTIMIZE)' | \
	    cmp -s - $$@ || echo '$$($(1)_COMPILE) $$(BOARD_FAST) $$(BOARD_OPTIMIZE_FAST) $$(BOARD_OPTIMIZE)' >$$@

$$(BOARDS)/$(1)/%.o: %.c $$(BOARDS)/$(1)/flags | $$(BEARSSL)
	@mkdir -p $$(@D)
	$$($(1)_COMPILE) \
	    $$(if $$(filter $$(BOARD_FAST),$$<),$$(BOARD_OPTIMIZE_FAST),$$(BOARD_OPTIMIZE)) -c -o $$@ $$<

$$(BOARDS)/$(1)/%.o: %.S $$(BOARDS)/$(1)/flags
	@mkdir -p $$(@D)
	$$($(1)_CC) $$($(1)_FLAGS) -c -o $$@ $$<

$$(BOARDS)/$(1)/bearssl/%.o: $$(BOARDS)/$(1)/flags | $$(BEARSSL)
	@mkdir -p $$(@D)
	$$($(1)_CC) $$($(1)_FLAGS) $$(BOARD_OPTIMIZE) -w -ffunction-sections -I$$(BEARSSL)/inc -I$$(BEARSSL)/src \
	    -c -o $$@ $$(BEARSSL)/src/$$*.c

$$(BOARDS)/$(1)/libboard.a: $$($(1)_OBJECTS)
	@rm -f $$@
	$$($(1)_PREFIX)ar rcs $$@ $$^

# Boot loaders: one that applies patches, one for DIFF_UPDATE_ENABLED=0, and one that needs them to be
# signed. That one's room goes to the check: of the instruction sets it knows its own alone.
$$(BOARDS)/$(1)/boot.elf: $$(addprefix $$(BOARDS)/$(1)/,ports/boards/boot/patching_enabled.o src/codec/isa/isa.o)
$$(BOARDS)/$(1)/boot-whole.elf: $$(BOARDS)/$(1)/ports/boards/boot/patching_disabled.o
$$(BOARDS)/$(1)/boot-signed.elf: $$(addprefix $$(BOARDS)/$(1)/,ports/boards/boot/patching_enabled.o own_isa.o trust_keys.o)
$$(addprefix $$(BOARDS)/$(1)/,boot.elf boot-whole.elf boot-signed.elf): ports/boards/$(1)/boot.ld \
    $$(BOARDS)/$(1)/ports/boards/boot/boot_loader.o $$(BOARDS)/$(1)/libboard.a \
    $$(filter-out %/isa/isa.o,$$($(1)_CORE))
	$$($(1)_CC) $$($(1)_FLAGS) $$(BOARD_LINK) -Wl,-Map=$$(@:.elf=.map) -T $$(filter %.ld,$$^) -o $$@ \
	    $$(filter %.o,$$^) $$(filter %.a,$$^) $$($(1)_LIBS)

$$(BOARDS)/$(1)/own_isa.o: src/codec/isa/isa.c $$(BOARDS)/$(1)/flags
	$$($(1)_COMPILE) '-DWHITTLE_ISA_SET=($$($(1)_ISA_SET))' $$(BOARD_OPTIMIZE_FAST) -c -o $$@ $$<

$$(BOARDS)/$(1)/trust_keys.o: ports/boards/trust/trust_keys.c $$(BOARDS)/public_keys.inc $$(BOARDS)/$(1)/flags
	$$($(1)_COMPILE) -I$$(BOARDS) $$(BOARD_OPTIMIZE) -c -o $$@ $$<

# The meter of signatures, with one implementation of the curve.
$$(BOARDS)/$(1)/signature-%.o: src/crypto/signature_bearssl.c include/whittle/signature.h | $$(BEARSSL)
	@mkdir -p $$(@D)
	$$($(1)_CC) $$($(1)_FLAGS) $$(filter-out -MMD -MP,$$(BOARD_CFLAGS)) -DWHITTLE_P256=br_ec_$$* \
	    $$(WARNINGS) -Os -c -o $$@ $$<

$$(BOARDS)/$(1)/signature_meter-%.elf: ports/boards/$(1)/application.ld \
    $$(BOARDS)/$(1)/ports/boards/meter/signature_meter.o $$(BOARDS)/$(1)/signature-%.o \
    $$(BOARDS)/$(1)/src/crypto/sha256_bearssl.o $$(BOARDS)/$(1)/libboard.a \
    $$(patsubst %,$$(BOARDS)/$(1)/bearssl/%.o,$$(BEARSSL_SOURCES) $$(BEARSSL_OTHERS))
	$$($(1)_CC) $$($(1)_FLAGS) $$(BOARD_LINK) -T $$< -o $$@ $$(filter-out %.ld,$$^) $$($(1)_LIBS)

# The host program that makes the flash of a new device.
$$(BOARDS)/$(1)/make_flash: ports/boards/host/make_flash.c ports/boards/common/device_description.c \
    ports/boards/common/image_check.c ports/boards/trust/trust_anyone.c $$(BUILD)/libwhittle.a
	@mkdir -p $$(@D)
	$$(CC) $$(CPPFLAGS) -Iports/boards/common -Iports/boards/$(1) $$(WARNINGS) -O2 -g -o $$@ $$^ \
	    $$(HOST_LIBS)

$$(BOARDS)/$(1)/%.bin: $$(BOARDS)/$(1)/%.elf
	$$($(1)_PREFIX)objcopy -O binary $$< $$@

-include $$(shell find $$(BOARDS)/$(1) -name '*.d' 2>/dev/null)
endef

$(foreach name,xtensa-lx60 riscv-virt,$(eval $(call board,$(name))))

$(BEARSSL):
	@scripts/fetch-source bearssl bookworm $@

# ---- The keys of boards that have some ----

# Public keys for `make board`, as PEM files: KEY='release.pub.pem spare.pub.pem'. The tests have a
# pair of their own.
KEY ?=
TEST_KEY := $(BOARDS)/test_key.pem

$(TEST_KEY): | whittle
	@mkdir -p $(@D)
	@./whittle keygen $(basename $@)

# Made anew where the keys are others.
$(BOARDS)/public_keys.inc: $(TEST_KEY) FORCE
	@scripts/public-keys $(or $(KEY),$(TEST_KEY:.pem=.pub.pem)) >$@.new
	@cmp -s $@.new $@ || cp $@.new $@

# ---- The decoder's meter on the RISC-V board ----

$(BOARDS)/riscv-virt/meter.elf: ports/boards/riscv-virt/application.ld \
    $(BOARDS)/riscv-virt/ports/boards/riscv-virt/meter/decoder_meter.o \
    $(BOARDS)/riscv-virt/libboard.a $(riscv-virt_CORE)
	$(riscv-virt_CC) $(riscv-virt_FLAGS) $(BOARD_LINK) -T $< -o $@ $(filter-out %.ld,$^) $(riscv-virt_LIBS)

# ---- The firmware of the RISC-V board ----

APPLICATION := $(BOARDS)/riscv-virt/ports/boards/riscv-virt/application

$(BOARDS)/riscv-virt/image_header-%.o: ports/boards/application/image_header.c
	@mkdir -p $(@D)
	$(riscv-virt_CC) $(riscv-virt_FLAGS) $(BOARD_CFLAGS) -Iports/boards/riscv-virt $(WARNINGS) \
	    -DFIRMWARE_VERSION='"$*"' -c -o $@ $<

$(BOARDS)/riscv-virt/application-%.elf: ports/boards/riscv-virt/application.ld $(APPLICATION)/main.o \
    $(APPLICATION)/release-%.o $(BOARDS)/riscv-virt/image_header-%.o $(BOARDS)/riscv-virt/libboard.a \
    $(riscv-virt_CORE)
	$(riscv-virt_CC) $(riscv-virt_FLAGS) $(BOARD_LINK) -T $< -o $@ $(filter-out %.ld,$^) $(riscv-virt_LIBS)

$(BOARDS)/riscv-virt/flash-%.img: $(BOARDS)/riscv-virt/application-%.bin $(BOARDS)/riscv-virt/boot.bin \
                                  $(BOARDS)/riscv-virt/make_flash
	$(BOARDS)/riscv-virt/make_flash $@ $(BOARDS)/riscv-virt/boot.bin $<

# ---- MicroPython on the Xtensa board ----

MICROPYTHON_SOURCES := $(shell find ports/boards/xtensa-lx60 ports/boards/common bindings -type f) \
                       $(wildcard include/whittle/*.h src/device/* src/codec/* src/crypto/*_bearssl.*) \
                       scripts/build-micropython

$(BOARDS)/xtensa-lx60/micropython-%/firmware.elf: $(BOARDS)/xtensa-lx60/libboard.a $(MICROPYTHON_SOURCES)
	@echo 'MicroPython $* for xtensa-lx60: half a minute when built anew'
	@scripts/build-micropython $(@D) $* $<
	@touch $@

# The same with keys, which adds the check of signatures: most objects are those of the other build.
$(BOARDS)/xtensa-lx60/micropython-%-signed/firmware.elf: $(BOARDS)/xtensa-lx60/micropython-%/firmware.elf \
    $(BOARDS)/xtensa-lx60/trust_keys.o
	@rm -rf $(@D)
	@cp -a $(<D) $(@D)
	@rm -f $@
	@scripts/build-micropython $(@D) $* $(BOARDS)/xtensa-lx60/libboard.a \
	    WHITTLE_SIGNATURES=1 BOARD_TRUST=$(abspath $(BOARDS)/xtensa-lx60/trust_keys.o)

# Release 1.0.0 with DIFF_UPDATE_ENABLED=0: most objects are those of the other build.
$(BOARDS)/xtensa-lx60/micropython-whole/firmware.elf: $(BOARDS)/xtensa-lx60/micropython-1.0.0/firmware.elf
	@rm -rf $(@D)
	@cp -a $(<D) $(@D)
	@rm -f $@ $(@D)/micropython/pycom.o
	@scripts/build-micropython $(@D) 1.0.0 $(BOARDS)/xtensa-lx60/libboard.a DIFF_UPDATE_ENABLED=0

$(BOARDS)/xtensa-lx60/micropython-%.bin: $(BOARDS)/xtensa-lx60/micropython-%/firmware.elf
	$(xtensa-lx60_PREFIX)objcopy -O binary $< $@

# ---- Flash images ----

$(BOARDS)/xtensa-lx60/flash-%.img: $(BOARDS)/xtensa-lx60/micropython-%.bin $(BOARDS)/xtensa-lx60/boot.bin \
                                   $(BOARDS)/xtensa-lx60/make_flash
	$(BOARDS)/xtensa-lx60/make_flash $@ $(BOARDS)/xtensa-lx60/boot.bin $<

$(BOARDS)/xtensa-lx60/flash-whole.img: $(BOARDS)/xtensa-lx60/micropython-whole.bin \
                                       $(BOARDS)/xtensa-lx60/boot-whole.bin $(BOARDS)/xtensa-lx60/make_flash
	$(BOARDS)/xtensa-lx60/make_flash $@ $(BOARDS)/xtensa-lx60/boot-whole.bin $<

$(BOARDS)/xtensa-lx60/flash-%-signed.img: $(BOARDS)/xtensa-lx60/micropython-%-signed.bin \
                                          $(BOARDS)/xtensa-lx60/boot-signed.bin $(BOARDS)/xtensa-lx60/make_flash
	$(BOARDS)/xtensa-lx60/make_flash $@ $(BOARDS)/xtensa-lx60/boot-signed.bin $<

# ---- Using ----

.PHONY: bench-decoder bench-signature signature-cost test-device-crypto

#: make bench-decoder   instructions per output byte on RISC-V, over the corpus
bench-decoder: all $(addprefix $(BOARDS)/riscv-virt/,meter.elf boot.bin make_flash)
	@scripts/bench-decoder --output build/bench/decoder.tsv

#: make bench-signature code, instructions and stack of checking a signature, by three curves' code
SIGNATURE_CURVES := p256_m31 prime_i31 p256_m15
signature_meters = $(foreach curve,$(1),$(BOARDS)/riscv-virt/signature_meter-$(curve).elf \
    $(BOARDS)/xtensa-lx60/signature_meter-$(curve).elf)
bench-signature: $(call signature_meters,$(SIGNATURE_CURVES))
	@scripts/bench-signature "$(BEARSSL)" "$(BEARSSL_SOURCES) $(BEARSSL_OTHERS)" $(SIGNATURE_CURVES)

CHECKS += signature-cost

#: make signature-cost  the same for the usual curve's code, which must keep to its bars
signature-cost: $(call signature_meters,$(firstword $(SIGNATURE_CURVES)))
	@scripts/bench-signature "$(BEARSSL)" "$(BEARSSL_SOURCES)" $(firstword $(SIGNATURE_CURVES))

# ---- The device's crypto library, judged by the host's tests ----

DEVICE_CRYPTO := $(BUILD)/device-crypto
DEVICE_CRYPTO_TESTS := $(addprefix $(DEVICE_CRYPTO)/,test_sha256 test_signature test_forgeries)
DEVICE_CRYPTO_OBJECTS := $(BEARSSL_SOURCES:%=$(DEVICE_CRYPTO)/bearssl/%.o)

$(DEVICE_CRYPTO)/bearssl/%.o: | $(BEARSSL)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -w -I$(BEARSSL)/inc -I$(BEARSSL)/src -c -o $@ $(BEARSSL)/src/$*.c

$(DEVICE_CRYPTO)/test_%: tests/crypto/test_%.c src/crypto/%_bearssl.c tests/support/hexadecimal.c \
    tests/support/generate.c $(DEVICE_CRYPTO_OBJECTS)
	$(CC) $(CPPFLAGS) -isystem $(BEARSSL)/inc $(WARNINGS) $(CFLAGS) -o $@ $^ -lcmocka

# The adapters come before the library, whose own ones stay out then.
$(DEVICE_CRYPTO)/test_forgeries: $(BUILD)/tests/device/test_forgeries.o src/crypto/sha256_bearssl.c \
    src/crypto/signature_bearssl.c $(DEVICE_CRYPTO_OBJECTS) $(TEST_LIBRARIES)
	$(CC) $(CPPFLAGS) -isystem $(BEARSSL)/inc $(WARNINGS) $(CFLAGS) -o $@ $^ $(TOOL_LIBS) $(HOST_LIBS) \
	    -lcmocka -lm

CHECKS += test-device-crypto

#: make test-device-crypto SHA-256, signatures and forgeries with the device's library
test-device-crypto: $(DEVICE_CRYPTO_TESTS)
	@scripts/run-tests $^

#: make torture-forgeries a million changed signed patches, judged by the device's library
.PHONY: torture-forgeries
torture-forgeries: $(DEVICE_CRYPTO)/test_forgeries
	@WHITTLE_FORGERIES=1000000 TEST_SECONDS=36000 scripts/run-tests $<
	@grep -hE 'judged|changed' $<.log

XTENSA_BOARD  := $(addprefix $(BOARDS)/xtensa-lx60/,flash-1.0.0.img micropython-1.1.0.bin)
SIGNED_BOARD  := $(addprefix $(BOARDS)/xtensa-lx60/,flash-1.0.0-signed.img micropython-1.1.0-signed.bin)

# The device's demo.
.PHONY: board demo-board test-board torture-board
demo-board: $(XTENSA_BOARD)
	@scripts/demo

#: make board-images    only builds what the board needs
.PHONY: board-images
board-images: $(XTENSA_BOARD)

#: make board           a board in the emulator, with a person at its REPL; with KEY=FILE.pub.pem
#:                      one that takes nothing but what that key has signed
board: $(if $(KEY),$(SIGNED_BOARD),$(XTENSA_BOARD))
	@scripts/board $(if $(KEY),--signed)

$(BOARDS)/power_cut.so: tests/board/power_cut.c tests/board/plugin_api.h
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(WARNINGS) -O2 -g -fPIC -shared -fvisibility=hidden -o $@ $<

CHECKS += test-board

# The tutorial's commands update a board, too.
docs-test: $(XTENSA_BOARD)

BOARD_TESTS := $(XTENSA_BOARD) $(SIGNED_BOARD) $(BOARDS)/xtensa-lx60/flash-whole.img $(BOARDS)/power_cut.so \
    $(addprefix $(BOARDS)/riscv-virt/,flash-1.0.0.img application-1.1.0.bin boot-signed.bin)

# The tests sign by the key that they have.
test-board torture-board: override KEY :=

#: make test-board      updates of the emulated device, with power cuts
test-board: all $(BOARD_TESTS)
	@tests/board/run

#: make torture-board   the same with ten times the power cuts, two in a row
torture-board: all $(BOARD_TESTS)
	@tests/board/run --kills 200 --cuts 500 --depth 2
