/* Kinds of flash that firmware meets, with typical figures of their data sheets. The size is a
 * default; whoever makes a flash may change it. */
#include <string.h>

#include "sim/sim_flash.h"

const sim_geometry sim_geometries[] = {
    {"spi-4k",
     "serial NOR: 4 KiB sectors, 256-byte pages",
     {.size = 2u << 20,
      .erase_unit = 4096,
      .program_unit = 1,
      .program_page = 256,
      .erased_value = 0xFF},
     {.read_nanoseconds_per_byte = 100, .program_microseconds = 700, .erase_microseconds = 45000}},
    {"nor-64k",
     "parallel NOR: 64 KiB sectors, 1 KiB write buffer",
     {.size = 4u << 20,
      .erase_unit = 65536,
      .program_unit = 2,
      .program_page = 1024,
      .erased_value = 0xFF},
     {.read_nanoseconds_per_byte = 50, .program_microseconds = 900, .erase_microseconds = 500000}},
    {"mcu-1k",
     "inside a small microcontroller: 1 KiB pages, 4-byte words",
     {.size = 256u << 10,
      .erase_unit = 1024,
      .program_unit = 4,
      .program_page = 256,
      .erased_value = 0xFF},
     {.read_nanoseconds_per_byte = 10, .program_microseconds = 3400, .erase_microseconds = 30000}},
    {"mcu-128k",
     "inside a large microcontroller: 128 KiB sectors, 32-byte words with error correction",
     {.size = 2u << 20,
      .erase_unit = 131072,
      .program_unit = 32,
      .program_page = 256,
      .erased_value = 0xFF,
      .program_once = true},
     {.read_nanoseconds_per_byte = 5, .program_microseconds = 800, .erase_microseconds = 1000000}},
};

const unsigned sim_geometry_count = sizeof sim_geometries / sizeof *sim_geometries;

const sim_geometry *sim_geometry_find(const char *name) {
    for (unsigned i = 0; i < sim_geometry_count; i++) {
        if (strcmp(sim_geometries[i].name, name) == 0) {
            return &sim_geometries[i];
        }
    }
    return NULL;
}
