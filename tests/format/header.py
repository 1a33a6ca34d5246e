"""The container and the header of a patch: docs/FORMAT.md, chapters 2 to 4 and 7."""

import zlib
from dataclasses import dataclass, field
from typing import List, NoReturn, Tuple

MAGIC = b"WHTL"
LEGACY_MAGIC = b"BSDIFF40"
SOURCE, SIGNED, COUNTER, VERSION, REGIONS, HARDWARE, CONTEXTS = (1 << bit for bit in range(7))
KNOWN_FLAGS = 0x7F
IMAGE_SIZE_MAX = 1 << 30
MAP_ENTRIES_MAX = 16384
RAM_UNIT = 64
INSTRUCTION_SETS = 8
CHECKSUM_SIZE = 4
SIGNATURE_BLOCK_SIZE = 72
TRAILER_SIZE_MAX = SIGNATURE_BLOCK_SIZE + CHECKSUM_SIZE
MASK = 0xFFFFFFFF


class PatchError(Exception):
    """A patch is refused; *name* is that of the error in docs/FORMAT.md, chapter 7."""

    def __init__(self, name: str, reason: str):
        super().__init__(f"{name}: {reason}")
        self.name = name


def corrupt(reason: str) -> NoReturn:
    raise PatchError("CORRUPT", reason)


def require(holds: bool, rule: str) -> None:
    """Refuses the patch unless it keeps to a rule."""
    if not holds:
        corrupt(rule)


@dataclass(frozen=True)
class Region:
    """A piece of an image, and where the device sees it."""

    offset: int
    size: int
    address: int

    @property
    def end(self) -> int:
        return self.offset + self.size


NO_REGION = Region(0, 0, 0)


@dataclass
class Header:
    flags: int = 0
    payload_size: int = 0
    target_size: int = 0
    ram: int = 0
    map_entries: int = 0
    target_digest: bytes = b""
    source_size: int = 0
    source_digest: bytes = b""
    instruction_set: int = 0
    source_regions: List[Region] = field(default_factory=list)
    target_regions: List[Region] = field(default_factory=list)
    contexts: int = 9
    security_counter: int = 0
    device_class: int = 0
    firmware_version: str = ""


class FieldReader:
    """Takes the fields of a header from its bytes, one after the other."""

    def __init__(self, data: bytes):
        self.data = data
        self.offset = 0

    def take(self, count: int) -> bytes:
        if self.offset + count > len(self.data):
            raise PatchError("INCOMPLETE", "the header is cut off")
        self.offset += count
        return self.data[self.offset - count : self.offset]

    def byte(self) -> int:
        return self.take(1)[0]

    def number(self) -> int:
        value = 0
        for shift in range(0, 35, 7):
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                if value > MASK or (byte == 0 and shift > 0):
                    break
                return value
        corrupt("a number is longer than needed, or than 32 bits")

    def number_up_to(self, limit: int, what: str) -> int:
        value = self.number()
        if value > limit:
            corrupt(f"{what} is more than {limit}")
        return value

    def difference(self) -> int:
        coded = self.number()
        return -((coded + 1) // 2) if coded & 1 else coded // 2


def read_regions(
    fields: FieldReader, count: int, like: List[Region], image_size: int
) -> List[Region]:
    regions: List[Region] = []
    end = 0
    for index in range(count):
        similar = like[index] if index < len(like) else NO_REGION
        offset = end + fields.number()
        size = (similar.size + fields.difference()) & MASK
        address = (similar.address + fields.difference()) & MASK
        if size == 0 or offset + size > image_size or address + size > MASK:
            corrupt(f"region {index} is empty, or reaches too far")
        regions.append(Region(offset, size, address))
        end = offset + size
    return regions


def read_firmware_version(fields: FieldReader) -> str:
    size = fields.byte()
    if not 1 <= size <= 32:
        corrupt("a firmware version has 1 to 32 characters")
    text = fields.take(size)
    if not all(0x20 <= character <= 0x7E for character in text):
        corrupt("a firmware version is printable ASCII")
    return text.decode("ascii")


def read_identity(fields: FieldReader) -> Header:
    """The fields that say whether the others can be understood."""
    magic = fields.data[:4]
    if magic != MAGIC[: len(magic)]:
        legacy = fields.data.startswith(LEGACY_MAGIC)
        raise PatchError("LEGACY" if legacy else "NOT_A_PATCH", "the magic is another")
    fields.take(4)
    if fields.byte() != 1:
        raise PatchError("VERSION", "it is not 1")
    header = Header(flags=fields.byte())
    if header.flags & ~KNOWN_FLAGS:
        raise PatchError("FEATURE", "bit 7 of the flags is set")
    return header


def read_header(data: bytes) -> Tuple[Header, int]:
    """The header at the start of a patch, and its size in bytes."""
    fields = FieldReader(data)
    header = read_identity(fields)
    header.payload_size = fields.number()
    header.target_size = fields.number_up_to(IMAGE_SIZE_MAX, "the size of the target")
    ram_units = fields.number()
    if not 64 <= ram_units <= 16384:
        corrupt("the RAM is not from 4 KiB to 1 MiB")
    header.ram = ram_units * RAM_UNIT
    entries_max = min(header.ram // 8, header.target_size, MAP_ENTRIES_MAX)
    header.map_entries = fields.number_up_to(entries_max, "the count of map entries")
    header.target_digest = fields.take(16)
    if header.flags & SOURCE:
        header.source_size = fields.number_up_to(IMAGE_SIZE_MAX, "the size of the source")
        header.source_digest = fields.take(8)
    if header.flags & REGIONS:
        header.instruction_set = fields.byte()
        if header.instruction_set >= INSTRUCTION_SETS:
            raise PatchError("ISA", "the instruction set is unknown")
        counts = fields.byte()
        header.source_regions = read_regions(fields, counts & 15, [], header.source_size)
        header.target_regions = read_regions(
            fields, counts >> 4, header.source_regions, header.target_size
        )
    if header.flags & CONTEXTS:
        header.contexts = fields.byte()
        if not 1 <= header.contexts <= 8:
            corrupt("the count of contexts is not from 1 to 8")
    if header.flags & COUNTER:
        header.security_counter = fields.number()
    if header.flags & HARDWARE:
        header.device_class = fields.number()
    if header.flags & VERSION:
        header.firmware_version = read_firmware_version(fields)
    if fields.offset + header.payload_size + TRAILER_SIZE_MAX > MASK:
        corrupt("the patch is larger than 32 bits can tell")
    return header, fields.offset


def read_patch(patch: bytes) -> Tuple[Header, bytes]:
    """The header and the payload of a whole patch. Its signature, if any, is passed over."""
    header, header_size = read_header(patch)
    payload_end = header_size + header.payload_size
    signature_size = SIGNATURE_BLOCK_SIZE if header.flags & SIGNED else 0
    size = payload_end + signature_size + CHECKSUM_SIZE
    if len(patch) < size:
        raise PatchError("INCOMPLETE", f"{size - len(patch)} bytes are missing")
    if len(patch) > size:
        raise PatchError("TRAILING", f"{len(patch) - size} bytes follow")
    if zlib.crc32(patch[:-CHECKSUM_SIZE]) != int.from_bytes(patch[-CHECKSUM_SIZE:], "little"):
        raise PatchError("CHECKSUM", "the CRC differs")
    return header, patch[header_size:payload_end]
