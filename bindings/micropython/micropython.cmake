# The module pycom for ports of MicroPython that are built by CMake (rp2, esp32); see README.md.
#
# WHITTLE_CRYPTO       mbedtls (the port links mbedTLS already) or bearssl (compiled from BEARSSL_DIR)
# WHITTLE_SIGNATURES   1 for devices with a trust (whittle/trust.h): the check of signatures, by the
#                      same library; or 0
# DIFF_UPDATE_ENABLED  1, or 0 for firmware that takes whole images only

if(NOT DEFINED WHITTLE_CRYPTO)
    set(WHITTLE_CRYPTO mbedtls)
endif()
if(NOT DEFINED DIFF_UPDATE_ENABLED)
    set(DIFF_UPDATE_ENABLED 1)
endif()

get_filename_component(WHITTLE_DIR ${CMAKE_CURRENT_LIST_DIR}/../.. ABSOLUTE)

# Of the library, what receives an update; what applies one is the boot loader's.
file(GLOB WHITTLE_SOURCES ${WHITTLE_DIR}/src/device/*.c ${WHITTLE_DIR}/src/codec/*.c)

set(WHITTLE_ADAPTERS sha256_${WHITTLE_CRYPTO})
if(WHITTLE_SIGNATURES)
    list(APPEND WHITTLE_ADAPTERS signature_${WHITTLE_CRYPTO})
endif()
foreach(adapter ${WHITTLE_ADAPTERS})
    list(APPEND WHITTLE_SOURCES ${WHITTLE_DIR}/src/crypto/${adapter}.c)
endforeach()

add_library(usermod_pycom INTERFACE)
target_sources(usermod_pycom INTERFACE
    ${CMAKE_CURRENT_LIST_DIR}/pycom.c
    ${WHITTLE_SOURCES})
target_include_directories(usermod_pycom INTERFACE
    ${CMAKE_CURRENT_LIST_DIR} ${WHITTLE_DIR}/include ${WHITTLE_DIR}/src)
target_compile_definitions(usermod_pycom INTERFACE DIFF_UPDATE_ENABLED=${DIFF_UPDATE_ENABLED})

if(WHITTLE_CRYPTO STREQUAL bearssl)
    foreach(adapter ${WHITTLE_ADAPTERS})
        file(STRINGS ${WHITTLE_DIR}/src/crypto/${adapter}.sources sources)
        list(TRANSFORM sources PREPEND ${BEARSSL_DIR}/src/)
        target_sources(usermod_pycom INTERFACE ${sources})
    endforeach()
    target_include_directories(usermod_pycom INTERFACE ${BEARSSL_DIR}/inc ${BEARSSL_DIR}/src)
endif()

target_link_libraries(usermod INTERFACE usermod_pycom)
