/* Recognition of layouts. Everything here is a guess that costs bits when wrong, so it only needs
 * to be right on firmware; but it must be safe on any bytes. */
#include "encoder/recognise.h"

#include <stdlib.h>
#include <string.h>

#include "codec/bytes.h"
#include "whittle/error.h"

void layout_raw(layout *found, size_t size, uint32_t base) {
    found->count = size > 0 && size <= UINT32_MAX - base ? 1 : 0;
    found->regions[0] = (whittle_region){0, (uint32_t)size, base};
}

bool layout_given(layout *found, const whittle_region *regions, unsigned count, size_t size) {
    size_t end = 0;
    found->count = 0;
    if (count > LAYOUT_REGION_MAX) {
        return false;
    }
    for (unsigned i = 0; i < count; i++) {
        const whittle_region *region = &regions[i];
        if (region->offset < end || region->offset > size || region->size == 0 ||
            region->size > size - region->offset || region->address > UINT32_MAX - region->size) {
            return false;
        }
        end = region->offset + region->size;
        found->regions[i] = *region;
    }
    found->count = count;
    return true;
}

enum { ESP_MAGIC = 0xE9, ESP_SEGMENT_HEADER = 8, ESP_SEGMENTS_MAX = 16 };

/* Image headers: ESP8266 has 8 bytes before the first segment, its successors 24. */
static const size_t esp_headers[] = {24, 8};

/* Adds the segments of the image at start; returns where they end, or start if it is none. */
static size_t add_esp_image(layout *found, const uint8_t *image, size_t size, size_t start,
                            size_t header) {
    unsigned segments = image[start + 1];
    unsigned first = found->count;
    size_t position = start + header;
    for (unsigned i = 0; i < segments; i++) {
        if (size < ESP_SEGMENT_HEADER || position > size - ESP_SEGMENT_HEADER) {
            found->count = first;
            return start;
        }
        uint32_t address = load_le32(image + position);
        uint32_t length = load_le32(image + position + 4);
        position += ESP_SEGMENT_HEADER;
        if (length > size - position || length > UINT32_MAX - address || address < 0x10000) {
            found->count = first;
            return start;
        }
        if (length > 0 && found->count < LAYOUT_REGION_MAX) {
            found->regions[found->count++] = (whittle_region){(uint32_t)position, length, address};
        }
        position += length;
    }
    return position;
}

bool layout_esp(layout *found, const uint8_t *image, size_t size) {
    static const size_t starts[] = {0, 0x1000, 0x10000, 0x20000};
    size_t end = 0;
    found->count = 0;
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        size_t start = starts[i];
        if (start < end || size < 64 || start > size - 64 || image[start] != ESP_MAGIC ||
            image[start + 1] == 0 || image[start + 1] > ESP_SEGMENTS_MAX) {
            continue;
        }
        for (size_t h = 0; h < 2 && end <= start; h++) {
            size_t reached = add_esp_image(found, image, size, start, esp_headers[h]);
            end = reached > start ? reached : end;
        }
    }
    return found->count > 0;
}

enum { STRING_MIN = 4, SAMPLE_MAX = 1500, VOTES_MIN = 8 };

typedef struct number_list {
    uint32_t *items;
    size_t count;
} number_list;

static int by_value(const void *left, const void *right) {
    uint32_t a = *(const uint32_t *)left;
    uint32_t b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

static bool is_string_start(const uint8_t *image, size_t size, size_t at) {
    if (at == 0 || image[at - 1] != 0 || size - at < STRING_MIN) {
        return false;
    }
    for (size_t i = 0; i < STRING_MIN; i++) {
        if (image[at + i] < 0x20 || image[at + i] > 0x7E) {
            return false;
        }
    }
    return true;
}

static void thin_out(number_list *list, size_t limit) {
    size_t step = list->count / limit + 1;
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i += step) {
        list->items[kept++] = list->items[i];
    }
    list->count = kept;
}

