/* whittle info PATCH: every field of a patch's header, in words or as JSON. A patch that is damaged
 * is refused, since nothing that it says can be relied upon. */
#include <stdio.h>

#include "command.h"
#include "files.h"
#include "json.h"
#include "message.h"
#include "options.h"
#include "patches.h"
#include "whittle/encoder.h"
#include "whittle/signed_patch.h"
#include "words.h"

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
    whittle_region regions[2 * WHITTLE_REGION_MAX];
    print_field("ISA", isa_name(header->isa));
    if (header->flags & WHITTLE_FLAG_REGIONS) {
        whittle_header_regions(read->content.data, header, regions);
        print_regions("old region", regions, header->source_region_count);
        print_regions("new region", regions + header->source_region_count,
                      header->target_region_count);
    }
    print_number("address map", header->map_entries, " entries");
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

static void print_whittle(const patch *read) {
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
                 WHITTLE_CONTEXT_MAX);
    print_number("work to apply", whittle_decode_cost(header),
                 " instructions per byte of the new image, about");
    print_prediction(read);
    print_conditions(read);
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

static void write_whittle(json *out, const patch *read) {
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
    write_prediction(out, read);
    write_conditions(out, read);
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

static void write_json(const patch *read) {
    json out;
    json_start(&out, stdout);
    json_text(&out, "file", read->content.path);
    json_text(&out, "format", format_name(read->format));
    if (read->format == FORMAT_WHITTLE) {
        write_whittle(&out, read);
    } else {
        write_bsdiff40(&out, read);
    }
    json_finish(&out);
}

/* ---- The command ---- */

int command_info(const char *invocation, char **arguments) {
    bool as_json = false;
    const option known[] = {{"json", NULL, "as JSON", NULL, &as_json}};
    const syntax rules = {
        .operands = "PATCH",
        .purpose = "Shows every field of a patch's header. Needs no image.\n",
        .options = known,
        .option_count = sizeof known / sizeof *known,
        .operand_min = 1,
        .operand_max = 1,
    };
    operands found;
    int status;
    if (!options_parse(&rules, invocation, arguments, &found, &status)) {
        return status;
    }
    patch read;
    status = files_check(found.names, found.count, NULL);
    if (status == STATUS_DONE) {
        status = patch_read(&read, found.names[0]);
    }
    if (status != STATUS_DONE) {
        return status;
    }
    if (as_json) {
        write_json(&read);
    } else if (read.format == FORMAT_WHITTLE) {
        print_whittle(&read);
    } else {
        print_bsdiff40(&read);
    }
    patch_free(&read);
    return STATUS_DONE;
}
