# Packages: for Debian, and for the build systems of firmware (packaging/README.md).

.PHONY: deb deb-test packages packaging-test

#: make deb             Debian packages, in build/deb
deb:
	@scripts/make-deb build/deb

#: make deb-test        the same, installed and used in a Debian of their own; takes minutes
deb-test: deb
	@tests/packaging/deb build/deb

#: make packages        for ESP-IDF, Zephyr, PlatformIO and Arduino, in build/packages
packages:
	@packaging/pack build/packages

CHECKS += packaging-test

#: make packaging-test  what these say of themselves, and their sources with those systems' flags
packaging-test:
	@tests/packaging/run

# ---- The adapters of mbedTLS with version 3, that of ESP-IDF 5 and Zephyr ----

MBEDTLS3         := build/sources/mbedtls3
MBEDTLS3_BUILD   := $(BUILD)/mbedtls3
MBEDTLS3_OBJECTS := $(patsubst %,$(MBEDTLS3_BUILD)/library/%.o,sha256 ecdsa ecp ecp_curves bignum \
                      bignum_core bignum_mod bignum_mod_raw asn1parse asn1write constant_time \
                      platform_util platform)

# What a device has of it: no files, no clock.
MBEDTLS3_CONFIG := -DMBEDTLS_CONFIG_FILE='"packaging/mbedtls3_config.h"'

$(MBEDTLS3):
	@scripts/fetch-source mbedtls trixie $@

$(MBEDTLS3_BUILD)/library/%.o: tests/packaging/mbedtls3_config.h | $(MBEDTLS3)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -w -Itests $(MBEDTLS3_CONFIG) -I$(MBEDTLS3)/include -c -o $@ $(MBEDTLS3)/library/$*.c

$(MBEDTLS3_BUILD)/test_%: tests/crypto/test_%.c src/crypto/%_mbedtls.c tests/support/hexadecimal.c \
    tests/support/generate.c $(MBEDTLS3_OBJECTS)
	$(CC) $(CPPFLAGS) $(MBEDTLS3_CONFIG) -isystem $(MBEDTLS3)/include $(WARNINGS) $(CFLAGS) -o $@ $^ -lcmocka

CHECKS += test-mbedtls3

#: make test-mbedtls3   SHA-256 and signatures with mbedTLS 3
.PHONY: test-mbedtls3
test-mbedtls3: $(addprefix $(MBEDTLS3_BUILD)/,test_sha256 test_signature)
	@scripts/run-tests $^
