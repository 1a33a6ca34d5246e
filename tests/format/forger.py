"""Patches that no encoder would make: every element is chosen at random, by a decoder whose bits
are not read but drawn, and written down. So they reach what good encoders avoid - maps out of
order, empty copies, doubt at the end of a copy, many regions, few contexts - and tell whether two
decoders agree there, too."""

import hashlib
import zlib
from collections import deque
from dataclasses import dataclass
from itertools import accumulate
from typing import Deque, List, NamedTuple, Optional, Sequence, Type

from chance import Chance
from copies import BLOCK_FAMILY
from decoder import Decoder
from firmware import firmware_pair
from header import (
    CHECKSUM_SIZE, CONTEXTS, COUNTER, HARDWARE, MASK, NO_REGION, RAM_UNIT, REGIONS, SOURCE, VERSION,
    Header, PatchError, Region,
)  # fmt: skip
from instruction_sets import INSTRUCTION_SETS
from model import Context, Model, RangeReader

CONTEXTS_ALL = 9
RISCV = 3


# ---- Headers ----


def number(value: int) -> bytes:
    coded = bytearray()
    while value >= 0x80:
        coded.append(value & 0x7F | 0x80)
        value >>= 7
    coded.append(value)
    return bytes(coded)


def difference(value: int, like: int) -> bytes:
    distance = (value - like) & MASK
    if distance >> 31:
        return number(2 * ((1 << 32) - distance) - 1)
    return number(2 * distance)


def coded_regions(regions: Sequence[Region], like: Sequence[Region]) -> bytes:
    coded = b""
    end = 0
    for index, region in enumerate(regions):
        similar = like[index] if index < len(like) else NO_REGION
        coded += number(region.offset - end)
        coded += difference(region.size, similar.size) + difference(region.address, similar.address)
        end = region.end
    return coded


