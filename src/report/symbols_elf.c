/* The symbols of an ELF file, by way of libelf and libdw.
 *
 * Each section is looked for where the flat image has it: by its physical address from the lowest
 * one, as objcopy lays it out, or where the image's regions say that its address is. What counts is
 * where its bytes are found. */
#include <dwarf.h>
#include <elfutils/libdw.h>
#include <errno.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>

#include "report/symbol_list.h"
#include "whittle/symbols.h"

enum { SECTION_MAX = 1024, UNIT_MAX = 65536 };

/* The flash of Harvard machines ends there: src/image/elf.c. */
#define AVR_FLASH_END 0x800000u

/* A section that is in the image. */
typedef struct placed_section {
    bool is_placed;
    uint32_t offset; /* in the image */
    uint64_t address;
    uint64_t size;
    const char *name;
} placed_section;

/* The addresses of one source file's code. */
typedef struct code_range {
    uint64_t low;
    uint64_t high;
    const char *unit;
} code_range;

typedef struct elf_symbols {
    const whittle_named_image *image;
    Elf *elf;
    GElf_Ehdr header;
    size_t names;  /* the section with the sections' names */
    uint64_t base; /* physical address of the image's first byte */
    placed_section sections[SECTION_MAX];
    code_range *code;
    size_t code_count;
    symbol_list list;
} elf_symbols;

/* ---- Sections ---- */

/* The physical address of a section with contents; false where it is in no segment. */
static bool physical_address(const elf_symbols *of, const GElf_Shdr *section, uint64_t *address) {
    size_t count;
    bool any_physical = false;
    bool found = false;
    if (elf_getphdrnum(of->elf, &count) != 0) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        GElf_Phdr segment;
        if (!gelf_getphdr(of->elf, (int)i, &segment) || segment.p_type != PT_LOAD) {
            continue;
        }
        any_physical = any_physical || segment.p_paddr != 0;
        if (section->sh_offset >= segment.p_offset &&
            section->sh_offset - segment.p_offset < segment.p_filesz) {
            *address = segment.p_paddr + (section->sh_offset - segment.p_offset);
            found = true;
        }
    }
    if (found && !any_physical) {
        *address = section->sh_addr;
    }
    return found;
}

static bool is_in_flash(const elf_symbols *of, const GElf_Shdr *section, uint64_t *physical) {
    return section->sh_flags & SHF_ALLOC && section->sh_type != SHT_NOBITS &&
           section->sh_size > 0 && physical_address(of, section, physical) &&
           (of->header.e_machine != EM_AVR || *physical < AVR_FLASH_END);
}

static int find_base(elf_symbols *of) {
    Elf_Scn *next = NULL;
    of->base = UINT64_MAX;
    while ((next = elf_nextscn(of->elf, next))) {
        GElf_Shdr section;
        uint64_t physical;
        if (!gelf_getshdr(next, &section)) {
            return WHITTLE_ERROR_IMAGE;
        }
        if (is_in_flash(of, &section, &physical) && physical < of->base) {
            of->base = physical;
        }
    }
    return WHITTLE_OK;
}

/* Bytes of the section that the image has at that offset. */
static uint64_t count_matches(const elf_symbols *of, const Elf_Data *data, uint64_t offset) {
    const whittle_named_image *image = of->image;
    const uint8_t *bytes = data->d_buf;
    uint64_t count = 0;
    for (uint64_t i = 0; bytes && i < data->d_size && offset + i < image->size; i++) {
        count += image->data[offset + i] == bytes[i];
    }
    return count;
}

static bool offset_by_regions(const whittle_named_image *image, uint64_t address,
                              uint64_t *offset) {
    for (unsigned i = 0; i < image->region_count; i++) {
        const whittle_region *region = &image->regions[i];
        if (address >= region->address && address - region->address < region->size) {
            *offset = region->offset + (address - region->address);
            return true;
        }
    }
    return false;
}

