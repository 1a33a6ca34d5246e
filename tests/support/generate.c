/* Numbers come from splitmix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number
 * generators"). */
#include "support/generate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/bytes.h"

generator generator_start(uint64_t seed) {
    return (generator){seed};
}

uint32_t generate_word(generator *from) {
    uint64_t mixed = from->state += 0x9E3779B97F4A7C15u;
    mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9u;
    mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EBu;
    return (uint32_t)(mixed >> 32);
}

uint32_t generate_below(generator *from, uint32_t limit) {
    return (uint32_t)((uint64_t)generate_word(from) * limit >> 32);
}

uint32_t generate_magnitude(generator *from) {
    return generate_word(from) >> generate_below(from, 32);
}

void generate_bytes(generator *from, uint8_t *data, size_t size) {
    for (size_t i = 0; i < size; i++) {
        data[i] = (uint8_t)generate_word(from);
    }
}

static void *allocate(void *old, size_t size) {
    void *memory = realloc(old, size ? size : 1);
    if (!memory) {
        perror("generate");
        exit(EXIT_FAILURE);
    }
    return memory;
}

image image_of_bytes(generator *from, size_t size) {
    image new = {allocate(NULL, size), size};
    generate_bytes(from, new.data, size);
    return new;
}

image image_of_value(uint8_t value, size_t size) {
    image new = {allocate(NULL, size), size};
    memset(new.data, value, size);
    return new;
}

image image_of_pattern(generator *from, size_t pattern, size_t size) {
    image new = {allocate(NULL, size), size};
    for (size_t i = 0; i < size; i++) {
        new.data[i] = i < pattern ? (uint8_t)generate_word(from) : new.data[i - pattern];
    }
    return new;
}

image image_copy(const image *original) {
    image new = {allocate(NULL, original->size), original->size};
    if (original->size) {
        memcpy(new.data, original->data, original->size);
    }
    return new;
}

void image_free(image *gone) {
    free(gone->data);
    *gone = (image){0};
}

void image_flip(generator *from, image *edited, size_t count) {
    for (size_t i = 0; i < count && edited->size; i++) {
        uint32_t at = generate_below(from, (uint32_t)edited->size);
        edited->data[at] ^= (uint8_t)(1 + generate_below(from, 255));
    }
}

void image_insert(generator *from, image *edited, size_t size) {
    size_t at = generate_below(from, (uint32_t)edited->size + 1);
    edited->data = allocate(edited->data, edited->size + size);
    memmove(edited->data + at + size, edited->data + at, edited->size - at);
    generate_bytes(from, edited->data + at, size);
    edited->size += size;
}

void image_delete(generator *from, image *edited, size_t size) {
    size = size < edited->size ? size : edited->size;
    size_t at = generate_below(from, (uint32_t)(edited->size - size) + 1);
    memmove(edited->data + at, edited->data + at + size, edited->size - size - at);
    edited->size -= size;
}

void image_move(generator *from, image *edited, size_t size) {
    size = size < edited->size ? size : edited->size;
    uint32_t rest = (uint32_t)(edited->size - size);
    size_t at = generate_below(from, rest + 1);
    size_t to = generate_below(from, rest + 1);
    uint8_t *moved = allocate(NULL, size);
    memcpy(moved, edited->data + at, size);
    memmove(edited->data + at, edited->data + at + size, rest - at);
    memmove(edited->data + to + size, edited->data + to, rest - to);
    memcpy(edited->data + to, moved, size);
    free(moved);
}

/* ---- Programs ---- */

enum { FUNCTION_MAX = 4096, STRING_COUNT = 64, VARIABLE_COUNT = 128, POOL_WORDS = 4 };

#define RAM_BASE 0x20000000u

/* Everything about a function follows from its seed and its count of changes. */
typedef struct function {
    uint64_t seed;
    uint32_t changes; /* instructions changed since it was written */
    uint32_t name;    /* what callers know it by */
} function;

struct firmware {
    function functions[FUNCTION_MAX]; /* in the order of their places */
    unsigned count;
    uint32_t names;             /* given so far */
    uint32_t first_names;       /* of the first release: these are called */
    uint32_t variables_shifted; /* variables from this one on ... */
    uint32_t variable_shift;    /* ... lie that much higher */
};

/* Where a linker put everything. */
typedef struct places {
    uint32_t functions[2 * FUNCTION_MAX]; /* image offset by name; 0: there is none */
    uint32_t strings[STRING_COUNT];
    uint32_t size;
} places;

static function new_function(generator *from, firmware *program) {
    uint64_t seed = (uint64_t)generate_word(from) << 32 | generate_word(from);
    return (function){.seed = seed, .name = program->names++};
}

firmware *firmware_generate(generator *from, unsigned functions) {
    firmware *program = allocate(NULL, sizeof *program);
    memset(program, 0, sizeof *program);
    program->variables_shifted = VARIABLE_COUNT;
    while (program->count < functions && program->count < FUNCTION_MAX / 2) {
        program->functions[program->count++] = new_function(from, program);
    }
    program->first_names = program->names;
    return program;
}

void firmware_free(firmware *gone) {
    free(gone);
}

static void add_function(firmware *program, unsigned at, function added) {
    memmove(&program->functions[at + 1], &program->functions[at],
            (program->count - at) * sizeof added);
    program->functions[at] = added;
    program->count++;
}

static function remove_function(firmware *program, unsigned at) {
    function removed = program->functions[at];
    program->count--;
    memmove(&program->functions[at], &program->functions[at + 1],
            (program->count - at) * sizeof removed);
    return removed;
}

