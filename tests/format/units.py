"""The units of copied pieces, what each should become, and what it teaches: docs/MODEL.md, chapter
7."""

from dataclasses import dataclass
from typing import Optional

from addresses import NONE, Addresses
from instruction_sets import ALONE, HIGH_HALF, LOW_HALF, InstructionSet, Partner, Reference

PLAIN, POINTER, WORD = 0, 8, 9
KINDS = 10
PARTNER_DISTANCES = range(4, 41, 2)
WALK_BACK = 32
LEAST_ADDRESS, ERASED = 0x1000, 0xFFFFFFFF


@dataclass
class Unit:
    offset: int  # in the source
    size: int
    raw: int
    predicted: int
    kind: int = PLAIN
    certainty: int = NONE
    referred: int = 0
    # Of instructions only:
    place: int = 0  # the address in the target
    reference: Optional[Reference] = None
    partner: Partner = ALONE


def walk_start(offset: int) -> int:
    """Where a walk over instructions begins that is to be in step with them at an offset."""
    return (offset - WALK_BACK) & ~3 if offset > WALK_BACK else 0


def little(data: bytes, offset: int, size: int) -> int:
    """Bytes as a number, the first in the low bits. Those outside the data are 0."""
    if offset < 0:
        return int.from_bytes(data[: max(offset + size, 0)], "little") << (-8 * offset)
    return int.from_bytes(data[offset : offset + size], "little")


class Units:
    def __init__(
        self,
        source: bytes,
        target: bytearray,
        instructions: Optional[InstructionSet],
        addresses: Addresses,
    ):
        self.source = source
        self.target = target
        self.instructions = instructions
        self.addresses = addresses
        self.boundary = 0
        self.copy_start = 0

    def begin_copy(self, source_offset: int) -> None:
        self.boundary = walk_start(source_offset)
        self.copy_start = len(self.target)

    def word(self, value: int) -> int:
        return self.instructions.word(value) if self.instructions else value

    def length(self, offset: int) -> int:
        return self.instructions.length(little(self.source, offset, 2), offset)

    def distance(self, offset: int) -> int:
        """How far it is to the next instruction at or behind an offset."""
        while self.boundary < offset:
            self.boundary += self.length(self.boundary)
        return self.boundary - offset

    def next_unit(self, offset: int, limit: int) -> Unit:
        if self.instructions is None:
            return self.pointer(offset, limit) or self.plain(offset, limit)
        attempts = [self.instruction, self.pointer]
        if self.instructions.prefers_pointers:
            attempts.reverse()
        return attempts[0](offset, limit) or attempts[1](offset, limit) or self.plain(offset, limit)

    def pointer(self, offset: int, limit: int) -> Optional[Unit]:
        if offset % 4 or limit < 4:
            return None
        raw = little(self.source, offset, 4)
        word = self.word(raw)
        if word < LEAST_ADDRESS or word == ERASED:
            return None
        moved, certainty = self.addresses.move(word)
        kind = WORD if self.addresses.source_offset(word) is None else POINTER
        if kind == WORD and certainty == NONE and self.instructions is not None:
            return None
        return Unit(offset, 4, raw, self.word(moved), kind, certainty, referred=word)

    def instruction(self, offset: int, limit: int) -> Optional[Unit]:
        if self.distance(offset) > 0:
            return None
        size = self.length(offset)
        if size > limit:
            return None
        raw = little(self.source, offset, size)
        instruction = self.word(raw)
        reference = self.instructions.reference(instruction, offset)
        old_place = self.addresses.source_address(offset)
        new_place = self.addresses.target_address(len(self.target))
        if reference is None or old_place is None or new_place is None:
            return None
        partner = self.find_partner(reference.kind, instruction, offset)
        if partner is None:
            return None
        referred = reference.resolve(instruction, old_place, partner.first, partner.back)
        moved, certainty = self.addresses.move(referred)
        predicted = raw
        if certainty != NONE:
            rewritten = reference.rewrite(instruction, new_place, moved, partner)
            if rewritten is not None:
                predicted = self.word(rewritten)
        return Unit(
            offset,
            size,
            raw,
            predicted,
            reference.kind,
            certainty,
            referred,
            new_place,
            reference,
            partner,
        )

    def find_partner(self, kind: int, instruction: int, offset: int) -> Optional[Partner]:
        if self.instructions.partners is None or kind not in (HIGH_HALF, LOW_HALF):
            return ALONE
        for distance in PARTNER_DISTANCES:
            place = offset + distance if kind == HIGH_HALF else offset - distance
            if place < 0:
                break
            candidate = self.word(little(self.source, place, 4))
            if self.instructions.fits_partner(kind, candidate, instruction):
                return Partner(candidate, distance if kind == LOW_HALF else 0)
        return None

    def plain(self, offset: int, limit: int) -> Unit:
        if self.instructions is None:
            size = 4 - (offset & 3)
        else:
            size = self.distance(offset) or self.length(offset)
        size = min(size, limit)
        raw = little(self.source, offset, size)
        return Unit(offset, size, raw, raw)

    def learn(self, unit: Unit, actual: int) -> None:
        """What a unit teaches that was decoded on its own, once its bytes are in the target."""
        if unit.kind == PLAIN:
            self.learn_from_plain(unit)
        elif actual == unit.predicted:
            pass
        elif unit.kind >= POINTER:
            self.addresses.shifts.learn(unit.referred, self.word(actual))
        else:
            mate = unit.partner.first
            if unit.partner.back:
                behind = len(self.target) - unit.size - unit.partner.back
                mate = self.word(little(self.target, behind, 4))
            now_referred = unit.reference.resolve(
                self.word(actual), unit.place, mate, unit.partner.back
            )
            self.addresses.shifts.learn(unit.referred, now_referred)

    def learn_from_plain(self, unit: Unit) -> None:
        end = unit.offset + unit.size
        if end % 4 or len(self.target) - self.copy_start < 4:
            return
        before = self.word(little(self.source, end - 4, 4))
        now = self.word(little(self.target, len(self.target) - 4, 4))
        if before != now and before >= LEAST_ADDRESS and before != ERASED:
            self.addresses.shifts.learn(before, now)
