/* whittle info PATCH: every field of a patch's header, in words or as JSON; with the old image,
 * what its bytes are for. A patch that is damaged is refused, since nothing that it says can be
 * relied upon. */
#include <stdio.h>

#include "../command.h"
#include "../common/files.h"
#include "../common/json.h"
#include "../common/message.h"
#include "../common/options.h"
#include "../common/words.h"
#include "../patch/input_image.h"
#include "../patch/patches.h"
#include "device_time.h"
#include "info_costs.h"
#include "whittle/encoder.h"
#include "whittle/signed_patch.h"

/* What is wanted, and what was read for it. */
typedef struct information {
    bool as_json;
    bool segments;
    const char *old_path; /* NULL: none was named */
    device_speed speed;
    patch read;
    input_image old;
    bool is_traced;
    whittle_trace trace;
} information;

/* ---- In words ---- */

static void print_field(const char *name, const char *value) {
    (void)printf("%-18s%s\n", name, value);
}

static void print_number(const char *name, uint64_t number, const char *unit) {
    (void)printf("%-18s%llu%s\n", name, (unsigned long long)number, unit);
}

static void print_image(const char *name, uint32_t size, const uint8_t *digest,
                        size_t digest_size) {
    char digits[WORDS_MAX];
    (void)printf("%-18s%lu bytes, SHA-256 begins %s\n", name, (unsigned long)size,
                 hexadecimal(digest, digest_size, digits));
}

static void print_regions(const char *name, const whittle_region *regions, unsigned count) {
    for (unsigned i = 0; i < count; i++) {
        (void)printf("%-18s%lu bytes at offset %lu, loaded at 0x%08lx\n", name,
                     (unsigned long)regions[i].size, (unsigned long)regions[i].offset,
                     (unsigned long)regions[i].address);
    }
}

static void print_prediction(const patch *read) {
    const whittle_header *header = &read->header;
    print_field("ISA", isa_name(header->isa));
    if (header->flags & WHITTLE_FLAG_REGIONS) {
        whittle_region regions[2 * WHITTLE_REGION_MAX];
        whittle_header_regions(read->content.data, header, regions);
        print_regions("old region", regions, header->source_region_count);
        print_regions("new region", regions + header->source_region_count,
                      header->target_region_count);
    }
    print_number("address map", header->map_entries,
                 header->map_entries == 1 ? " entry" : " entries");
}

/* The id of the key that a patch names, in digits; NULL where it is not signed. Whether the
 * signature is right, only whittle verify can tell. */
static const char *signer_of(const patch *read, char text[WORDS_MAX]) {
    uint8_t id[WHITTLE_KEY_ID_SIZE];
    int error = whittle_patch_signer(read->content.data, read->content.size, id);
    return error ? NULL : hexadecimal(id, sizeof id, text);
}

static void print_conditions(const patch *read) {
    const whittle_header *header = &read->header;
    char digits[WORDS_MAX];
    const char *signer = signer_of(read, digits);
    if (header->flags & WHITTLE_FLAG_VERSION) {
        print_field("firmware version", header->firmware_version);
    }
    if (header->flags & WHITTLE_FLAG_COUNTER) {
        print_number("security counter", header->security_counter, "");
    }
    if (header->flags & WHITTLE_FLAG_HARDWARE) {
        (void)printf("%-18s0x%08lx\n", "hardware", (unsigned long)header->hardware);
    }
    (void)printf("%-18s%s%s\n", "signature", signer ? "by key " : "none", signer ? signer : "");
}

static void print_time(const information *about) {
    const device_speed *speed = &about->speed;
    const whittle_header *header = &about->read.header;
    device_time time = device_time_estimate(speed, header, whittle_decode_cost(header));
    if (speed->clock == 0 && !speed->flash) {
        return;
    }
    (void)printf("%-18sabout %.1f s:", "time to apply", device_time_sum(&time));
    if (speed->clock > 0) {
        (void)printf(" computing %.1f%s", time.computing, speed->flash ? "," : "");
    }
    if (speed->flash) {
        (void)printf(" erasing %.1f, writing %.1f, reading %.1f", time.erasing, time.programming,
                     time.reading);
    }
    (void)printf("\n%-18s(an estimate: ", "");
    if (speed->clock > 0) {
        (void)printf("instructions as on RV32, one a cycle%s", speed->flash ? "; " : ")\n");
    }
    if (speed->flash) {
        (void)printf("latencies of the simulated %s)\n", speed->flash);
    }
}