void firmware_edit(generator *from, firmware *edited, unsigned edits) {
    edited->variables_shifted = generate_below(from, VARIABLE_COUNT);
    edited->variable_shift += 4 + 4 * generate_below(from, 4);
    for (unsigned i = 0; i < edits; i++) {
        unsigned at = generate_below(from, edited->count);
        unsigned kind = generate_below(from, 4);
        if (kind == 0 && edited->count < FUNCTION_MAX && edited->names < 2 * FUNCTION_MAX) {
            add_function(edited, at, new_function(from, edited));
        } else if (kind == 1 && edited->count > 1) {
            (void)remove_function(edited, at);
        } else if (kind == 2) {
            function moved = remove_function(edited, at);
            add_function(edited, generate_below(from, edited->count + 1), moved);
        } else {
            edited->functions[at].changes++;
        }
    }
}

/* Instructions of a function, its literal pool left out. */
static unsigned instruction_count(const function *shape) {
    return 16 + (unsigned)(shape->seed >> 8 & 63);
}

static void put_call(uint8_t *code, uint32_t offset, uint32_t callee) {
    uint32_t distance = callee - (offset + 4);
    uint32_t sign = distance >> 31;
    uint32_t j1 = bits_of(distance, 23, 1) ^ sign ^ 1;
    uint32_t j2 = bits_of(distance, 22, 1) ^ sign ^ 1;
    store_le16(code, 0xF000 | sign << 10 | bits_of(distance, 12, 10));
    store_le16(code + 2, 0xD000 | j1 << 13 | j2 << 11 | bits_of(distance, 1, 11));
}

static uint32_t pool_word(generator *from, const firmware *program, const places *linked) {
    uint32_t chosen = generate_word(from);
    if (chosen & 1) {
        return FIRMWARE_BASE + linked->strings[chosen >> 8 & (STRING_COUNT - 1)];
    }
    uint32_t variable = chosen >> 8 & (VARIABLE_COUNT - 1);
    uint32_t shift = variable >= program->variables_shifted ? program->variable_shift : 0;
    return RAM_BASE + 8 * variable + shift;
}

/* Instructions of one size, so that a function's size is known before anything is placed: two plain
 * ones, or a call, or a literal load and a plain one. */
static void put_function(const firmware *program, const function *shape, const places *linked,
                         uint8_t *data, uint32_t offset) {
    static const uint16_t common[] = {0x4620, 0x2000, 0x6820, 0x6060,
                                      0xB510, 0xBD10, 0x2800, 0x1C40};
    generator body = generator_start(shape->seed);
    unsigned count = instruction_count(shape);
    uint32_t pool = offset + 4 * count;
    for (unsigned i = 0; i < count; i++) {
        uint8_t *code = data + offset + 4 * i;
        uint32_t chosen = generate_word(&body);
        store_le16(code, common[chosen & 7] + (chosen >> 8 & 0x3F));
        store_le16(code + 2, common[chosen >> 4 & 7] + (chosen >> 16 & 7));
        if (i < shape->changes) {
            store_le16(code, common[(chosen + i) & 7] ^ 0x09);
        } else if (chosen >> 28 < 4) {
            uint32_t callee = linked->functions[(chosen >> 4) % program->first_names];
            put_call(code, offset + 4 * i, callee);
        } else if (chosen >> 28 < 7) {
            uint32_t word = pool + 4 * (chosen >> 6 & (POOL_WORDS - 1));
            store_le16(code, 0x4800 | (chosen & 0x700) | (word - (offset + 4 * i + 4)) >> 2);
        }
    }
    for (unsigned i = 0; i < POOL_WORDS; i++) {
        store_le32(data + pool + 4 * i, pool_word(&body, program, linked));
    }
}

/* Strings come behind the functions: letters, and a NUL before and after each. */
static uint32_t string_size(unsigned number) {
    return 8 + number * 7 % 23;
}

static void put_string(uint8_t *data, unsigned number) {
    generator letters = generator_start(number);
    uint32_t size = string_size(number);
    for (uint32_t i = 0; i + 1 < size; i++) {
        data[i] = (uint8_t)('a' + generate_below(&letters, 26));
    }
    data[size - 1] = 0;
}

static void place(const firmware *program, places *linked) {
    uint32_t next = 8;
    memset(linked, 0, sizeof *linked);
    for (unsigned i = 0; i < program->count; i++) {
        linked->functions[program->functions[i].name] = next;
        next += 4 * (instruction_count(&program->functions[i]) + POOL_WORDS);
    }
    next += 4;
    for (unsigned i = 0; i < STRING_COUNT; i++) {
        linked->strings[i] = next;
        next += string_size(i);
    }
    linked->size = next;
}

image firmware_link(const firmware *program) {
    places *linked = allocate(NULL, sizeof *linked);
    place(program, linked);
    image new = image_of_value(0, linked->size);
    store_le32(new.data, RAM_BASE + 0x8000); /* the vector table: stack pointer, reset */
    store_le32(new.data + 4, FIRMWARE_BASE + linked->functions[program->functions[0].name] + 1);
    for (unsigned i = 0; i < program->count; i++) {
        const function *shape = &program->functions[i];
        put_function(program, shape, linked, new.data, linked->functions[shape->name]);
    }
    for (unsigned i = 0; i < STRING_COUNT; i++) {
        put_string(new.data + linked->strings[i], i);
    }
    free(linked);
    return new;
}

void firmware_release(generator *from, unsigned functions, unsigned edits, image *before,
                      image *after) {
    firmware *program = firmware_generate(from, functions);
    *before = firmware_link(program);
    firmware_edit(from, program, edits);
    *after = firmware_link(program);
    firmware_free(program);
}
