/* The words of reports. What cannot be known from the patch is not said: where a finding only looks
 * like something, the words say so. */
#include "words.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "symbol_name.h"

/* Names told of a list before "and so many more". */
enum { NAMES_TOLD = 5, NAME_WIDTH = 48 };

/* ---- Numbers and names ---- */

const char *grouped(uint64_t number, char text[NUMBER_MAX]) {
    char digits[24];
    int count = snprintf(digits, sizeof digits, "%llu", (unsigned long long)number);
    size_t used = 0;
    for (int i = 0; i < count; i++) {
        if (i > 0 && (count - i) % 3 == 0) {
            text[used++] = ',';
        }
        text[used++] = digits[i];
    }
    text[used] = '\0';
    return text;
}

double bits_of(int64_t cost) {
    return (double)cost / (double)WHITTLE_COST_BIT;
}

/* Of the least number, too, which has no counterpart above 0. */
static uint64_t magnitude(int64_t number) {
    return number < 0 ? (uint64_t)(-(number + 1)) + 1 : (uint64_t)number;
}

const char *cost_in_bytes(int64_t cost, char text[NUMBER_MAX]) {
    uint64_t tenths = (magnitude(cost) * 10 + WHITTLE_COST_BYTE / 2) / WHITTLE_COST_BYTE;
    char whole[NUMBER_MAX];
    (void)snprintf(text, NUMBER_MAX, "%s%s.%u", cost < 0 && tenths > 0 ? "−" : "",
                   grouped(tenths / 10, whole), (unsigned)(tenths % 10));
    return text;
}

const char *origin_in_words(whittle_origin origin) {
    static const char *const words[WHITTLE_ORIGIN_COUNT] = {
        [WHITTLE_ORIGIN_COPIED] = "copied",
        [WHITTLE_ORIGIN_PREDICTED] = "predicted",
        [WHITTLE_ORIGIN_CORRECTED] = "corrected",
        [WHITTLE_ORIGIN_INSERTED] = "inserted",
    };
    return words[origin];
}

static const struct {
    const char *name;
    const char *words;
    const char *explained;
} parts[WHITTLE_PART_COUNT] = {
    [WHITTLE_PART_HEADER] = {"header", "Header", "sizes, digests, regions, the decoder’s memory"},
    [WHITTLE_PART_MAP] = {"map", "Address map", "where the large pieces of the old image went"},
    [WHITTLE_PART_SEGMENTS] = {"segments", "Placing copies",
                               "where copied pieces come from, begin and end"},
    [WHITTLE_PART_FLAGS] = {"flags", "Confirming copies",
                            "which copied bytes are as they were, or as predicted"},
    [WHITTLE_PART_CORRECTIONS] = {"corrections", "Corrected bytes",
                                  "bytes changed in place, spelled out"},
    [WHITTLE_PART_INSERTED] = {"inserted", "Inserted bytes", "new code and data"},
    [WHITTLE_PART_ROUNDING] = {"rounding", "Rounding", "to whole bytes at the payload’s end"},
    [WHITTLE_PART_SIGNATURE] = {"signature", "Signature", "ECDSA, and the key’s id"},
    [WHITTLE_PART_CHECKSUM] = {"checksum", "Checksum", "CRC-32"},
};

const char *part_in_words(whittle_patch_part part) {
    return parts[part].words;
}

const char *part_name(whittle_patch_part part) {
    return parts[part].name;
}

const char *part_explained(whittle_patch_part part) {
    return parts[part].explained;
}

const char *kind_in_words(whittle_symbol_kind kind) {
    static const char *const words[WHITTLE_SYMBOL_KIND_COUNT] = {
        [WHITTLE_SYMBOL_FUNCTION] = "function",
        [WHITTLE_SYMBOL_OBJECT] = "object",
        [WHITTLE_SYMBOL_SECTION] = "section",
        [WHITTLE_SYMBOL_RANGE] = "range",
    };
    return words[kind];
}

static const struct {
    const char *name;
    const char *words;
} findings[WHITTLE_FINDING_COUNT] = {
    [WHITTLE_FINDING_DATE] = {"date", "A date or time of a build"},
    [WHITTLE_FINDING_VERSION] = {"version", "A version"},
    [WHITTLE_FINDING_PATH] = {"path", "The path of a file"},
    [WHITTLE_FINDING_TEXT] = {"text", "Text"},
    [WHITTLE_FINDING_DENSE] = {"dense", "Data without a pattern"},
    [WHITTLE_FINDING_POINTERS] = {"pointers", "A table of addresses"},
    [WHITTLE_FINDING_NEW] = {"new", "New in this version"},
    [WHITTLE_FINDING_ORDER] = {"order", "Small pieces in a new order"},
    [WHITTLE_FINDING_GREW] = {"grew", "It grew"},
    [WHITTLE_FINDING_CHANGED] = {"changed", "Changed in place"},
    [WHITTLE_FINDING_INSERTED] = {"inserted", "New bytes"},
};

