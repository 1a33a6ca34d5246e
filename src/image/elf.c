/* ELF, by way of libelf, which knows both classes and byte orders.
 *
 * What goes to the flash is what its PT_LOAD segments hold in the file, at their physical
 * addresses. Linkers let segments begin at page boundaries of the file, and so with its headers, or
 * with bytes between sections, that no programmer of flashes would take: where there are sections,
 * only they count. The image is then what `objcopy -O binary --gap-fill 0xFF` makes. */
#include <errno.h>
#include <gelf.h>
#include <string.h>

#include "image/forms.h"

enum { SEGMENT_MAX = 256 };

/* Harvard machines have several memories that begin at address 0. The tools for AVR tell them apart
 * by an offset: the flash is below it; RAM, EEPROM, fuses and lock bits are above. */
#define AVR_FLASH_END 0x800000u

typedef struct reading {
    const uint8_t *file;
    size_t size;
    Elf *elf;
    GElf_Ehdr header;
    GElf_Phdr segments[SEGMENT_MAX]; /* those that load something from the file */
    size_t segment_count;
    uint64_t loaded; /* bytes of all pieces so far */
    piece_list *pieces;
} reading;

bool elf_recognise(const uint8_t *file, size_t size) {
    return size >= EI_NIDENT && memcmp(file, ELFMAG, SELFMAG) == 0;
}

static int list_segments(reading *in) {
    size_t count;
    if (elf_getphdrnum(in->elf, &count) != 0) {
        return WHITTLE_ERROR_IMAGE;
    }
    for (size_t i = 0; i < count; i++) {
        GElf_Phdr segment;
        if (!gelf_getphdr(in->elf, (int)i, &segment)) {
            return WHITTLE_ERROR_IMAGE;
        }
        if (segment.p_type != PT_LOAD || segment.p_filesz == 0) {
            continue;
        }
        if (segment.p_offset > in->size || segment.p_filesz > in->size - segment.p_offset ||
            in->segment_count == SEGMENT_MAX) {
            return WHITTLE_ERROR_IMAGE;
        }
        in->segments[in->segment_count++] = segment;
    }
    return WHITTLE_OK;
}

/* Some linkers tell no physical addresses, which then are the virtual ones. */
static void settle_addresses(reading *in) {
    for (size_t i = 0; i < in->segment_count; i++) {
        if (in->segments[i].p_paddr != 0) {
            return;
        }
    }
    for (size_t i = 0; i < in->segment_count; i++) {
        in->segments[i].p_paddr = in->segments[i].p_vaddr;
    }
}

/* Adds the part of a segment that lies at that offset of the file. */
static int add_part(reading *in, const GElf_Phdr *segment, uint64_t offset, uint64_t size) {
    uint64_t into = offset - segment->p_offset;
    if (in->header.e_machine == EM_AVR && segment->p_paddr + into >= AVR_FLASH_END) {
        return WHITTLE_OK;
    }
    in->loaded += size; /* neither can overflow: a part is no larger than the file */
    if (in->loaded > in->size || segment->p_filesz > UINT64_MAX - segment->p_paddr ||
        segment->p_filesz > UINT64_MAX - segment->p_vaddr) {
        return WHITTLE_ERROR_IMAGE; /* no byte of the file is loaded twice */
    }
    const piece added = {.address = segment->p_paddr + into,
                         .runs_at = segment->p_vaddr + into,
                         .data = in->file + offset,
                         .size = (size_t)size};
    return pieces_add(in->pieces, &added);
}

/* Adds a section as part of each segment that it is in; none where it is in none. */
static int add_section(reading *in, const GElf_Shdr *section) {
    int error = WHITTLE_OK;
    for (size_t i = 0; !error && i < in->segment_count; i++) {
        const GElf_Phdr *segment = &in->segments[i];
        if (section->sh_offset >= segment->p_offset &&
            section->sh_offset - segment->p_offset <= segment->p_filesz &&
            section->sh_size <= segment->p_filesz - (section->sh_offset - segment->p_offset)) {
            error = add_part(in, segment, section->sh_offset, section->sh_size);
        }
    }
    return error;
}

static bool holds_program(const GElf_Shdr *section) {
    return section->sh_flags & SHF_ALLOC && section->sh_type != SHT_NOBITS && section->sh_size > 0;
}

static int add_sections(reading *in, bool *any) {
    int error = WHITTLE_OK;
    Elf_Scn *next = NULL;
    while (!error && (next = elf_nextscn(in->elf, next))) {
        GElf_Shdr section;
        if (!gelf_getshdr(next, &section)) {
            return WHITTLE_ERROR_IMAGE;
        }
        if (holds_program(&section)) {
            *any = true;
            error = add_section(in, &section);
        }
    }
    return error;
}

static int add_segments(reading *in) {
    int error = WHITTLE_OK;
    for (size_t i = 0; !error && i < in->segment_count; i++) {
        const GElf_Phdr *segment = &in->segments[i];
        error = add_part(in, segment, segment->p_offset, segment->p_filesz);
    }
    return error;
}

static void tell_isa(const GElf_Ehdr *header, uint8_t *isa) {
    bool big_endian = header->e_ident[EI_DATA] == ELFDATA2MSB;
    switch (header->e_machine) {
    case EM_ARM:
        *isa = WHITTLE_ISA_THUMB;
        break;
    case EM_XTENSA:
        *isa = WHITTLE_ISA_XTENSA;
        break;
    case EM_RISCV:
        *isa = WHITTLE_ISA_RISCV;
        break;
    case EM_AARCH64:
        *isa = WHITTLE_ISA_AARCH64;
        break;
    case EM_AVR:
        *isa = WHITTLE_ISA_AVR;
        break;
    case EM_MIPS:
        *isa = big_endian ? WHITTLE_ISA_MIPS_BE : WHITTLE_ISA_MIPS_LE;
        break;
    default:
        break;
    }
}

static int read_open(reading *in, uint8_t *isa) {
    bool any_section = false;
    if (elf_kind(in->elf) != ELF_K_ELF || !gelf_getehdr(in->elf, &in->header)) {
        return WHITTLE_ERROR_IMAGE;
    }
    tell_isa(&in->header, isa);
    int error = list_segments(in);
    settle_addresses(in);
    if (!error) {
        error = add_sections(in, &any_section);
    }
    if (!error && !any_section) {
        error = add_segments(in);
    }
    return error;
}

/* What libelf could not read is damaged, unless it had no memory for it; of its own error numbers
 * none is documented to say so. */
static int error_of_elf(int error) {
    return error == WHITTLE_ERROR_IMAGE && errno == ENOMEM ? WHITTLE_ERROR_MEMORY : error;
}

int elf_read(const uint8_t *file, size_t size, piece_list *pieces, uint8_t *isa) {
    reading in = {.file = file, .size = size, .pieces = pieces};
    errno = 0;
    if (elf_version(EV_CURRENT) == EV_NONE) {
        return WHITTLE_ERROR_IMAGE;
    }
    /* libelf takes a char *, and only reads what it is not told to write. */
    in.elf = elf_memory((char *)(uintptr_t)file, size);
    if (!in.elf) {
        return error_of_elf(WHITTLE_ERROR_IMAGE);
    }
    int error = error_of_elf(read_open(&in, isa));
    (void)elf_end(in.elf);
    return error;
}
