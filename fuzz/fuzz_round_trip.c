/* Both directions of the format: what the encoder makes of any two images, whatever the options,
 * the decoder turns back into the new one, within the RAM that was asked for, in pieces of any
 * size. The input: six bytes of options, then what fuzz_image_pair makes images of. */
#include <string.h>

#include "fuzz/support/fuzz.h"
#include "fuzz/support/image_pair.h"
#include "support/decoding.h"
#include "whittle/apply.h"

static whittle_encoder_options read_options(fuzz_input *input) {
    static const uint8_t found[] = {WHITTLE_ISA_AUTO, WHITTLE_ISA_MIPS};
    whittle_encoder_options options;
    whittle_encoder_defaults(&options);
    uint8_t isa = fuzz_byte(input) % (WHITTLE_ISA_COUNT + sizeof found);
    uint8_t kind = fuzz_byte(input);
    options.isa = isa < WHITTLE_ISA_COUNT ? isa : found[isa - WHITTLE_ISA_COUNT];
    options.ram = WHITTLE_RAM_MIN + 37u * fuzz_byte(input);
    options.jobs = 1;
    options.full = kind % 16 == 0;
    options.base_given = kind & 1;
    options.has_security_counter = kind & 2;
    options.has_hardware = kind & 4;
    options.firmware_version = kind & 8 ? "1.2.3" : NULL;
    options.base = fuzz_number16(input) << 16;
    options.hardware = options.base ^ kind;
    options.security_counter = fuzz_byte(input);
    return options;
}

static void require_target(const image *target, const uint8_t *made, size_t size) {
    FUZZ_REQUIRE(size == target->size);
    FUZZ_REQUIRE(size == 0 || memcmp(made, target->data, size) == 0);
}

static void require_decoded(const image_pair *images, const image *patch, size_t piece) {
    decoding work = {.source = &images->source, .fill = 0xA5, .piece = piece};
    FUZZ_REQUIRE(decoding_run(&work, patch->data, patch->size) == WHITTLE_OK);
    require_target(&images->target, work.target.data, work.target.size);
    decoding_free(&work);
}

static void require_applied(const image_pair *images, const image *patch) {
    image made;
    FUZZ_REQUIRE(whittle_apply(images->source.data, images->source.size, patch->data, patch->size,
                               NULL, NULL, &made.data, &made.size) == WHITTLE_OK);
    require_target(&images->target, made.data, made.size);
    image_free(&made);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_input input = {data, size};
    whittle_encoder_options options = read_options(&input);
    image_pair images = fuzz_image_pair(&input);
    image patch;
    whittle_header header;
    FUZZ_REQUIRE(whittle_encode(images.source.data, images.source.size, images.target.data,
                                images.target.size, &options, &patch.data,
                                &patch.size) == WHITTLE_OK);
    FUZZ_REQUIRE(whittle_header_read(patch.data, patch.size, &header) == WHITTLE_OK);
    FUZZ_REQUIRE(header.ram <= options.ram && header.total_size == patch.size);
    require_applied(&images, &patch);
    require_decoded(&images, &patch, 1 + size % 100);
    image_free(&patch);
    image_pair_free(&images);
    return 0;
}