const char *finding_name(whittle_finding finding) {
    return findings[finding].name;
}

const char *finding_in_words(whittle_finding finding) {
    return findings[finding].words;
}

/* ---- Sentences ---- */

/* A sentence being put together; what does not fit is cut off. */
typedef struct sentence {
    char text[SENTENCE_MAX];
    size_t used;
} sentence;

__attribute__((format(printf, 2, 3))) static void say(sentence *of, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int count = vsnprintf(of->text + of->used, sizeof of->text - of->used, format, arguments);
    va_end(arguments);
    if (count > 0) {
        size_t room = sizeof of->text - of->used - 1;
        of->used += (size_t)count < room ? (size_t)count : room;
    }
}

static void say_count(sentence *of, uint64_t count, const char *what) {
    char number[NUMBER_MAX];
    say(of, "%s %s%s", grouped(count, number), what, count == 1 ? "" : "s");
}

/* "12 functions and 3 objects (4,512 bytes)". */
static void say_things(sentence *of, const whittle_move *move) {
    char number[NUMBER_MAX];
    if (move->functions > 0) {
        say_count(of, move->functions, "function");
    }
    if (move->functions > 0 && move->objects > 0) {
        say(of, " and ");
    }
    if (move->objects > 0) {
        say_count(of, move->objects, "object");
    }
    if (move->functions > 0 || move->objects > 0) {
        say(of, " (%s bytes)", grouped(move->bytes, number));
    } else {
        say_count(of, move->bytes, "copied byte");
    }
}

const char *with_sign(int64_t number, char text[NUMBER_MAX]) {
    char digits[NUMBER_MAX];
    (void)snprintf(text, NUMBER_MAX, "%s%s", number < 0 ? "−" : "+",
                   grouped(magnitude(number), digits));
    return text;
}

static void tell_moves(const whittle_changes *changes, sentence_teller *tell, void *context) {
    for (size_t i = 0; i < changes->move_count; i++) {
        const whittle_move *move = &changes->moves[i];
        sentence of = {.used = 0};
        char number[NUMBER_MAX];
        say_things(&of, move);
        if (move->distance == 0) {
            say(&of, " stayed in place.");
        } else {
            say(&of, " moved by %s.", with_sign(move->distance, number));
        }
        tell(context, of.text);
    }
    if (changes->other_moves > 0) {
        sentence of = {.used = 0};
        say_things(&of, &changes->other);
        say(&of, " moved by ");
        say_count(&of, changes->other_moves, "other distance");
        say(&of, ".");
        tell(context, of.text);
    }
}

/* One name of a list, with what is to be told of it; behind the last one that is told, how many
 * more there are. */
static void say_name(sentence *of, size_t index, size_t count, const whittle_symbol *symbol,
                     const char *told) {
    char text[SYMBOL_NAME_MAX];
    const char *name = symbol_name(symbol->name, text);
    say(of, "%s%.*s%s%s", index == 0 ? "" : ", ", symbol_name_cut(name, NAME_WIDTH), name,
        strlen(name) > NAME_WIDTH ? "…" : "", told);
    if (index + 1 == NAMES_TOLD && count > NAMES_TOLD) {
        char number[NUMBER_MAX];
        say(of, " and %s more", grouped(count - NAMES_TOLD, number));
    }
}

static uint64_t total_size(const whittle_symbol **list, size_t count) {
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += list[i]->size;
    }
    return sum;
}

static void tell_list(const whittle_symbol **list, size_t count, const char *what,
                      sentence_teller *tell, void *context) {
    sentence of = {.used = 0};
    char number[NUMBER_MAX];
    if (count == 0) {
        return;
    }
    say_count(&of, count, "function");
    say(&of, " or object%s %s %s (%s bytes): ", count == 1 ? "" : "s", count == 1 ? "is" : "are",
        what, grouped(total_size(list, count), number));
    for (size_t i = 0; i < count && i < NAMES_TOLD; i++) {
        say_name(&of, i, count, list[i], "");
    }
    say(&of, ".");
    tell(context, of.text);
}

static void tell_resized(const whittle_changes *changes, sentence_teller *tell, void *context) {
    sentence of = {.used = 0};
    size_t count = changes->resized_count;
    if (count == 0) {
        return;
    }
    say_count(&of, count, "function");
    say(&of, " or object%s of another size: ", count == 1 ? " is" : "s are");
    for (size_t i = 0; i < count && i < NAMES_TOLD; i++) {
        const whittle_resized *resized = &changes->resized[i];
        int64_t by = (int64_t)resized->symbol->size - resized->old_size;
        char number[NUMBER_MAX];
        char told[NUMBER_MAX + 1];
        (void)snprintf(told, sizeof told, " %s", with_sign(by, number));
        say_name(&of, i, count, resized->symbol, told);
    }
    say(&of, ".");
    tell(context, of.text);
}

