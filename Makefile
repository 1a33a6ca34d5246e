# whittle: builds the tools (`make`), shows them (`make demo`), proves them (`make test`).
# Each folder under src/ is a part of its own; docs/DESIGN.md draws the arrows between them.

CC      ?= cc
AR      ?= ar
CFLAGS  ?= -O2 -g
PREFIX  ?= /usr/local
BUILD   ?= build

WARNINGS := -std=c11 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes \
            -Wmissing-prototypes -Wundef -Wvla -Werror
CPPFLAGS += -Iinclude -Isrc -D_GNU_SOURCE
ALL_CFLAGS = $(WARNINGS) $(CFLAGS) -MMD -MP

# The freestanding parts run on devices; the host parts make patches.
CORE_PARTS := codec decoder device
HOST_PARTS := encoder bsdiff40 crypto host
HOST_LIBS  := -ldivsufsort -lbz2 -lmbedcrypto -lpthread

CORE_SOURCES := $(sort $(foreach part,$(CORE_PARTS),$(wildcard src/$(part)/*.c src/$(part)/*/*.c)))
HOST_SOURCES := $(sort $(foreach part,$(HOST_PARTS),$(wildcard src/$(part)/*.c))) \
                $(sort $(wildcard ports/sim/*.c ports/posix/*.c))
TOOL_SOURCES := $(sort $(wildcard tools/*.c))
TEST_SOURCES := $(sort $(wildcard tests/*/test_*.c tests/*/*/test_*.c))
TEST_SUPPORT := $(sort $(wildcard tests/support/*.c))

object = $(patsubst %.c,$(BUILD)/%.o,$(1))
LIBRARY_OBJECTS := $(call object,$(CORE_SOURCES) $(HOST_SOURCES))
TOOL_OBJECTS    := $(call object,$(filter-out tools/diff_creator.c tools/whittle.c,$(TOOL_SOURCES)))
TESTS           := $(patsubst %.c,$(BUILD)/%,$(TEST_SOURCES))

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all setup demo test unit-tests bench install clean format format-check

all: diff_creator whittle

setup:
	@scripts/setup

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -c -o $@ $<

$(BUILD)/libwhittle.a: $(LIBRARY_OBJECTS)
	@rm -f $@
	$(AR) rcs $@ $^

diff_creator whittle: %: $(BUILD)/tools/%
	cp $< $@

$(BUILD)/tools/diff_creator $(BUILD)/tools/whittle: %: %.o $(TOOL_OBJECTS) $(BUILD)/libwhittle.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(HOST_LIBS)

# Tests mirror the sources: tests/PART/test_NAME.c is one cmocka program.
$(BUILD)/tests/%: $(BUILD)/tests/%.o $(call object,$(TEST_SUPPORT)) $(TOOL_OBJECTS) $(BUILD)/libwhittle.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(HOST_LIBS) -lcmocka

unit-tests: all $(TESTS)
	@scripts/run-tests $(TESTS)

test: setup
	@$(MAKE) --no-print-directory unit-tests

clean:
	rm -rf $(BUILD) diff_creator whittle

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
