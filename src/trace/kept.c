/* What the new image would be if a part of it had kept its address: linked again, by what the model
 * knows of instruction sets.
 *
 * The predictor walks the copied pieces of the old image, and so tells which bytes are references.
 * Each is resolved where it is now. If it is in the part, or refers into it, it is rewritten for
 * the part's old address. Inserted bytes stay: they are new in any case. Data that looks like a
 * reference stays, too: what it seems to refer to did not go where it seems to. */
#include <stdlib.h>
#include <string.h>

#include "codec/isa/isa.h"
#include "codec/prediction.h"
#include "whittle/trace.h"

/* An image and where it runs. */
typedef struct view {
    whittle_images images;
    const uint8_t *bytes;
    const whittle_region *regions;
    unsigned region_count;
} view;

typedef struct linking {
    view source;
    view target;
    whittle_predictor predictor;
    const whittle_trace *trace;
    whittle_kept *kept;
    uint32_t shift; /* of the part's addresses, modulo 2^32 */
    uint8_t *image;
} linking;

/* A reference as it is in the new image. */
typedef struct found_reference {
    whittle_reference reference; /* not of a pointer */
    uint32_t word;
    uint32_t place;
    uint32_t referred;
} found_reference;

static int read_view(void *context, uint32_t offset, uint8_t *data, size_t size) {
    const view *of = context;
    memcpy(data, of->bytes + offset, size);
    return WHITTLE_OK;
}

static void open_view(view *of, const uint8_t *bytes, uint32_t size, const whittle_region *regions,
                      unsigned region_count, bool big_endian) {
    of->bytes = bytes;
    of->regions = regions;
    of->region_count = region_count;
    of->images.read_source = read_view;
    of->images.context = of;
    of->images.source_size = size;
    of->images.big_endian = big_endian;
}

/* ---- References ---- */

static bool rewrite(const linking *of, uint8_t kind, const found_reference *found, uint32_t place,
                    uint32_t referred, uint32_t *word) {
    *word = referred;
    return kind >= WHITTLE_KIND_POINTER ||
           whittle_isa_rewrite(of->predictor.isa, &found->reference, place, referred, word);
}

/* The reference that the unit became; false if it is another kind of instruction now, or one that
 * would not be made again as it is. */
static bool find_reference(linking *of, const whittle_unit *unit, uint32_t offset,
                           found_reference *found) {
    whittle_images *images = &of->target.images;
    uint32_t word;
    found->word = whittle_word_order(images, whittle_source_load(images, offset, unit->size));
    found->place = unit->place;
    found->referred = found->word;
    if (unit->kind < WHITTLE_KIND_POINTER) {
        if (!whittle_isa_refer(of->predictor.isa, images, offset, unit->place, found->word,
                               &found->reference) ||
            found->reference.kind != unit->kind) {
            return false;
        }
        found->referred = found->reference.referred;
    }
    return rewrite(of, unit->kind, found, found->place, found->referred, &word) &&
           word == found->word;
}

static bool is_in_part(const linking *of, uint32_t offset, uint32_t before) {
    const whittle_kept *kept = of->kept;
    return offset - kept->offset < kept->size && offset - before == (uint32_t)kept->distance;
}

/* Whether the byte at the offset is a copy of the old one there. */
static bool was_copied(const linking *of, uint32_t offset, uint32_t before) {
    const whittle_traced_segment *segments = of->trace->segments;
    size_t first = 0;
    size_t end = of->trace->segment_count;
    while (first < end) {
        size_t middle = first + (end - first) / 2;
        if (segments[middle].target <= offset) {
            first = middle + 1;
        } else {
            end = middle;
        }
    }
    const whittle_traced_segment *segment = first > 0 ? &segments[first - 1] : NULL;
    return segment && segment->copied && offset - segment->target == before - segment->source;
}

/* Whether an address that was referred to went where it is referred to now; sets *along if it went
 * there with the part. Outside the image, as in a ROM, all stays. */
static bool follows(const linking *of, uint32_t before, uint32_t now, bool *along) {
    uint32_t old;
    uint32_t new;
    bool was_inside =
        whittle_address_to_offset(of->source.regions, of->source.region_count, before, &old);
    bool is_inside =
        whittle_address_to_offset(of->target.regions, of->target.region_count, now, &new);
    *along = was_inside && is_inside && is_in_part(of, new, old);
    return was_inside && is_inside ? was_copied(of, new, old) : before == now;
}

static void count_restored(const linking *of, const whittle_unit *unit, uint32_t target,
                           uint32_t word) {
    if (whittle_word_order(&of->target.images, word) == unit->source) {
        of->kept->references++;
        for (uint32_t i = 0; i < unit->size; i++) {
            of->kept->cost += of->trace->costs[target + i];
        }
    }
}

