# What firmware is built of: ESP-IDF's component and Zephyr's module both include this. Sources are relative
# to the root of whittle; tests/packaging compares the list with the folders.

set(WHITTLE_DECODER_SOURCES
    src/codec/address_map.c
    src/codec/blocks.c
    src/codec/crc32.c
    src/codec/error.c
    src/codec/header.c
    src/codec/images.c
    src/codec/isa/aarch64.c
    src/codec/isa/avr.c
    src/codec/isa/displacement.c
    src/codec/isa/isa.c
    src/codec/isa/mips.c
    src/codec/isa/riscv.c
    src/codec/isa/thumb.c
    src/codec/isa/xtensa.c
    src/codec/literals.c
    src/codec/logistic.c
    src/codec/mixer.c
    src/codec/number.c
    src/codec/prediction.c
    src/codec/shifts.c
    src/codec/stream.c
    src/codec/units.c
    src/decoder/decoder.c
    src/decoder/range_decoder.c)

# Slots, boot record, updater and boot. They need SHA-256, from one adapter in src/crypto.
set(WHITTLE_DEVICE_SOURCES
    src/device/access.c
    src/device/admission.c
    src/device/area.c
    src/device/authority.c
    src/device/boot.c
    src/device/device.c
    src/device/layout.c
    src/device/patching.c
    src/device/record.c
    src/device/updater.c)

# The adapters of mbedTLS, 2.28 or 3: the second one is for devices with keys.
set(WHITTLE_SHA256_SOURCES src/crypto/sha256_mbedtls.c)
set(WHITTLE_SIGNATURE_SOURCES src/crypto/signature_mbedtls.c)

# The root: beside this file where it was packed, the folder above in whittle's own tree.
if(EXISTS ${CMAKE_CURRENT_LIST_DIR}/include/whittle)
    set(WHITTLE_ROOT ${CMAKE_CURRENT_LIST_DIR})
else()
    get_filename_component(WHITTLE_ROOT ${CMAKE_CURRENT_LIST_DIR}/.. ABSOLUTE)
endif()

# Which instruction sets were chosen: a bit for each, as whittle/patch.h numbers them.
set(WHITTLE_ISA_SET 0)
foreach(isa 1:THUMB 2:XTENSA 3:RISCV 4:AARCH64)
    string(REPLACE ":" ";" isa ${isa})
    list(GET isa 0 number)
    list(GET isa 1 name)
    if(CONFIG_WHITTLE_ISA_${name})
        math(EXPR WHITTLE_ISA_SET "${WHITTLE_ISA_SET} | (1 << ${number})")
    endif()
endforeach()