static void collect_strings(const uint8_t *image, size_t size, number_list *list) {
    for (size_t at = 1; at < size; at++) {
        if (is_string_start(image, size, at)) {
            list->items[list->count++] = (uint32_t)at;
        }
    }
    thin_out(list, SAMPLE_MAX);
}

/* Different words that could be addresses. */
static void collect_words(const uint8_t *image, size_t size, bool big_endian, number_list *list) {
    for (size_t at = 0; at + 4 <= size; at += 4) {
        uint32_t word = big_endian ? load_be32(image + at) : load_le32(image + at);
        if (word > 0x1000 && word < 0xFFFF0000u) {
            list->items[list->count++] = word;
        }
    }
    qsort(list->items, list->count, sizeof *list->items, by_value);
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++) {
        if (kept == 0 || list->items[kept - 1] != list->items[i]) {
            list->items[kept++] = list->items[i];
        }
    }
    list->count = kept;
    thin_out(list, 20 * SAMPLE_MAX);
}

static int add_vote(number_list *votes, size_t *capacity, uint32_t base) {
    if (votes->count == *capacity) {
        *capacity = *capacity ? 2 * *capacity : 65536;
        uint32_t *items = realloc(votes->items, *capacity * sizeof *items);
        if (!items) {
            return WHITTLE_ERROR_MEMORY;
        }
        votes->items = items;
    }
    votes->items[votes->count++] = base;
    return WHITTLE_OK;
}

static int by_low_byte(const void *left, const void *right) {
    uint32_t a = *(const uint32_t *)left & 0xFF;
    uint32_t b = *(const uint32_t *)right & 0xFF;
    return a != b ? (a > b) - (a < b) : by_value(left, right);
}

/* All differences that are multiples of 256: only words and strings with the same low byte have
 * such. */
static int collect_votes(const number_list *words, number_list *strings, number_list *votes) {
    size_t starts[257] = {0};
    size_t capacity = 0;
    if (strings->count == 0) {
        return WHITTLE_OK;
    }
    qsort(strings->items, strings->count, sizeof *strings->items, by_low_byte);
    for (size_t i = 0; i < strings->count; i++) {
        starts[(strings->items[i] & 0xFF) + 1]++;
    }
    for (size_t i = 0; i < 256; i++) {
        starts[i + 1] += starts[i];
    }
    for (size_t i = 0; i < words->count; i++) {
        uint32_t word = words->items[i];
        for (size_t k = starts[word & 0xFF]; k < starts[(word & 0xFF) + 1]; k++) {
            int error = add_vote(votes, &capacity, word - strings->items[k]);
            if (error) {
                return error;
            }
        }
    }
    if (votes->count > 0) {
        qsort(votes->items, votes->count, sizeof *votes->items, by_value);
    }
    return WHITTLE_OK;
}

static size_t most_frequent(const number_list *votes, uint32_t *value) {
    size_t best = 0;
    for (size_t i = 0; i < votes->count;) {
        size_t end = i;
        while (end < votes->count && votes->items[end] == votes->items[i]) {
            end++;
        }
        if (end - i > best) {
            best = end - i;
            *value = votes->items[i];
        }
        i = end;
    }
    return best;
}

int find_load_address(const uint8_t *image, size_t size, bool big_endian, bool *found,
                      uint32_t *base) {
    *found = false;
    if (size < 64) {
        return WHITTLE_OK;
    }
    number_list strings = {malloc(size * sizeof(uint32_t)), 0};
    number_list words = {malloc(size * sizeof(uint32_t)), 0};
    number_list votes = {0};
    int error = WHITTLE_ERROR_MEMORY;
    if (strings.items && words.items) {
        collect_strings(image, size, &strings);
        collect_words(image, size, big_endian, &words);
        error = collect_votes(&words, &strings, &votes);
    }
    if (!error) {
        *found = most_frequent(&votes, base) >= VOTES_MIN;
    }
    free(strings.items);
    free(words.items);
    free(votes.items);
    return error;
}