static void tell_functions(const whittle_changes *changes, sentence_teller *tell, void *context) {
    sentence of = {.used = 0};
    say(&of, "Of the functions in both versions, ");
    char number[NUMBER_MAX];
    say(&of, "%s are the same, ", grouped(changes->functions_same, number));
    say(&of, "%s are the same but for addresses in them, and ",
        grouped(changes->functions_readdressed, number));
    say(&of, "%s really changed.", grouped(changes->functions_changed, number));
    tell(context, of.text);
}

static const whittle_symbol *find_section(const whittle_symbols *in, const char *name) {
    for (size_t i = 0; i < in->section_count; i++) {
        if (strcmp(in->sections[i].name, name) == 0) {
            return &in->sections[i];
        }
    }
    return NULL;
}

/* Sections that moved or are of another size; new ones and those that are gone are seen by their
 * contents. */
static void tell_sections(const whittle_report_input *input, sentence_teller *tell, void *context) {
    if (!input || !input->old_symbols || !input->new_symbols) {
        return;
    }
    for (size_t i = 0; i < input->new_symbols->section_count; i++) {
        const whittle_symbol *new = &input->new_symbols->sections[i];
        const whittle_symbol *old = find_section(input->old_symbols, new->name);
        int64_t moved = old ? (int64_t) new->offset - old->offset : 0;
        int64_t grown = old ? (int64_t) new->size - old->size : 0;
        sentence of = {.used = 0};
        char number[NUMBER_MAX];
        if (moved == 0 && grown == 0) {
            continue;
        }
        say(&of, "Section %.*s", NAME_WIDTH, new->name);
        if (moved != 0) {
            say(&of, " moved by %s%s", with_sign(moved, number), grown != 0 ? ", and" : "");
        }
        if (grown != 0) {
            say(&of, " changed its size by %s", with_sign(grown, number));
        }
        say(&of, ".");
        tell(context, of.text);
    }
}

static void tell_bytes(const whittle_changes *changes, sentence_teller *tell, void *context) {
    char number[NUMBER_MAX];
    char cost[NUMBER_MAX];
    sentence inserted = {.used = 0};
    if (changes->bytes[WHITTLE_ORIGIN_INSERTED] > 0) {
        say_count(&inserted, changes->bytes[WHITTLE_ORIGIN_INSERTED], "byte");
        say(&inserted, " %s new, in ", changes->bytes[WHITTLE_ORIGIN_INSERTED] == 1 ? "is" : "are");
        say_count(&inserted, changes->insertions, "place");
        say(&inserted, "; that takes %s bytes of the patch.",
            cost_in_bytes((int64_t)changes->cost[WHITTLE_ORIGIN_INSERTED], cost));
        tell(context, inserted.text);
    }
    sentence predicted = {.used = 0};
    if (changes->bytes[WHITTLE_ORIGIN_PREDICTED] > 0) {
        say(&predicted, "%s bytes changed only because what they refer to moved. They were",
            grouped(changes->bytes[WHITTLE_ORIGIN_PREDICTED], number));
        say(&predicted, " predicted, which takes %s bytes of the patch.",
            cost_in_bytes((int64_t)changes->cost[WHITTLE_ORIGIN_PREDICTED], cost));
        tell(context, predicted.text);
    }
    sentence dropped = {.used = 0};
    if (changes->dropped > 0) {
        say_count(&dropped, changes->dropped, "byte");
        say(&dropped, " of the old image %s no longer used.", changes->dropped == 1 ? "is" : "are");
        tell(context, dropped.text);
    }
}

void tell_changes(const whittle_report *report, sentence_teller *tell, void *context) {
    const whittle_changes *changes = &report->changes;
    if (changes->by_symbols) {
        tell_functions(changes, tell, context);
    }
    tell_sections(report->input, tell, context);
    tell_moves(changes, tell, context);
    if (changes->by_symbols) {
        tell_list(changes->added, changes->added_count, "new", tell, context);
        tell_list(changes->removed, changes->removed_count, "gone", tell, context);
        tell_resized(changes, tell, context);
    }
    tell_bytes(changes, tell, context);
}

/* ---- Advice ---- */

static void say_bits_per_byte(sentence *of, const whittle_place *place) {
    say(of, "%.1f bits a byte", bits_of((int64_t)place->cost) / place->size);
}