static void link_unit(linking *of, const whittle_unit *unit, uint32_t source, uint32_t target) {
    found_reference found;
    bool along;
    if (!find_reference(of, unit, target, &found) ||
        !follows(of, unit->referred, found.referred, &along)) {
        return;
    }
    uint32_t place = found.place - (is_in_part(of, target, source) ? of->shift : 0);
    uint32_t referred = found.referred - (along ? of->shift : 0);
    uint32_t word;
    if (!rewrite(of, unit->kind, &found, place, referred, &word) || word == found.word) {
        return;
    }
    count_restored(of, unit, target, word);
    uint32_t bytes = whittle_word_order(&of->target.images, word);
    for (uint32_t i = 0; i < unit->size; i++) {
        of->image[target + i] = (uint8_t)(bytes >> 8 * i);
    }
}

static void link_copy(linking *of, const whittle_traced_segment *copy) {
    whittle_predictor_seek(&of->predictor, copy->source);
    for (uint32_t done = 0; done < copy->size;) {
        whittle_unit unit;
        of->source.images.position = copy->target + done;
        whittle_predict(&of->predictor, copy->source + done, copy->size - done, &unit);
        if (unit.kind != WHITTLE_KIND_PLAIN && unit.kind != WHITTLE_KIND_WORD) {
            link_unit(of, &unit, copy->source + done, copy->target + done);
        }
        done += unit.size;
    }
}

/* ---- Regions ---- */

static const whittle_region *region_of(const view *of, uint32_t offset, uint32_t size) {
    for (unsigned i = 0; i < of->region_count; i++) {
        const whittle_region *region = &of->regions[i];
        if (offset >= region->offset && offset - region->offset < region->size) {
            return size <= region->size - (offset - region->offset) ? region : NULL;
        }
    }
    return NULL;
}

static void add_region(whittle_kept *kept, uint32_t offset, uint32_t size, uint32_t address) {
    if (size > 0 && kept->region_count < WHITTLE_REGION_MAX) {
        kept->regions[kept->region_count++] = (whittle_region){offset, size, address};
    }
}

/* The regions of the new image, with one of its own for the part; false if it did not change its
 * address, or has no one address. */
static bool divide_regions(linking *of) {
    whittle_kept *kept = of->kept;
    uint32_t before = kept->offset - (uint32_t)kept->distance;
    const whittle_region *new = region_of(&of->target, kept->offset, kept->size);
    const whittle_region *old = region_of(&of->source, before, kept->size);
    if (!new || !old || of->target.region_count + 2 > WHITTLE_REGION_MAX) {
        return false;
    }
    uint32_t into = kept->offset - new->offset;
    uint32_t end = into + kept->size;
    uint32_t old_address = old->address + (before - old->offset);
    of->shift = new->address + into - old_address;
    for (unsigned i = 0; i < of->target.region_count; i++) {
        const whittle_region *region = &of->target.regions[i];
        if (region == new) {
            add_region(kept, new->offset, into, new->address);
            add_region(kept, kept->offset, kept->size, old_address);
            add_region(kept, new->offset + end, new->size - end, new->address + end);
        } else {
            add_region(kept, region->offset, region->size, region->address);
        }
    }
    return of->shift != 0;
}

/* ---- The whole ---- */

int whittle_trace_keep(const whittle_trace *trace, const uint8_t *source,
                       const whittle_region *regions, whittle_kept *kept, uint8_t *image) {
    const whittle_header *header = &trace->header;
    bool big_endian = header->isa == WHITTLE_ISA_MIPS_BE;
    linking *of = calloc(1, sizeof *of);
    if (!of) {
        return WHITTLE_ERROR_MEMORY;
    }
    kept->references = 0;
    kept->cost = 0;
    kept->region_count = 0;
    of->trace = trace;
    of->kept = kept;
    of->image = image;
    open_view(&of->source, source, header->source_size, regions, header->source_region_count,
              big_endian);
    open_view(&of->target, trace->target, header->target_size,
              regions + header->source_region_count, header->target_region_count, big_endian);
    of->predictor.images = &of->source.images;
    of->predictor.isa = whittle_isa_find(header->isa);
    of->predictor.source_regions = of->source.regions;
    of->predictor.source_region_count = of->source.region_count;
    of->predictor.target_regions = of->target.regions;
    of->predictor.target_region_count = of->target.region_count;
    memcpy(image, trace->target, header->target_size);
    if (divide_regions(of)) {
        for (size_t i = 0; i < trace->segment_count; i++) {
            if (trace->segments[i].copied) {
                link_copy(of, &trace->segments[i]);
            }
        }
    }
    free(of);
    return WHITTLE_OK;
}