static void place_section(elf_symbols *of, Elf_Scn *scn, const GElf_Shdr *section,
                          uint64_t physical) {
    whittle_symbols *into = of->list.into;
    Elf_Data *data = elf_rawdata(scn, NULL);
    size_t index = elf_ndxscn(scn);
    if (!data || index >= SECTION_MAX) {
        return;
    }
    uint64_t offset = physical - of->base;
    uint64_t other;
    uint64_t matches = count_matches(of, data, offset);
    if (matches < data->d_size && offset_by_regions(of->image, section->sh_addr, &other) &&
        count_matches(of, data, other) > matches) {
        offset = other;
        matches = count_matches(of, data, other);
    }
    into->compared += data->d_size;
    into->matched += matches;
    if (offset >= of->image->size) {
        return;
    }
    const char *name = elf_strptr(of->elf, of->names, section->sh_name);
    placed_section *placed = &of->sections[index];
    *placed =
        (placed_section){true, (uint32_t)offset, section->sh_addr, section->sh_size,
                         symbol_list_text(&of->list, name ? name : "", name ? strlen(name) : 0)};
    const found_symbol found = {.symbol = {.offset = placed->offset,
                                           .size = (uint32_t)section->sh_size,
                                           .kind = WHITTLE_SYMBOL_SECTION,
                                           .name = placed->name,
                                           .section = placed->name}};
    symbol_list_add(&of->list, &found);
}

static int place_sections(elf_symbols *of) {
    int error = find_base(of);
    Elf_Scn *next = NULL;
    while (!error && (next = elf_nextscn(of->elf, next))) {
        GElf_Shdr section;
        uint64_t physical;
        if (!gelf_getshdr(next, &section)) {
            return WHITTLE_ERROR_IMAGE;
        }
        if (is_in_flash(of, &section, &physical)) {
            place_section(of, next, &section, physical);
        }
    }
    return error;
}

/* ---- Source files ---- */

/* Paths may be long; the last folder and the name tell enough. */
static const char *short_path(const char *path) {
    const char *last = path;
    const char *before = path;
    for (const char *at = path; *at; at++) {
        if (*at == '/' && at[1] != '\0') {
            before = last;
            last = at + 1;
        }
    }
    return before;
}

static void add_code(elf_symbols *of, Dwarf_Die *unit) {
    Dwarf_Addr base;
    Dwarf_Addr low;
    Dwarf_Addr high;
    ptrdiff_t next = 0;
    const char *path = dwarf_diename(unit);
    if (!path) {
        return;
    }
    const char *shown = short_path(path);
    const char *name = symbol_list_text(&of->list, shown, strlen(shown));
    while ((next = dwarf_ranges(unit, next, &base, &low, &high)) > 0) {
        if (of->code_count == UNIT_MAX || low >= high || !name) {
            continue;
        }
        of->code[of->code_count++] = (code_range){low, high, name};
    }
}

static int compare_code(const void *one, const void *other) {
    const code_range *a = one;
    const code_range *b = other;
    return a->low < b->low ? -1 : a->low > b->low;
}

/* Files without debugging information are fine. */
static int list_units(elf_symbols *of) {
    Dwarf *dwarf = dwarf_begin_elf(of->elf, DWARF_C_READ, NULL);
    if (!dwarf) {
        return WHITTLE_OK;
    }
    of->code = malloc(UNIT_MAX * sizeof *of->code);
    Dwarf_Off offset = 0;
    Dwarf_Off next;
    size_t header_size;
    while (of->code && dwarf_nextcu(dwarf, offset, &next, &header_size, NULL, NULL, NULL) == 0) {
        Dwarf_Die unit;
        if (dwarf_offdie(dwarf, offset + header_size, &unit)) {
            add_code(of, &unit);
        }
        offset = next;
    }
    (void)dwarf_end(dwarf);
    if (!of->code) {
        return WHITTLE_ERROR_MEMORY;
    }
    qsort(of->code, of->code_count, sizeof *of->code, compare_code);
    return WHITTLE_OK;
}

static const char *unit_of(const elf_symbols *of, uint64_t address) {
    size_t first = 0;
    size_t end = of->code_count;
    while (first < end) {
        size_t middle = first + (end - first) / 2;
        if (of->code[middle].low <= address) {
            first = middle + 1;
        } else {
            end = middle;
        }
    }
    return first > 0 && address < of->code[first - 1].high ? of->code[first - 1].unit : NULL;
}

/* ---- Symbols ---- */

/* Functions that were written in assembly mostly tell no size. */
static uint64_t size_of(const placed_section *section, const GElf_Sym *symbol, uint64_t into) {
    return symbol->st_size > 0 ? symbol->st_size : section->size - into;
}