static void print_whittle(const information *about) {
    const patch *read = &about->read;
    const whittle_header *header = &read->header;
    char ram[WORDS_MAX];
    print_number("format", header->version, " (whittle)");
    print_field("kind",
                patch_is_self_contained(read) ? "self-contained image" : "differential patch");
    (void)printf("%-18s%lu bytes: header %lu, payload %lu, the rest %lu\n", "size",
                 (unsigned long)header->total_size, (unsigned long)header->header_size,
                 (unsigned long)header->payload_size,
                 (unsigned long)(header->total_size - header->header_size - header->payload_size));
    if (!patch_is_self_contained(read)) {
        print_image("old image", header->source_size, header->source_digest,
                    sizeof header->source_digest);
    }
    print_image("new image", header->target_size, header->target_digest,
                sizeof header->target_digest);
    print_field("RAM to apply", size_in_words(header->ram, ram));
    (void)printf("%-18s%u of %u for each decision\n", "contexts", header->contexts,
                 (unsigned)WHITTLE_CONTEXT_MAX);
    print_number("work to apply", whittle_decode_cost(header),
                 " instructions per byte of the new image, about");
    print_time(about);
    print_prediction(read);
    print_conditions(read);
    if (about->is_traced) {
        print_costs(&about->trace);
    }
    if (about->segments) {
        print_segments(&about->trace);
    }
}

static void print_bsdiff40(const patch *read) {
    const whittle_bsdiff40_info *legacy = &read->legacy;
    print_field("format", "BSDIFF40");
    print_field("kind", "differential patch, without digests");
    print_number("size", read->content.size, " bytes");
    print_number("control stream", legacy->control_size, " bytes");
    print_number("difference stream", legacy->difference_size, " bytes");
    print_number("extra stream", legacy->extra_size, " bytes");
    print_number("new image", legacy->target_size, " bytes");
    print_number("bzip2 level", legacy->level, "");
    (void)printf("%-18s%llu bytes: three decompressors and the patch\n", "RAM to apply",
                 (unsigned long long)patch_ram(read));
}

/* ---- As JSON ---- */

static void write_image(json *out, const char *name, uint32_t size, const uint8_t *digest,
                        size_t digest_size) {
    char digits[WORDS_MAX];
    json_object_start(out, name);
    json_number(out, "size", size);
    json_text(out, "sha256_prefix", hexadecimal(digest, digest_size, digits));
    json_object_end(out);
}

static void write_regions(json *out, const char *name, const whittle_region *regions,
                          unsigned count) {
    json_array_start(out, name);
    for (unsigned i = 0; i < count; i++) {
        json_object_start(out, NULL);
        json_number(out, "offset", regions[i].offset);
        json_number(out, "size", regions[i].size);
        json_number(out, "address", regions[i].address);
        json_object_end(out);
    }
    json_array_end(out);
}

static void write_prediction(json *out, const patch *read) {
    const whittle_header *header = &read->header;
    whittle_region regions[2 * WHITTLE_REGION_MAX];
    if (header->flags & WHITTLE_FLAG_REGIONS) {
        whittle_header_regions(read->content.data, header, regions);
    }
    json_text(out, "isa", isa_name(header->isa));
    write_regions(out, "source_regions", regions, header->source_region_count);
    write_regions(out, "target_regions", regions + header->source_region_count,
                  header->target_region_count);
    json_number(out, "map_entries", header->map_entries);
}

static void write_conditions(json *out, const patch *read) {
    const whittle_header *header = &read->header;
    char digits[WORDS_MAX];
    if (header->flags & WHITTLE_FLAG_VERSION) {
        json_text(out, "firmware_version", header->firmware_version);
    }
    if (header->flags & WHITTLE_FLAG_COUNTER) {
        json_number(out, "security_counter", header->security_counter);
    }
    if (header->flags & WHITTLE_FLAG_HARDWARE) {
        json_number(out, "hardware", header->hardware);
    }
    json_bool(out, "signed", header->flags & WHITTLE_FLAG_SIGNED);
    json_text(out, "key_id", signer_of(read, digits));
}

static void write_time(json *out, const information *about) {
    const device_speed *speed = &about->speed;
    const whittle_header *header = &about->read.header;
    device_time time = device_time_estimate(speed, header, whittle_decode_cost(header));
    if (speed->clock > 0 || speed->flash) {
        json_object_start(out, "estimated_seconds");
        json_decimal(out, "computing", time.computing, 3);
        json_decimal(out, "erasing", time.erasing, 3);
        json_decimal(out, "programming", time.programming, 3);
        json_decimal(out, "reading", time.reading, 3);
        json_object_end(out);
    }
}

static void write_whittle(json *out, const information *about) {
    const patch *read = &about->read;
    const whittle_header *header = &read->header;
    json_number(out, "version", header->version);
    json_bool(out, "self_contained", patch_is_self_contained(read));
    json_number(out, "size", header->total_size);
    json_number(out, "header_size", header->header_size);
    json_number(out, "payload_size", header->payload_size);
    if (!patch_is_self_contained(read)) {
        write_image(out, "source", header->source_size, header->source_digest,
                    sizeof header->source_digest);
    }
    write_image(out, "target", header->target_size, header->target_digest,
                sizeof header->target_digest);
    json_number(out, "ram", header->ram);
    json_number(out, "contexts", header->contexts);
    json_number(out, "instructions_per_byte", whittle_decode_cost(header));
    write_time(out, about);
    write_prediction(out, read);
    write_conditions(out, read);
    if (about->is_traced) {
        write_costs(out, &about->trace);
    }
    if (about->segments) {
        write_segments(out, &about->trace);
    }
}

