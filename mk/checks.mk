# What `make test` runs. Each check prints lines that begin with "ok" or "FAILED"; scripts/run-checks
# counts them. A check that needs other flags builds in a folder of its own below build/. Checks run side by
# side: what several of them use is a prerequisite of each, so that it is built once.

.PHONY: test unit-tests freestanding portability test-32 test-clang test-sanitizers \
        sanitize-parts sanitize-rest valgrind coverage torture torture-faults

# Those that take longest come first.
CHECKS := unit-tests sanitize-parts docs-test portability format-check architecture freestanding \
          format-test install-test bench-test figures-test scaling-test manual-test completion-test \
          browser-test

#: make test            the checks of every change; under ten minutes on two processors
# The stamp parts what this run measures from what earlier ones did.
test: setup
	@mkdir -p build && touch build/test-started
	@scripts/run-checks $(CHECKS) then figures-check

.PHONY: figures-check figures mutate
figures-check:
	@scripts/figures --check build/test-started

#: make figures         writes docs/FIGURES.md from what was measured last in this tree
figures:
	@scripts/figures --write

#: make mutate          changes the device parts and looks whether tests notice; hours, or SAMPLE=60
mutate:
	@nice -n 19 tests/mutation/run $(if $(SAMPLE),--sample $(SAMPLE)) $(if $(SEED),--seed $(SEED))

# Checks by scripts in tests/NAME/run.
.PHONY: architecture docs-test format-test install-test bench-test figures-test scaling-test \
        manual-test completion-test browser-test

#: make architecture    the arrows between the parts, and the shape of files
architecture:
	@tests/architecture/run

#: make unit-tests      the cmocka programs under tests/
unit-tests: all $(TESTS)
	@WHITTLE_TOOLS=$(BUILD)/tools scripts/run-tests $(TESTS)

#: make test-corpus     the corpus, every pair both ways at every size of RAM; minutes
.PHONY: test-corpus
CORPUS_TESTS := $(filter $(BUILD)/tests/corpus/%,$(TESTS))
test-corpus: $(CORPUS_TESTS)
	@WHITTLE_CORPUS_ALL=1 scripts/run-tests $(CORPUS_TESTS)

#: make freestanding    the device parts for four cores: size, stack, no libc, no static data
freestanding:
	+@tests/freestanding/run

#: make portability     the same bytes from gcc, clang, -m32 and a big-endian machine
portability:
	+@tests/portability/run

#: make test-32         only the -m32 part of that
test-32:
	+@tests/portability/run gcc-32

#: make test-clang      only the clang part of that
test-clang:
	+@tests/portability/run clang

#: make docs-test       the commands, code, links and bytes in the documents
docs-test: all
	@tests/docs/run

#: make format-test     a second decoder, made from the documents, agrees with the first
format-test: all
	@tests/format/run

#: make install-test    install, use and uninstall, in a folder below build/
install-test: all manual $(STATIC_LIBRARY) $(SHARED_LIBRARY)
	+@tests/install/run

#: make bench-test      bench/run over small pairs of the project's own, and its failures
bench-test: all
	@tests/bench/run

#: make scaling-test    whittle batch by GNU parallel and by Slurm, as docs/SCALING.md tells it
scaling-test: all
	@tests/scaling/run

#: make manual-test     the manual pages: sound, complete, and their examples work
manual-test: all
	@tests/manual/run

#: make completion-test completion of command lines in bash and zsh
completion-test: all
	@tests/completion/run

#: make browser-test    reports, in a headless Chromium
browser-test: all
	@tests/browser/run

#: make figures-test    that scripts/figures notices what got worse
figures-test:
	@tests/figures/run

#: make test-sanitizers the unit tests by clang, with ASan, UBSan, and checks of all integers
# By clang, so that the second compiler, too, judges every source and runs every test. No conversion may
# lose bits, and no number wraps around, but in the functions that integers.ignore names.
SANITIZERS := -fsanitize=address,undefined,implicit-conversion,unsigned-integer-overflow \
              -fsanitize-ignorelist=tests/sanitizers/integers.ignore -fno-sanitize-recover=all \
              -fno-omit-frame-pointer