/* A place may cost something though nothing changed: what is near made changes likely. */
static void say_changed(sentence *of, const whittle_place *place) {
    uint32_t changed = place->bytes[WHITTLE_ORIGIN_CORRECTED];
    char number[NUMBER_MAX];
    if (changed == 0) {
        say(of, "All of it is as it was, or what moved addresses make of it. To say so takes "
                "something where much else changed.");
        return;
    }
    say_count(of, changed, "byte");
    say(of,
        changed == 1 ? " of %s is neither what it was nor what moved addresses make of it: "
                     : " of %s are neither what they were nor what moved addresses make of "
                       "them: ",
        grouped(place->size, number));
    say(of, "constants, registers or offsets that changed.");
}

static void advise(const whittle_place *place, sentence *of) {
    char number[NUMBER_MAX];
    switch (place->finding) {
    case WHITTLE_FINDING_DATE:
        say(of,
            "“%s”. Such text differs in every build: set SOURCE_DATE_EPOCH, or leave __DATE__ and "
            "__TIME__ out of the image, and builds can be reproduced.",
            place->text);
        break;
    case WHITTLE_FINDING_VERSION:
        say(of, "“%s”. Keep the version in one place of the image, and let all else refer to it.",
            place->text);
        break;
    case WHITTLE_FINDING_PATH:
        say(of,
            "“%s”. If that is on the machine that built it, a path of its own is in every "
            "image: -ffile-prefix-map of GCC and Clang, --remap-path-prefix of Rust cut it.",
            place->text);
        break;
    case WHITTLE_FINDING_TEXT:
        say(of, "“%s”. Text that is new or was changed.", place->text);
        break;
    case WHITTLE_FINDING_DENSE:
        say_count(of, place->size, "byte");
        say(of, " at ");
        say_bits_per_byte(of, place);
        say(of, ": that looks compressed, encrypted or random, and no patch can make such data "
                "smaller. If it is compressed, put it into the image uncompressed: then only what "
                "changed in it is sent.");
        break;
    case WHITTLE_FINDING_POINTERS:
        say(of,
            "%u words that look like addresses, as 0x%08x, changed by amounts that neither the "
            "address map nor the words before them tell. If they refer to RAM, keep the order "
            "of variables: add new ones behind the others.",
            place->words, place->example);
        break;
    case WHITTLE_FINDING_NEW:
        say(of, "It was not in the old version. ");
        say_count(of, place->size, "byte");
        say(of, " at ");
        say_bits_per_byte(of, place);
        say(of, " %s what new contents cost.", place->size == 1 ? "is" : "are");
        break;
    case WHITTLE_FINDING_ORDER:
        say(of, "%u pieces begin here, and to say where each comes from takes ", place->pieces);
        say(of, "%s bytes. ", cost_in_bytes((int64_t)place->placing, number));
        say(of, "Was code put in another order? The same order of objects and functions at the "
                "linker keeps it together.");
        break;
    case WHITTLE_FINDING_GREW:
        say(of, "From %s bytes ", grouped(place->old_size, number));
        say(of, "to %s; ", grouped(place->item->size, number));
        say(of, "%s of them are new here.", grouped(place->bytes[WHITTLE_ORIGIN_INSERTED], number));
        break;
    case WHITTLE_FINDING_CHANGED:
        say_changed(of, place);
        break;
    case WHITTLE_FINDING_INSERTED:
        say_count(of, place->bytes[WHITTLE_ORIGIN_INSERTED], "byte");
        say(of, " of it %s not taken from the old image; the place takes ",
            place->bytes[WHITTLE_ORIGIN_INSERTED] == 1 ? "is" : "are");
        say_bits_per_byte(of, place);
        say(of, ".");
        break;
    case WHITTLE_FINDING_COUNT:
        break;
    }
}

const char *kept_advice(const kept_part *part, char text[SENTENCE_MAX]) {
    sentence of = {.used = 0};
    char number[NUMBER_MAX];
    say(&of, "It moved by %s. At the address that it had, ",
        with_sign(part->moved->distance, number));
    say_count(&of, part->references, "reference");
    say(&of, " would be the same as before, and the patch %s bytes smaller. ",
        grouped((uint64_t)part->saving, number));
    if (part->moved->section) {
        say(&of, "An address of its own in the linker script, with room before it for what grows, "
                 "keeps it where it is.");
    } else {
        say(&of, "If what begins here has an address of its own in the linker script, with room "
                 "before it for what grows, it stays where it is.");
    }
    memcpy(text, of.text, sizeof of.text);
    return text;
}

const char *place_advice(const whittle_place *place, char text[SENTENCE_MAX]) {
    sentence of = {.used = 0};
    advise(place, &of);
    memcpy(text, of.text, sizeof of.text);
    return text;
}