static void write_bsdiff40(json *out, const patch *read) {
    const whittle_bsdiff40_info *legacy = &read->legacy;
    json_bool(out, "self_contained", false);
    json_number(out, "size", read->content.size);
    json_number(out, "control_size", legacy->control_size);
    json_number(out, "difference_size", legacy->difference_size);
    json_number(out, "extra_size", legacy->extra_size);
    json_object_start(out, "target");
    json_number(out, "size", legacy->target_size);
    json_object_end(out);
    json_number(out, "bzip2_level", legacy->level);
    json_number(out, "ram", patch_ram(read));
}

static void write_json(const information *about) {
    const patch *read = &about->read;
    json out;
    json_start(&out, stdout);
    json_text(&out, "file", read->content.path);
    json_text(&out, "format", format_name(read->format));
    if (read->format == FORMAT_WHITTLE) {
        write_whittle(&out, about);
    } else {
        write_bsdiff40(&out, read);
    }
    json_finish(&out);
}

/* ---- The command ---- */

static bool parse(const char *invocation, char **arguments, information *about, operands *found,
                  int *status) {
    const option known[] = {
        {"old", "FILE", "the old image: shows what the patch's bytes are for", read_text,
         &about->old_path},
        {"segments", NULL, "list what is copied and inserted; needs --old", NULL, &about->segments},
        {"clock", "FREQUENCY", CLOCK_HELP, read_clock, &about->speed},
        {"flash", "NAME", FLASH_HELP, read_flash, &about->speed},
        {"json", NULL, "as JSON", NULL, &about->as_json},
    };
    const syntax rules = {
        .operands = "PATCH",
        .purpose = "Shows every field of a patch's header. Needs no image.\n",
        .options = known,
        .option_count = sizeof known / sizeof *known,
        .operand_min = 1,
        .operand_max = 1,
    };
    return options_parse(&rules, invocation, arguments, found, status);
}

/* What only patches of format whittle tell, and self-contained ones without an old image. */
static int check_wishes(const char *invocation, const information *about) {
    const patch *read = &about->read;
    const char *wish = about->segments          ? "--segments"
                       : about->old_path        ? "--old"
                       : about->speed.clock > 0 ? "--clock"
                       : about->speed.flash     ? "--flash"
                                                : NULL;
    if (wish && read->format != FORMAT_WHITTLE) {
        return message_usage(invocation, wish,
                             "this patch is of format BSDIFF40, which does not tell");
    }
    if (about->segments && !about->old_path && !patch_is_self_contained(read)) {
        return message_usage(invocation, wish, "the old image is needed: add --old FILE");
    }
    return STATUS_DONE;
}

static int trace(information *about) {
    static const whittle_image_choice any = {.raw = false};
    const file *content = &about->read.content;
    int status = STATUS_DONE;
    if (about->old_path) {
        status = input_image_read(&about->old, about->old_path, &any);
    }
    if (status == STATUS_DONE) {
        const file *old = &about->old.content;
        int error =
            whittle_trace_patch(old->data, old->size, content->data, content->size, &about->trace);
        about->is_traced = !error;
        status = error ? message_failed(about->old_path ? about->old_path : content->path,
                                        whittle_error_text(error))
                       : STATUS_DONE;
    }
    return status;
}

static int inform(const char *invocation, information *about) {
    int status = check_wishes(invocation, about);
    if (status == STATUS_DONE && (about->old_path || about->segments)) {
        status = trace(about);
    }
    if (status != STATUS_DONE) {
        return status;
    }
    if (about->as_json) {
        write_json(about);
    } else if (about->read.format == FORMAT_WHITTLE) {
        print_whittle(about);
    } else {
        print_bsdiff40(&about->read);
    }
    return STATUS_DONE;
}

int command_info(const char *invocation, char **arguments) {
    information about = {.as_json = false};
    operands found;
    int status;
    if (!parse(invocation, arguments, &about, &found, &status)) {
        return status;
    }
    const char *const inputs[] = {found.names[0], about.old_path};
    status = files_check(inputs, sizeof inputs / sizeof *inputs, NULL);
    if (status == STATUS_DONE) {
        status = patch_read(&about.read, found.names[0]);
    }
    if (status == STATUS_DONE) {
        status = inform(invocation, &about);
        patch_free(&about.read);
    }
    whittle_trace_free(&about.trace);
    input_image_free(&about.old);
    return status;
}
