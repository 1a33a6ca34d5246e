# MemorySanitizer, for CI and by hand: the sanitizer that test-sanitizers (mk/checks.mk) cannot have
# beside the others. It has a BUILD of its own.

.PHONY: test-memory memory-tests

#: make test-memory     the device parts' unit tests by clang: nothing is read that was not written
# MemorySanitizer has to see every write, so nothing here comes from a library but cmocka: the
# portability test's stand-ins do what libdivsufsort and mbedTLS do elsewhere.
MEMORY_FLAGS   := -O1 -g -fsanitize=memory -fsanitize-memory-track-origins -fno-sanitize-recover=all \
                  -fno-omit-frame-pointer
MEMORY_SOURCES := $(CORE_SOURCES) $(wildcard src/encoder/*.c ports/sim/*.c) src/host/apply.c \
                  src/host/patch_check.c tests/portability/stand_ins.c
MEMORY_TESTS   := $(wildcard tests/codec/test_*.c tests/codec/isa/test_*.c tests/decoder/test_*.c) \
                  $(patsubst %,tests/device/test_%.c,admission area boot failures layout patching record \
                      refusals update updater) tests/ports/test_sim_flash.c \
                  $(wildcard tests/golden/test_*.c)
MEMORY_PROGRAMS := $(MEMORY_TESTS:tests/%.c=$(BUILD)/memory/%)

test-memory:
	@$(MAKE) --no-print-directory BUILD=build/memory CC=clang CFLAGS='$(MEMORY_FLAGS)' \
	    CPPFLAGS='$(CPPFLAGS) -Itests/portability' memory-tests

memory-tests: $(MEMORY_PROGRAMS)
	@scripts/run-tests $^

$(BUILD)/libmemory.a: $(call object,$(MEMORY_SOURCES))
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/memory/%: $(BUILD)/tests/%.o $(BUILD)/libsupport.a $(BUILD)/libmemory.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lcmocka -lpthread -lm