SANITIZED = $(MAKE) --no-print-directory BUILD=build/sanitizers CC=clang CFLAGS='-O1 -g $(SANITIZERS)' \
            variant-tests
test-sanitizers:
	+@$(SANITIZED)

#: make sanitize-parts  those of them that run no tools and make no power cuts by the thousand
SLOW_TESTS = $(addprefix $(BUILD)/tests/,tools/% faults/% corpus/% device/test_cuts device/test_forgeries)
sanitize-parts:
	+@$(SANITIZED) VARIANT_TESTS='$$(filter-out $$(SLOW_TESTS),$$(TESTS))'

#: make sanitize-rest   those that sanitize-parts leaves out
sanitize-rest:
	+@$(SANITIZED) VARIANT_TESTS='$$(filter $$(SLOW_TESTS),$$(TESTS))'

#: make coverage        the lines and branches that unit tests reach; as HTML in build/coverage/html
# The tests left out take minutes: what they reach, the tests of each part must reach without them. The
# encoder has threads, which would lose counts of one another.
COVERAGE_TESTS = $(filter-out $(addprefix $(BUILD)/tests/,corpus/% device/test_cuts \
                   device/test_forgeries encoder/test_large),$(TESTS))
coverage:
	@$(MAKE) --no-print-directory BUILD=build/coverage CC=gcc CFLAGS='-O0 -g --coverage -fprofile-update=atomic' \
	    LDFLAGS=-Wl,--wrap=_exit coverage-figures

# The workers of a batch leave by _exit, which alone would lose their counts.
ifeq ($(BUILD),build/coverage)
$(BUILD)/tools/diff_creator $(BUILD)/tools/whittle $(TESTS): $(BUILD)/tests/coverage/counts_at_exit.o
endif

.PHONY: coverage-figures
coverage-figures: $(BUILD)/tools/diff_creator $(BUILD)/tools/whittle $(COVERAGE_TESTS)
	@find $(BUILD) -name '*.gcda' -delete
	@find $(BUILD) -type d -exec chmod a+rwx {} + # tests run tools as another user, too
	@umask 0 && WHITTLE_TOOLS=$(BUILD)/tools scripts/run-tests $(COVERAGE_TESTS)
	@tests/coverage/run $(BUILD)

#: make analysis        clang-tidy, cppcheck, gcc -fanalyzer, stack of each function: a minute
.PHONY: analysis
analysis: $(EMBEDDED)
	@tests/analysis/run

#: make torture         many rounds of power cuts (TORTURE=20); takes long
TORTURE ?= 20
torture: $(BUILD)/tests/device/test_cuts
	@WHITTLE_TORTURE=$(TORTURE) $<

#: make torture-faults   every single call of the tools fails once; takes most of an hour
torture-faults: $(BUILD)/tools/diff_creator $(BUILD)/tools/whittle $(BUILD)/tests/faults/test_commands
	@WHITTLE_TOOLS=$(BUILD)/tools WHITTLE_EVERY_FAULT=1 $(BUILD)/tests/faults/test_commands

#: make valgrind        the unit tests under valgrind's memcheck
valgrind:
	@$(MAKE) --no-print-directory BUILD=build/valgrind CFLAGS='-O1 -g' \
	    RUNNER='valgrind -q --error-exitcode=99 --leak-check=full' variant-tests

# The unit tests of a variant, with its own tools and without touching ./diff_creator and ./whittle.
.PHONY: variant-tests
VARIANT_TESTS ?= $(TESTS)
variant-tests: $(BUILD)/tools/diff_creator $(BUILD)/tools/whittle $(VARIANT_TESTS)
	@WHITTLE_TOOLS=$(BUILD)/tools RUNNER='$(RUNNER)' scripts/run-tests $(VARIANT_TESTS)