static void add_symbol(elf_symbols *of, const GElf_Sym *symbol, const char *name,
                       const char *file) {
    unsigned type = GELF_ST_TYPE(symbol->st_info);
    if ((type != STT_FUNC && type != STT_OBJECT) || symbol->st_shndx >= SECTION_MAX ||
        (type == STT_OBJECT && symbol->st_size == 0)) {
        return;
    }
    const placed_section *section = &of->sections[symbol->st_shndx];
    bool thumb = of->header.e_machine == EM_ARM && type == STT_FUNC;
    uint64_t address = thumb ? symbol->st_value & ~(uint64_t)1 : symbol->st_value;
    uint64_t into = address - section->address;
    if (!section->is_placed || address < section->address || into >= section->size) {
        return;
    }
    bool local = GELF_ST_BIND(symbol->st_info) == STB_LOCAL;
    const char *unit = type == STT_FUNC ? unit_of(of, address) : NULL;
    uint64_t size = size_of(section, symbol, into);
    uint64_t room = section->size - into;
    const found_symbol found = {
        .symbol = {.offset = section->offset + (uint32_t)into,
                   .size = (uint32_t)(size < room ? size : room),
                   .kind = type == STT_FUNC ? WHITTLE_SYMBOL_FUNCTION : WHITTLE_SYMBOL_OBJECT,
                   .name = symbol_list_text(&of->list, name, strlen(name)),
                   .section = section->name,
                   .unit = unit    ? unit
                           : local ? symbol_list_text(&of->list, file, file ? strlen(file) : 0)
                                   : NULL},
        .is_preferred = !local && symbol->st_size > 0,
    };
    symbol_list_add(&of->list, &found);
}

static void add_table(elf_symbols *of, Elf_Scn *scn, const GElf_Shdr *section) {
    Elf_Data *data = elf_getdata(scn, NULL);
    const char *file = NULL; /* local symbols follow the file that they are from */
    GElf_Sym symbol;
    for (int i = 0; data && gelf_getsym(data, i, &symbol); i++) {
        const char *name = elf_strptr(of->elf, section->sh_link, symbol.st_name);
        if (!name || !*name) {
            continue;
        }
        if (GELF_ST_TYPE(symbol.st_info) == STT_FILE) {
            file = name;
        } else {
            add_symbol(of, &symbol, name, file);
        }
    }
}

static int read_open(elf_symbols *of) {
    if (elf_kind(of->elf) != ELF_K_ELF || !gelf_getehdr(of->elf, &of->header) ||
        elf_getshdrstrndx(of->elf, &of->names) != 0) {
        return WHITTLE_ERROR_IMAGE;
    }
    int error = place_sections(of);
    if (!error) {
        error = list_units(of);
    }
    Elf_Scn *next = NULL;
    while (!error && (next = elf_nextscn(of->elf, next))) {
        GElf_Shdr section;
        if (!gelf_getshdr(next, &section)) {
            return WHITTLE_ERROR_IMAGE;
        }
        if (section.sh_type == SHT_SYMTAB) {
            add_table(of, next, &section);
        }
    }
    return error;
}

int whittle_symbols_read_elf(const uint8_t *file, size_t size, const whittle_named_image *image,
                             whittle_symbols *symbols) {
    *symbols = (whittle_symbols){.list = NULL};
    elf_symbols *of = calloc(1, sizeof *of);
    if (!of) {
        return WHITTLE_ERROR_MEMORY;
    }
    errno = 0;
    of->image = image;
    of->list.into = symbols;
    (void)elf_version(EV_CURRENT);
    /* libelf takes a char *, and only reads what it is not told to write. */
    of->elf = elf_memory((char *)(uintptr_t)file, size);
    int error = of->elf ? read_open(of) : WHITTLE_ERROR_IMAGE;
    if (errno == ENOMEM) { /* libelf and libdw leave out what they had no memory for */
        error = WHITTLE_ERROR_MEMORY;
    }
    of->list.error = of->list.error ? of->list.error : error;
    error = symbol_list_finish(&of->list, (uint32_t)image->size);
    (void)elf_end(of->elf);
    free(of->code);
    free(of);
    return error;
}
