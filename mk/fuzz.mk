# Fuzzing: fuzz/fuzz_NAME.c is one libFuzzer program each, built by clang with the sanitizers of
# test-sanitizers into build/fuzz. fuzz/run runs them; fuzz/README.md says how to go on from a finding.

FUZZERS := $(patsubst fuzz/fuzz_%.c,%,$(sort $(wildcard fuzz/fuzz_*.c)))
TIME    ?= 60

FUZZ_BUILD    := build/fuzz
FUZZ_FLAGS    := -O2 -g -fsanitize=fuzzer-no-link $(SANITIZERS)
FUZZ_PROGRAMS := $(FUZZERS:%=$(BUILD)/fuzz/fuzz_%)
FUZZ_OBJECTS  := $(call object,$(sort $(wildcard fuzz/support/*.c)))

.PHONY: fuzz fuzz-test fuzz-20 fuzz-seeds fuzz-totals torture-fuzz fuzz-build fuzz-programs

#: make fuzz            every fuzzer, TIME=60 seconds each; make fuzz FUZZERS=decoder: that one
fuzz: fuzz-build
	@fuzz/run --seconds $(TIME) $(FUZZERS)

#: make fuzz-test       every fuzzer over its seeds, and a few seconds of always the same mutations
CHECKS += fuzz-test
fuzz-test: fuzz-build
	@fuzz/run --deterministic $(FUZZERS)

# What CI runs besides.
fuzz-20: fuzz-build
	@fuzz/run --seconds 20 $(FUZZERS)

#: make torture-fuzz    every fuzzer for an hour
torture-fuzz: fuzz-build
	@fuzz/run --seconds 3600 $(FUZZERS)

#: make fuzz-totals     what was fuzzed so far in this tree
fuzz-totals:
	@fuzz/run --totals

#: make fuzz-seeds      writes fuzz/corpus anew
fuzz-seeds: fuzz-build
	@rm -rf fuzz/corpus
	@$(FUZZ_BUILD)/fuzz/make_seeds fuzz/corpus

fuzz-build:
	+@$(MAKE) --no-print-directory BUILD=$(FUZZ_BUILD) CC=clang CFLAGS='$(FUZZ_FLAGS)' fuzz-programs

fuzz-programs: $(FUZZ_PROGRAMS) $(BUILD)/fuzz/make_seeds

$(BUILD)/fuzz/%.o: CPPFLAGS += -I.

$(FUZZ_PROGRAMS): %: %.o $(FUZZ_OBJECTS) $(TEST_LIBRARIES)
	$(CC) $(CFLAGS) $(LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(TOOL_LIBS) $(HOST_LIBS) -lcmocka

$(BUILD)/fuzz/make_seeds: %: %.o $(patsubst %,$(BUILD)/fuzz/support/%.o,fuzz fuzz_device folder \
                          batch_folder) $(TEST_LIBRARIES)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(TOOL_LIBS) $(HOST_LIBS) -lcmocka

-include $(FUZZ_PROGRAMS:%=%.d) $(FUZZ_OBJECTS:.o=.d)
