/* What a costly place shows. Each test asks the bytes and costs of the place, and says yes only to
 * what is there: the tools turn the finding into advice, and advice has to be true. */
#include <string.h>

#include "report/steps.h"

/* ---- Text ---- */

static bool is_printable(uint8_t byte) {
    return byte >= 0x20 && byte <= 0x7E;
}

static bool is_digit(uint8_t byte) {
    return byte >= '0' && byte <= '9';
}

static bool is_hexadecimal(uint8_t byte) {
    return is_digit(byte) || (byte >= 'a' && byte <= 'f');
}

static bool is_letter(uint8_t byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

/* Printable bytes without a break. */
typedef struct text_run {
    const uint8_t *bytes;
    uint32_t size;
} text_run;

/* The text that a byte is part of; of no size where it is part of none. */
static text_run text_at(const whittle_trace *trace, uint32_t offset) {
    uint32_t start = offset;
    uint32_t end = offset;
    if (!is_printable(trace->target[offset])) {
        return (text_run){trace->target + offset, 0};
    }
    while (start > 0 && is_printable(trace->target[start - 1])) {
        start--;
    }
    while (end < trace->header.target_size && is_printable(trace->target[end])) {
        end++;
    }
    return (text_run){trace->target + start, end - start};
}

/* 9: a digit; a: a lower case hexadecimal digit; A: a letter; _: a digit or space. */
static bool fits(const uint8_t *bytes, const char *shape) {
    for (; *shape; shape++, bytes++) {
        bool right = *shape == '9'   ? is_digit(*bytes)
                     : *shape == 'a' ? is_hexadecimal(*bytes)
                     : *shape == 'A' ? is_letter(*bytes)
                     : *shape == '_' ? is_digit(*bytes) || *bytes == ' '
                                     : *bytes == (uint8_t)*shape;
        if (!right) {
            return false;
        }
    }
    return true;
}

static bool has_shape(text_run text, const char *shape) {
    uint32_t size = (uint32_t)strlen(shape);
    for (uint32_t at = 0; at + size <= text.size; at++) {
        if (fits(text.bytes + at, shape)) {
            return true;
        }
    }
    return false;
}

static bool has_month(text_run text) {
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    for (uint32_t at = 0; at + 11 <= text.size; at++) {
        for (size_t i = 0; i < sizeof months / sizeof *months; i++) {
            if (memcmp(text.bytes + at, months[i], 3) == 0 &&
                fits(text.bytes + at + 3, " _9 9999")) {
                return true; /* as __DATE__ has it */
            }
        }
    }
    return false;
}

static bool is_date(text_run text) {
    return has_month(text) || has_shape(text, "99:99:99") || has_shape(text, "9999-99-99") ||
           has_shape(text, "9999/99/99");
}

/* The short name of a commit: seven hexadecimal digits behind a dash, of both kinds, and no more.
 */
static bool has_commit(text_run text) {
    for (uint32_t at = 0; at + 8 <= text.size; at++) {
        const uint8_t *digits = text.bytes + at + 1;
        bool any_digit = false;
        bool any_letter = false;
        for (unsigned i = 0; i < 7; i++) {
            any_digit = any_digit || is_digit(digits[i]);
            any_letter = any_letter || is_letter(digits[i]);
        }
        bool ends = at + 8 == text.size || !(is_letter(digits[7]) || is_digit(digits[7]));
        if (fits(text.bytes + at, "-aaaaaaa") && any_digit && any_letter && ends) {
            return true;
        }
    }
    return false;
}

/* How many numbers, divided by dots, begin at that place; where they end, *at is set to. */
static unsigned count_numbers(text_run text, uint32_t *at) {
    unsigned count = 0;
    while (*at < text.size && is_digit(text.bytes[*at])) {
        while (*at < text.size && is_digit(text.bytes[*at])) {
            (*at)++;
        }
        count++;
        if (*at + 1 < text.size && text.bytes[*at] == '.' && is_digit(text.bytes[*at + 1])) {
            (*at)++;
        }
    }
    return count;
}

/* Three numbers, or two behind a "v". Four of them are as well an address on a network. */
static bool has_numbers(text_run text) {
    for (uint32_t at = 0; at < text.size;) {
        bool behind_v = at > 0 && (text.bytes[at - 1] | 0x20) == 'v';
        unsigned count = count_numbers(text, &at);
        if (count == 3 || (count == 2 && behind_v)) {
            return true;
        }
        at += count == 0;
    }
    return false;
}

static bool is_version(text_run text) {
    return has_numbers(text) || has_shape(text, "-gaaaaaaa") || has_commit(text);
}

/* Folders one below the other, from the root of a file system. */
static bool is_path(text_run text) {
    uint32_t slashes = 0;
    for (uint32_t i = 0; i < text.size; i++) {
        slashes += text.bytes[i] == '/';
    }
    return slashes >= 3 && text.bytes[0] == '/' && !has_shape(text, "://");
}

static void copy_text(text_run text, char into[WHITTLE_PLACE_TEXT_SIZE]) {
    uint32_t size =
        text.size < WHITTLE_PLACE_TEXT_SIZE - 1 ? text.size : WHITTLE_PLACE_TEXT_SIZE - 1;
    memcpy(into, text.bytes, size);
    into[size] = '\0';
}

static bool is_costly(const whittle_trace *trace, uint32_t offset) {
    return trace->costs[offset] >= WHITTLE_COST_BIT;
}

/* What share of the costs is spent on text, and which text is the costliest. */
static bool find_text(const whittle_trace *trace, whittle_place *place) {
    uint64_t spent = 0;
    uint64_t most = 0;
    text_run best = {NULL, 0};
    uint32_t end = place->offset + place->size;
    for (uint32_t at = place->offset; at < end;) {
        text_run text = text_at(trace, at);
        if (text.size == 0) {
            at++;
            continue;
        }
        uint32_t stop = (uint32_t)(text.bytes - trace->target) + text.size;
        uint64_t cost = 0;
        for (; at < stop && at < end; at++) {
            cost += is_costly(trace, at) ? trace->costs[at] : 0;
        }
        /* Three printable bytes in a row are in any code. */
        spent += text.size >= 5 ? cost : 0;
        if (text.size >= 5 && cost > most) {
            best = text;
            most = cost;
        }
    }
    if (spent < place->cost / 2 || !best.bytes) {
        return false;
    }
    place->finding = is_date(best)      ? WHITTLE_FINDING_DATE
                     : is_version(best) ? WHITTLE_FINDING_VERSION
                     : is_path(best)    ? WHITTLE_FINDING_PATH
                                        : WHITTLE_FINDING_TEXT;
    copy_text(best, place->text);
    return true;
}

/* ---- Bytes without a pattern ---- */

enum { DENSE_MIN = 256 };

/* As costly as random bytes, and as evenly spread over all values. */
static bool is_dense(const whittle_trace *trace, const whittle_place *place) {
    uint32_t counts[256] = {0};
    uint64_t pairs = 0; /* equal ones: about size * size / 256 / 2 for random bytes */
    uint32_t spelled =
        place->bytes[WHITTLE_ORIGIN_INSERTED] + place->bytes[WHITTLE_ORIGIN_CORRECTED];
    if (place->size < DENSE_MIN || spelled < place->size / 10 * 9) {
        return false;
    }
    for (uint32_t i = 0; i < place->size; i++) {
        pairs += counts[trace->target[place->offset + i]]++;
    }
    uint64_t expected = (uint64_t)place->size * (place->size - 1) / 512;
    return place->cost > place->size * (WHITTLE_COST_BIT * 15 / 2) && pairs < expected * 5 / 4;
}

/* ---- Words that look like addresses ---- */

enum { WORDS_MIN = 4, WORD_DISTANCE_MAX = 1 << 20 };

static uint32_t word_at(const whittle_report *report, const uint8_t *bytes) {
    bool big = report->input->trace->header.isa == WHITTLE_ISA_MIPS_BE;
    uint32_t word = 0;
    for (unsigned i = 0; i < 4; i++) {
        word |= (uint32_t)bytes[i] << 8 * (big ? 3 - i : i);
    }
    return word;
}

/* The source bytes that a place of the target was copied from; NULL for inserted ones. */
static const uint8_t *source_of(const whittle_report *report, uint32_t offset, uint32_t size) {
    const whittle_trace *trace = report->input->trace;
    size_t first = 0;
    size_t end = trace->segment_count;
    while (first < end) {
        size_t middle = first + (end - first) / 2;
        if (trace->segments[middle].target <= offset) {
            first = middle + 1;
        } else {
            end = middle;
        }
    }
    if (first == 0) {
        return NULL;
    }
    const whittle_traced_segment *segment = &trace->segments[first - 1];
    bool whole = segment->copied && offset - segment->target + size <= segment->size;
    return whole ? report->input->source + segment->source + (offset - segment->target) : NULL;
}

static bool is_moved_address(uint32_t word, uint32_t old) {
    uint32_t distance = word > old ? word - old : old - word;
    uint32_t top = word >> 24;
    return distance > 0 && distance < WORD_DISTANCE_MAX && top == old >> 24 && top != 0 &&
           top != 0xFF;
}

/* A table of aligned words, most of the place and of its cost, that lie near what they were before
 * and all in the same part of the address space. */
static bool find_pointers(const whittle_report *report, whittle_place *place) {
    const whittle_trace *trace = report->input->trace;
    uint64_t spent = 0;
    uint32_t end = place->offset + place->size;
    end = (end + 3) & ~3u; /* a word may end with bytes that cost nothing */
    for (uint32_t at = place->offset & ~3u; at + 4 <= end && at + 4 <= trace->header.target_size;
         at += 4) {
        const uint8_t *before = source_of(report, at, 4);
        uint32_t word = word_at(report, trace->target + at);
        bool fits_in = place->words == 0 || word >> 24 == place->example >> 24;
        if (before && fits_in && is_moved_address(word, word_at(report, before))) {
            place->example = word;
            place->words++;
            for (unsigned i = 0; i < 4; i++) {
                spent += trace->costs[at + i];
            }
        }
    }
    return place->words >= WORDS_MIN && place->words * 8 >= place->size && spent >= place->cost / 2;
}

/* ---- Symbols ---- */

/* The symbol of the place's item, if it is one. */
static const whittle_symbol *symbol_of(const whittle_report *report, const whittle_place *place) {
    const whittle_symbols *symbols = report->input->new_symbols;
    const whittle_item *item = place->item;
    bool named = item->kind == WHITTLE_SYMBOL_FUNCTION || item->kind == WHITTLE_SYMBOL_OBJECT;
    for (size_t i = 0; named && symbols && i < symbols->count; i++) {
        if (symbols->list[i].offset == item->offset && symbols->list[i].name == item->name) {
            return &symbols->list[i];
        }
    }
    return NULL;
}

static bool find_new_symbol(const whittle_report *report, whittle_place *place) {
    const whittle_symbol *symbol = symbol_of(report, place);
    if (!symbol || !report->changes.by_symbols) {
        return false;
    }
    const whittle_symbol *old = report_old_symbol(report, symbol);
    if (!old) {
        place->finding = WHITTLE_FINDING_NEW;
        return true;
    }
    bool grew = symbol->size > old->size &&
                place->bytes[WHITTLE_ORIGIN_INSERTED] > place->bytes[WHITTLE_ORIGIN_CORRECTED];
    place->old_size = old->size;
    place->finding = WHITTLE_FINDING_GREW;
    return grew && place->placing < place->cost / 2;
}

/* ---- The judgement ---- */

void report_judge_place(const whittle_report *report, whittle_place *place) {
    const whittle_trace *trace = report->input->trace;
    if (find_text(trace, place)) {
        return;
    }
    if (is_dense(trace, place)) {
        place->finding = WHITTLE_FINDING_DENSE;
    } else if (find_pointers(report, place)) {
        place->finding = WHITTLE_FINDING_POINTERS;
    } else if (find_new_symbol(report, place)) {
        return;
    } else if (place->pieces > 1 && place->placing >= place->cost / 2) {
        place->finding = WHITTLE_FINDING_ORDER;
    } else if (place->bytes[WHITTLE_ORIGIN_INSERTED] <= place->bytes[WHITTLE_ORIGIN_CORRECTED]) {
        place->finding = WHITTLE_FINDING_CHANGED;
    } else {
        place->finding = WHITTLE_FINDING_INSERTED;
    }
}