def coded_header(header: Header) -> bytes:
    coded = b"WHTL" + bytes([1, header.flags])
    coded += number(header.payload_size) + number(header.target_size)
    coded += number(header.ram // RAM_UNIT) + number(header.map_entries) + header.target_digest
    if header.flags & SOURCE:
        coded += number(header.source_size) + header.source_digest
    if header.flags & REGIONS:
        counts = len(header.source_regions) | len(header.target_regions) << 4
        coded += bytes([header.instruction_set, counts])
        coded += coded_regions(header.source_regions, [])
        coded += coded_regions(header.target_regions, header.source_regions)
    if header.flags & CONTEXTS:
        coded += bytes([header.contexts])
    if header.flags & COUNTER:
        coded += number(header.security_counter)
    if header.flags & HARDWARE:
        coded += number(header.device_class)
    if header.flags & VERSION:
        coded += bytes([len(header.firmware_version)]) + header.firmware_version.encode("ascii")
    return coded


def sealed(content: bytes) -> bytes:
    """A patch, of all that its CRC covers."""
    return content + zlib.crc32(content).to_bytes(CHECKSUM_SIZE, "little")


def random_regions(chance: Chance, image_size: int, base: int) -> List[Region]:
    """One that holds all of the image, or any others; those may be alike in their addresses."""
    if image_size and chance.below(2):
        return [Region(0, image_size, base)]
    regions = []
    end = 0
    for _ in range(chance.below(16)):
        offset = end + chance.below(3) * chance.below(image_size // 8 + 1)
        size = 1 + chance.below(image_size // 4 + 1)
        if offset + size > image_size:
            break
        regions.append(Region(offset, size, base + chance.below(image_size + 64)))
        end = offset + size
    return regions


def random_ram(chance: Chance) -> int:
    return RAM_UNIT * chance.pick((64, 65 + chance.below(64), 130 + chance.below(900), 2048, 16384))


def random_header(chance: Chance, instruction_set: int, source: bytes) -> Header:
    base = chance.pick((0, 0x1000, 0x08000000, 0x9D000000, 0xFFF00000))
    flags = sum(flag for flag in (COUNTER, HARDWARE, VERSION, CONTEXTS) if chance.below(2))
    header = Header(flags=flags | (SOURCE if source else 0), ram=random_ram(chance))
    header.target_size = chance.pick((0, 1, 50, len(source), len(source) + chance.below(300)))
    header.source_size = len(source)
    header.source_digest = hashlib.sha256(source).digest()[:8]
    header.map_entries = chance.below(min(20, header.target_size + 1, header.ram // 64))
    if instruction_set or chance.below(2):
        header.flags |= REGIONS
        header.instruction_set = instruction_set
        header.source_regions = random_regions(chance, len(source), base)
        header.target_regions = random_regions(chance, header.target_size, base)
    if flags & CONTEXTS:
        header.contexts = 1 + chance.below(CONTEXTS_ALL - 1)
    header.security_counter, header.device_class = chance.word(), chance.below(300)
    header.firmware_version = "1.0 beta"[: 1 + chance.below(8)]
    return header


# ---- Payloads ----


class RangeWriter(RangeReader):
    """Draws bits, by their probability unless they are planned, and writes them down."""

    def __init__(self, payload: bytes):
        super().__init__(payload)
        self.low = 0
        self.plan: Deque[int] = deque()
        self.chance = Chance(1)

    def bit(self, probability: int) -> int:
        bit = self.plan.popleft() if self.plan else int(self.chance.below(1 << 16) < probability)
        bound = (self.range >> 16) * probability
        if bit:
            self.range = bound
        else:
            self.low += bound
            self.range -= bound
        while self.range < 1 << 24:
            self.range <<= 8
            self.low <<= 8
            self.taken += 1
        return bit

    def written(self) -> bytes:
        """One of the codes that mean these bits: the least, the greatest, or a short one."""
        zeros = self.chance.pick((0, 0, self.taken))
        greatest = self.low + self.range - 1
        while greatest >> 8 * zeros << 8 * zeros < self.low:
            zeros -= 1
        code = self.low if self.chance.below(3) == 0 else greatest >> 8 * zeros << 8 * zeros
        return code.to_bytes(self.taken, "big").rstrip(b"\0")

    # What follows plans bits.

    def plan_number(self, value: int) -> None:
        digits = bin(value + 1)[3:]
        self.plan.extend([1] * len(digits) + [0] * (len(digits) < 30))
        self.plan.extend(int(digit) for digit in digits)

    def plan_signed(self, value: int) -> None:
        self.plan_number(abs(value))
        if value:
            self.plan.append(int(value < 0))


class ForgingModel(Model):
    """Plans how often units and blocks miss."""

    miss_rate = 0
    block_miss_rate = 20000

    def unit_bit(self, family: int, contexts: Sequence[Context], weight_set: int) -> int:
        miss = self.reader.chance.below(1 << 16) < self.miss_rate
        if family == BLOCK_FAMILY:
            miss = miss or self.reader.chance.below(1 << 16) < self.block_miss_rate
        self.reader.plan.append(int(miss))
        return super().unit_bit(family, contexts, weight_set)


class Forger(Decoder):
    """Chooses the map and the segments. Now and then they break a rule."""

    reader_class: Type[RangeReader] = RangeWriter
    model_class: Type[Model] = ForgingModel

    def set_out(self, chance: Chance, may_break_rules: bool = True) -> None:
        self.chance = self.reader.chance = chance
        self.model.miss_rate = chance.pick((50, 500, 3000, 20000, 40000))
        self.mischief = may_break_rules and chance.below(5) == 0

    def up_to(self, limit: int) -> int:
        """A number up to a limit, often a small one or the limit."""
        limit = max(limit, 0)
        any_value, small = self.chance.below(limit + 1), self.chance.below(limit // 8 + 1)
        value = self.chance.pick((0, limit, any_value, small))
        return value + (self.mischief and self.chance.below(40) == 0)

    def read_map(self) -> List:
        source = target = 0
        for left in range(self.header.map_entries, 0, -1):
            step = self.up_to((self.header.target_size - target) // left)
            target += step
            wanted = self.up_to(self.header.source_size)
            self.reader.plan_number(step)
            self.reader.plan_signed(wanted - source - step)
            source = wanted
        return super().read_map()

    def read_mapped(self) -> int:
        behind = self.upcoming.target < len(self.target)
        self.reader.plan.append(0 if behind and not self.mischief else self.chance.below(2))
        return super().read_mapped()

    def read_gap(self, mapped: int) -> int:
        position = len(self.target)
        left = self.header.target_size - position
        size = self.upcoming.target - position if mapped else self.up_to(min(left, 40))
        if not mapped:
            self.reader.plan_number(size)
            if size < left:
                wanted = self.up_to(self.header.source_size - 1)
                self.reader.plan_signed(wanted - self.source - size)
        return super().read_gap(mapped)

    def read_size(self, next_is_mapped: int) -> int:
        most = self.header.source_size - self.source
        if next_is_mapped:
            room = self.upcoming.target - len(self.target)
            size = self.up_to(min(most, room))
            self.reader.plan_number(max(room - size, 0))
        else:
            size = self.up_to(min(most, self.header.target_size - len(self.target)))
            self.reader.plan_number(max(size - 1, 0))
        return super().read_size(next_is_mapped)


class Piece(NamedTuple):
    """A copy, and the bytes that are inserted before it."""

    inserted: bytes
    source: int
    size: int


class PlannedForger(Forger):
    """Copies certain pieces. Either no unit in them misses, or every one."""

    def follow(self, pieces: Sequence[Piece], all_miss: bool) -> None:
        self.pieces = list(pieces)
        self.reader.chance = Chance(17)
        self.model.miss_rate = 1 << 16 if all_miss else 0
        self.model.block_miss_rate = 0

    def read_mapped(self) -> int:
        self.reader.plan.append(0)
        return Decoder.read_mapped(self)

    def read_gap(self, mapped: int) -> int:
        inserted = self.pieces[0].inserted if self.pieces else b""
        self.reader.plan_number(len(inserted))
        for byte in inserted:
            self.reader.plan.extend(byte >> place & 1 for place in range(7, -1, -1))
        if self.pieces:
            self.reader.plan_signed(self.pieces[0].source - self.source - len(inserted))
        return Decoder.read_gap(self, mapped)

    def read_size(self, next_is_mapped: int) -> int:
        self.reader.plan_number(self.pieces.pop(0).size - 1)
        return Decoder.read_size(self, next_is_mapped)


@dataclass
class Forgery:
    """A patch and its source; the target is none where the patch is to be refused."""

    source: bytes
    patch: bytes
    target: Optional[bytes]


def forge_payload(
    header: Header, source: bytes, chance: Chance, may_break_rules: bool = True
) -> Forgery:
    """A patch with this header, to which it adds what depends on the payload."""
    forger = Forger(header, b"", source)
    forger.set_out(chance, may_break_rules)
    return written(forger, source)


def forge_pieces(
    source: bytes, pieces: Sequence[Piece], instruction_set: int = 0, all_miss: bool = False
) -> Forgery:
    header = Header(flags=SOURCE | REGIONS, ram=32768, instruction_set=instruction_set)
    header.source_size = len(source)
    header.source_digest = hashlib.sha256(source).digest()[:8]
    header.target_size = sum(len(piece.inserted) + piece.size for piece in pieces)
    header.source_regions = [Region(0, header.source_size, 0x1000)]
    header.target_regions = [Region(0, header.target_size, 0x1000)]
    forger = PlannedForger(header, b"", source)
    forger.follow(pieces, all_miss)
    return written(forger, source)


def forge_runs(lengths: Sequence[int]) -> Forgery:
    """A patch in which a run without a miss is cut into copies, each of so many words."""
    chance = Chance(23)
    source = bytes(chance.below(256) for _ in range(4 * sum(lengths)))
    ends = [4 * end for end in accumulate(lengths)]
    return forge_pieces(
        source, [Piece(b"", start, end - start) for start, end in zip([0, *ends], ends)]
    )


def forge_lost_halves() -> Forgery:
    """A patch whose first copy begins between the halves of an address, so that the low half has no
    partner in the target: half of that is before its start."""
    source = bytes.fromhex("b7220000 93824200") * 8  # lui t0, 2; addi t0, t0, 4
    return forge_pieces(source, [Piece(b"\x03\0", 4, len(source) - 4)], RISCV, all_miss=True)


def written(forger: Forger, source: bytes) -> Forgery:
    header = forger.header
    target: Optional[bytes] = None
    try:
        forger.rebuild()
        target = bytes(forger.target)
    except PatchError:
        pass
    payload = forger.reader.written()
    header.target_digest = hashlib.sha256(target or b"").digest()[:16]
    header.payload_size = len(payload)
    return Forgery(source, sealed(coded_header(header) + payload), target)


def forge(seed: int) -> Forgery:
    chance = Chance(seed)
    instruction_set = chance.below(len(INSTRUCTION_SETS))
    source = b""
    if chance.below(8):
        pair_seed, functions = 1 + chance.below(1 << 20), 1 + chance.below(24)
        image = firmware_pair(instruction_set, pair_seed, functions, pointers=9, base=0x1000).source
        source = image[: len(image) - chance.below(4)]
    return forge_payload(random_header(chance, instruction_set, source), source, chance)
