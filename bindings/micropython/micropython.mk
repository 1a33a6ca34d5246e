# The module pycom for ports of MicroPython that are built by make; see README.md.
#
# WHITTLE_CRYPTO       mbedtls (the port links mbedTLS already) or bearssl (compiled from BEARSSL_DIR)
# WHITTLE_SIGNATURES   1 for devices with a trust (whittle/trust.h): the check of signatures, by the
#                      same library; or 0
# DIFF_UPDATE_ENABLED  1, or 0 for firmware that takes whole images only

WHITTLE_CRYPTO ?= mbedtls
WHITTLE_SIGNATURES ?= 0
DIFF_UPDATE_ENABLED ?= 1

PYCOM_DIR := $(USERMOD_DIR)
WHITTLE_DIR := $(abspath $(USERMOD_DIR)/../..)

SRC_USERMOD_C += $(PYCOM_DIR)/pycom.c
CFLAGS_USERMOD += -I$(WHITTLE_DIR)/include -I$(PYCOM_DIR) -DDIFF_UPDATE_ENABLED=$(DIFF_UPDATE_ENABLED)

# Of the library, what receives an update; what applies one is the boot loader's.
WHITTLE_ADAPTERS := crypto/sha256_$(WHITTLE_CRYPTO)
ifeq ($(WHITTLE_SIGNATURES),1)
WHITTLE_ADAPTERS += crypto/signature_$(WHITTLE_CRYPTO)
endif
WHITTLE_SOURCES := $(patsubst $(WHITTLE_DIR)/src/%.c,%,\
    $(wildcard $(WHITTLE_DIR)/src/device/*.c $(WHITTLE_DIR)/src/codec/*.c)) \
    $(WHITTLE_ADAPTERS)
WHITTLE_OBJECTS = $(addprefix $(BUILD)/whittle/,$(addsuffix .o,$(WHITTLE_SOURCES)))
PY_O += $(WHITTLE_OBJECTS)
$(WHITTLE_OBJECTS): CFLAGS += -std=gnu11 -I$(WHITTLE_DIR)/src

# Sources outside this folder need a rule of their own, so that their objects stay in $(BUILD).
$(BUILD)/whittle/%.o: $(WHITTLE_DIR)/src/%.c
	$(call compile_c)

ifeq ($(WHITTLE_CRYPTO),bearssl)
BEARSSL_SOURCES := $(shell cat $(WHITTLE_ADAPTERS:%=$(WHITTLE_DIR)/src/%.sources))
BEARSSL_OBJECTS = $(BEARSSL_SOURCES:%.c=$(BUILD)/bearssl/%.o)
PY_O += $(BEARSSL_OBJECTS)
$(WHITTLE_OBJECTS) $(BEARSSL_OBJECTS): CFLAGS += -isystem $(BEARSSL_DIR)/inc
$(BEARSSL_OBJECTS): CFLAGS += -I$(BEARSSL_DIR)/src -w

$(BUILD)/bearssl/%.o: $(BEARSSL_DIR)/src/%.c
	$(call compile_c)
endif
