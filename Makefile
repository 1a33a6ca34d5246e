# whittle: builds the tools (`make`), shows them (`make demo`), proves them (`make test`).
# Each folder under src/ is a part of its own; docs/DESIGN.md draws the arrows between them.
# mk/checks.mk holds what `make test` runs; `make help` lists the targets.

CC      ?= cc
AR      ?= ar
CFLAGS  ?= -O2 -g
PREFIX  ?= /usr/local
BUILD   ?= build
SETUP   ?= scripts/setup

WARNINGS := -std=c11 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes \
            -Wmissing-prototypes -Wundef -Wvla -Werror
CPPFLAGS += -Iinclude -Isrc -Iports -Itests -D_GNU_SOURCE
COMPILE   = $(CC) $(CPPFLAGS) $(WARNINGS) $(CFLAGS) -MMD -MP

# The freestanding parts run on devices; the host parts make patches.
CORE_PARTS := codec decoder device
HOST_PARTS := encoder bsdiff40 crypto host image trace report
HOST_LIBS  := -ldivsufsort -lbz2 -ldw -lelf -lmbedcrypto -lpthread
TOOL_LIBS  := -ljansson -liberty

CORE_SOURCES := $(sort $(foreach part,$(CORE_PARTS),$(wildcard src/$(part)/*.c src/$(part)/*/*.c)))
HOST_SOURCES := $(sort $(filter-out %_bearssl.c,$(foreach part,$(HOST_PARTS),$(wildcard src/$(part)/*.c)))) \
                $(sort $(wildcard ports/sim/*.c ports/posix/*.c))
TOOL_SOURCES := $(sort $(wildcard tools/*.c tools/*/*.c))
TEST_SOURCES := $(sort $(wildcard tests/*/test_*.c tests/*/*/test_*.c))
TEST_SUPPORT := $(sort $(wildcard tests/support/*.c))

object = $(patsubst %.c,$(BUILD)/%.o,$(1))
LIBRARY_OBJECTS := $(call object,$(CORE_SOURCES) $(HOST_SOURCES))
TOOL_OBJECTS    := $(call object,$(filter-out tools/diff_creator.c tools/whittle.c,$(TOOL_SOURCES)))
TESTS           := $(patsubst %.c,$(BUILD)/%,$(TEST_SOURCES))

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all help setup demo demo-host bench bench-batch ablation format format-check clean FORCE

#: make                 ./diff_creator and ./whittle
all: diff_creator whittle

# What `#: make TARGET ...` lines say, in two columns.
help:
	@sed -n 's/^#: //p' Makefile mk/*.mk | awk '{ \
	    match($$0, /^make( [a-z][a-z0-9-]*)?/); \
	    text = substr($$0, RSTART + RLENGTH); sub(/^ +/, "", text); \
	    printf "%-25s%s\n", RSTART ? substr($$0, 1, RLENGTH) : "", text }'
	@echo
	@echo 'make test runs $(CHECKS)' | fold -s -w 100

setup:
	@$(SETUP)

# ---- Building ----

# Changed flags rebuild everything. Variants (sanitizers, another compiler) have a BUILD of their own.
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(COMPILE)' | cmp -s - $@ || echo '$(COMPILE)' >$@

$(BUILD)/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(COMPILE) -c -o $@ $<

# Files that the tools carry along: a C file includes each as the numbers of its bytes.
EMBEDDED := $(patsubst tools/report/page/%,$(BUILD)/embedded/%,$(wildcard tools/report/page/*))

$(BUILD)/embedded/%: tools/report/page/%
	@mkdir -p $(@D)
	@od -A n -v -t d1 $< | sed 's/ *\([-0-9][0-9]*\)/\1,/g' >$@

$(BUILD)/tools/report/templates.o: CPPFLAGS += -I$(BUILD)
$(BUILD)/tools/report/templates.o: $(EMBEDDED)

# The library; what runs on devices, alone, for tests/freestanding and for firmware that links it; and
# what tests use besides. The folders are here so that a deleted source leaves its library.
$(BUILD)/libwhittle.a: $(LIBRARY_OBJECTS) $(sort $(dir $(CORE_SOURCES) $(HOST_SOURCES)))
$(BUILD)/libcore.a: $(call object,$(CORE_SOURCES)) $(sort $(dir $(CORE_SOURCES)))
$(BUILD)/libtools.a: $(TOOL_OBJECTS) $(sort $(dir $(TOOL_SOURCES)))
$(BUILD)/libsupport.a: $(call object,$(TEST_SUPPORT)) tests/support/

$(addprefix $(BUILD)/lib,whittle.a core.a tools.a support.a):
	@rm -f $@
	$(AR) rcs $@ $(filter %.o,$^)

diff_creator whittle: %: $(BUILD)/tools/%
	cp $< $@

$(BUILD)/tools/diff_creator $(BUILD)/tools/whittle: %: %.o $(TOOL_OBJECTS) $(BUILD)/libwhittle.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(TOOL_LIBS) $(HOST_LIBS)

# Tests mirror the sources: tests/PART/test_NAME.c is one cmocka program. Of the libraries it gets what
# it uses.
TEST_LIBRARIES := $(addprefix $(BUILD)/lib,support.a tools.a whittle.a)

$(BUILD)/tests/%: $(BUILD)/tests/%.o $(TEST_LIBRARIES)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(TOOL_LIBS) $(HOST_LIBS) -lcmocka -lm

# What tests load into the tools to let calls fail; not instrumented, whatever the variant.
$(BUILD)/tests/faults/failing_calls.so: tests/faults/failing_calls.c tests/faults/fault_plan.h $(BUILD)/flags
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(WARNINGS) -O2 -fPIC -shared -o $@ $<

$(BUILD)/tests/faults/test_commands: | $(BUILD)/tests/faults/failing_calls.so

-include $(patsubst %.c,$(BUILD)/%.d,$(CORE_SOURCES) $(HOST_SOURCES) $(TOOL_SOURCES) \
                                    $(TEST_SOURCES) $(TEST_SUPPORT))

# ---- Using ----

#: make demo            the main job, on an emulated device
demo: setup
	@$(MAKE) --no-print-directory -s -j2 all demo-board

#: make demo-host       the same without a device: a patch is made and applied here
demo-host: all
	@scripts/demo-host

#: make bench           sizes, times and memory over the corpus (bench/run --help)
bench: all
	@mkdir -p build && touch build/bench-started
	@bench/run --time
	@scripts/figures --check build/bench-started

#: make bench-batch     how well whittle batch uses the processors: 20 versions of 1.5 MB
bench-batch: all
	@bench/batch

#: make ablation        what each part of the codec gains; takes ten minutes (bench/ablation --help)
# Builds what it needs in folders of its own.
ablation:
	@bench/ablation

include mk/library.mk
include mk/install.mk

C_FILES = $(shell find include src tools ports bindings packaging tests fuzz bench examples -name '*.[ch]' 2>/dev/null)

#: make format          clang-format every C file
format:
	clang-format -i $(C_FILES)

#: make format-check    says what that would change
format-check:
	@clang-format --dry-run -Werror $(C_FILES) && echo 'ok      format-check'

#: make clean           remove what was built
clean:
	rm -rf build $(BUILD) diff_creator whittle

include mk/checks.mk
include mk/boards.mk
include mk/fuzz.mk
include mk/sanitizers.mk
include mk/packages.mk
