/* How long a device takes to apply a patch: an estimate, from the instructions that the decoder was
 * estimated to take, and from the latencies of the simulated flashes. */
#ifndef TOOLS_REPORT_DEVICE_TIME_H
#define TOOLS_REPORT_DEVICE_TIME_H

#include <stdint.h>

#include "../common/options.h"
#include "whittle/patch.h"

/* What is known of the device. */
typedef struct device_speed {
    uint64_t clock;    /* Hz; 0: not known */
    const char *flash; /* a name that sim_geometry_find knows; NULL: not known */
} device_speed;

/* For --clock: the place is a device_speed. */
option_reader read_clock;
#define CLOCK_HELP "clock of a device, as 80MHz: estimate its time"

/* For --flash: the same. */
option_reader read_flash;
#define FLASH_HELP "its flash: spi-4k (or spi-nor-typical), nor-64k,\nmcu-1k, mcu-128k"

/* Seconds; those of the flash are 0 where it is not known, and so on. */
typedef struct device_time {
    double computing; /* decoding, digests, signatures: one instruction a cycle */
    double erasing;
    double programming;
    double reading;
} device_time;

device_time device_time_estimate(const device_speed *speed, const whittle_header *header,
                                 uint32_t decode_cost);

double device_time_sum(const device_time *of);

#endif
