/* The estimate. What it counts at a restart with a patch pending: the signature, the digests of the
 * old image and of the new one, the decoding, and the flash operations that go with them. */
#include "device_time.h"

#include <string.h>

#include "sim/sim_flash.h"

/* Instructions per byte for digests and flash, beside the decoder's: docs/CODEC.md, chapter 9. */
enum { OTHER_WORK = 200 };

/* Instructions of one check of a signature, and how often it is checked: docs/DESIGN.md. */
enum { SIGNATURE_WORK = 17300000, SIGNATURE_CHECKS = 2 };

/* How often each byte is read: for digests, the decoding, the check of what was written. */
enum { SOURCE_READS = 2, TARGET_READS = 2, PATCH_READS = 2 };

const char *read_clock(const char *text, void *place) {
    static const struct {
        const char *name;
        uint64_t hertz;
    } units[] = {{"GHz", 1000000000}, {"MHz", 1000000}, {"kHz", 1000}, {"Hz", 1}};
    char digits[16] = "";
    size_t count = strspn(text, "0123456789");
    uint32_t number = 0;
    if (count < sizeof digits) {
        memcpy(digits, text, count);
    }
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (strcmp(text + count, units[i].name) == 0 &&
            parse_decimal(digits, 1, 1000000000, &number)) {
            ((device_speed *)place)->clock = number * units[i].hertz;
            return NULL;
        }
    }
    return "a frequency, as 80MHz";
}

const char *read_flash(const char *text, void *place) {
    const char *name = strcmp(text, "spi-nor-typical") == 0 ? "spi-4k" : text;
    const sim_geometry *found = sim_geometry_find(name);
    if (!found) {
        return "spi-4k, spi-nor-typical, nor-64k, mcu-1k or mcu-128k";
    }
    ((device_speed *)place)->flash = found->name;
    return NULL;
}

static uint32_t pieces(uint32_t size, uint32_t piece) {
    return size / piece + (size % piece > 0);
}

static void add_flash(const sim_geometry *flash, const whittle_header *header, device_time *sum) {
    const sim_latency *latency = &flash->latency;
    double read = (double)header->source_size * SOURCE_READS +
                  (double)header->target_size * TARGET_READS +
                  (double)header->total_size * PATCH_READS;
    sum->erasing = pieces(header->target_size, flash->geometry.erase_unit) *
                   (latency->erase_microseconds / 1e6);
    sum->programming = pieces(header->target_size, flash->geometry.program_page) *
                       (latency->program_microseconds / 1e6);
    sum->reading = read * latency->read_nanoseconds_per_byte / 1e9;
}

device_time device_time_estimate(const device_speed *speed, const whittle_header *header,
                                 uint32_t decode_cost) {
    device_time sum = {.computing = 0};
    bool is_signed = header->flags & WHITTLE_FLAG_SIGNED;
    double work = (double)header->target_size * (decode_cost + OTHER_WORK) +
                  (is_signed ? (double)SIGNATURE_WORK * SIGNATURE_CHECKS : 0);
    if (speed->clock > 0) {
        sum.computing = work / (double)speed->clock;
    }
    if (speed->flash) {
        add_flash(sim_geometry_find(speed->flash), header, &sum);
    }
    return sum;
}

double device_time_sum(const device_time *of) {
    return of->computing + of->erasing + of->programming + of->reading;
}
