"""Copied bytes, in blocks of units or unit by unit: docs/MODEL.md, chapter 8."""

from typing import List

from header import MASK
from instruction_sets import bits
from model import Context, Model
from units import KINDS, Unit, Units, little

FIRST, SECOND, BYTE = 0, 1, 2  # what a flag tells of
FLAG_FAMILY, BLOCK_FAMILY, CORRECTION_FAMILY = 41, 61, 21
SECOND_SET, BYTE_SET, BLOCK_SET = 16, 17, 21
PREFERENCE_MAX = 15

# The first run of each class, and of each size of blocks, after which the next begins.
RUN_CLASSES = (1, 2, 4, 8, 32, 128, 512)
BLOCK_SIZES = ((512, 256), (256, 128), (128, 64), (64, 32), (12, 16), (0, 0))


def run_class(run: int) -> int:
    return sum(run >= start for start in RUN_CLASSES)


def block_size(run: int) -> int:
    return next(size for start, size in BLOCK_SIZES if run >= start)


class Copier:
    """Rebuilds copied pieces at the end of the target, and remembers how well predictions did."""

    def __init__(self, model: Model, units: Units):
        self.model = model
        self.units = units
        self.source = 0
        self.remaining = 0
        self.history = 0
        self.run = 0
        self.previous = 0
        self.kind_history = [0] * KINDS
        self.preference = [0] * KINDS
        self.missed = [0] * 256
        self.difference = [0] * 256
        self.block_history = 0
        self.doubtful = 0

    def copy(self, source_offset: int, size: int) -> None:
        self.units.begin_copy(source_offset)
        self.source = source_offset
        self.remaining = size
        while self.remaining > 0:
            self.step()

    def next_unit(self) -> Unit:
        return self.units.next_unit(self.source, self.remaining)

    def append(self, value: int, size: int) -> None:
        self.units.target += value.to_bytes(size, "little")

    def advance(self, unit: Unit) -> None:
        self.previous = unit.raw
        self.source += unit.size
        self.remaining -= unit.size

    def source_byte(self, offset: int) -> int:
        return little(self.units.source, offset, 1)

    def step(self) -> None:
        unit = self.next_unit()
        quiet = self.is_quiet(unit)
        if not quiet:
            self.doubtful = 0
        count = self.doubtful // 2 if self.doubtful else block_size(self.run)
        if count < 2 or not quiet:
            self.single_unit(unit)
        else:
            self.block(unit, count)

    def is_quiet(self, unit: Unit) -> bool:
        """Whether there is no reason to expect that a unit misses."""
        trusted = self.kind_history[unit.kind] == 0 and self.preference[unit.kind] >= 0
        return (unit.predicted == unit.raw or trusted) and not self.missed[unit.raw & 0xFF]

    # ---- Blocks ----

    def block(self, unit: Unit, count: int) -> None:
        miss = self.block_misses(unit.raw, count)
        if self.doubtful == 0:
            self.block_history = (self.block_history << 1 | miss) & MASK
        if miss:
            self.doubtful = count
            return
        if self.doubtful > 0:
            self.doubtful -= count
        for _ in range(count):
            self.append(unit.predicted, unit.size)
            self.history = (self.history << 1) & MASK
            self.run += 1
            self.advance(unit)
            if self.remaining == 0:
                return
            unit = self.next_unit()
            if not self.is_quiet(unit):
                return

    def block_misses(self, raw: int, count: int) -> int:
        doubtful = self.doubtful
        what = count << 16 | doubtful
        contexts = (
            (what, 0),
            (run_class(self.run), what),
            (self.block_history & 15, what),
            (raw, what),
            (self.history, doubtful),
            (self.block_history & 0xFFFF, what),
            (self.run, doubtful),
            (raw & 0xFFFF, self.previous),
        )
        return self.model.unit_bit(BLOCK_FAMILY, contexts, BLOCK_SET + (doubtful > 0))

    # ---- Single units ----

    def single_unit(self, unit: Unit) -> None:
        competing = unit.predicted != unit.raw
        swapped = competing and self.preference[unit.kind] < 0
        guess, second = (unit.raw, unit.predicted) if swapped else (unit.predicted, unit.raw)
        miss = self.flag(unit, FIRST, guess, wrong=swapped)
        if not miss:
            actual = guess
            self.append(actual, unit.size)
        elif competing and not self.flag(unit, SECOND, second, wrong=swapped):
            actual = second
            self.append(actual, unit.size)
        else:
            actual = self.spelled_bytes(unit, guess)
        self.remember(unit, actual, miss)
        self.units.learn(unit, actual)
        self.advance(unit)

    def remember(self, unit: Unit, actual: int, miss: int) -> None:
        kind = unit.kind
        if unit.predicted != unit.raw:
            if actual == unit.predicted:
                self.preference[kind] = min(self.preference[kind] + 1, PREFERENCE_MAX)
            elif actual == unit.raw:
                self.preference[kind] = max(self.preference[kind] - 1, -PREFERENCE_MAX)
        self.history = (self.history << 1 | miss) & MASK
        self.run = 0 if miss else self.run + 1
        self.kind_history[kind] = (self.kind_history[kind] << 1 | miss) & 0xFF
        self.missed[unit.raw & 0xFF] = miss
        if self.doubtful > 0:
            self.doubtful = 0 if miss else self.doubtful - 1

    def spelled_bytes(self, unit: Unit, guess: int) -> int:
        actual = 0
        wrong = 0
        for index in range(unit.size):
            byte = bits(guess, 8 * index, 8)
            known_wrong = index == unit.size - 1 and not wrong
            if known_wrong or self.flag(unit, BYTE, guess, index, wrong):
                byte = self.corrected_byte(unit, index, byte)
                wrong = 1
            self.append(byte, 1)
            actual |= byte << (8 * index)
        return actual

    def flag(self, unit: Unit, asked: int, guess: int, index: int = 0, wrong: int = 0) -> int:
        """Whether a guess is wrong: one of a whole unit, or of the byte *index* of it."""
        kind, raw = unit.kind, unit.raw
        competing = unit.predicted != raw
        what = (kind << 3 | unit.certainty) << 8 | competing << 7 | asked << 5 | index << 3 | wrong
        state = 8 + self.doubtful if self.doubtful > 0 else run_class(self.run)
        following = little(self.units.source, unit.offset + unit.size, 2)
        if kind > 0:
            about = unit.referred >> 2
        else:
            extended = raw | following << (8 * unit.size)
            about = (
                self.difference[bits(extended, 8, 8)] | self.difference[bits(extended, 16, 8)] << 8
            )
        contexts = (
            (raw, what),
            (state, what),
            (self.history & 0xFFFF, asked << 3 | wrong),
            (about, what),
            (self.kind_history[kind], what),
            (raw & 0xF0FF, what | (self.history & 3) << 16),
            (guess, following ^ (what << 16)),
            (raw & 0xFFFF, self.previous ^ (what << 16)),
        )
        weight_set = self.flag_set(asked, kind, competing, index)
        return self.model.unit_bit(FLAG_FAMILY, contexts, weight_set)

    def flag_set(self, asked: int, kind: int, competing: bool, index: int) -> int:
        if asked == SECOND:
            return SECOND_SET
        if asked == BYTE:
            return BYTE_SET + index
        doubt = 3 if self.doubtful > 0 else run_class(self.run) // 2
        return doubt * 4 + competing * 2 + (kind > 0)

    def corrected_byte(self, unit: Unit, index: int, expected: int) -> int:
        target = self.units.target
        raw = bits(unit.raw, 8 * index, 8)
        last = little(target, len(target) - 1, 1)
        second_last = little(target, len(target) - 2, 1)
        before = self.source_byte(unit.offset + index - 1)
        after = self.source_byte(unit.offset + index + 1)
        which = unit.kind << 3 | index
        contexts: List[Context] = [
            (unit.kind, 0),
            (expected | raw << 8 | last << 16, which),
            (raw | before << 8 | after << 16, which),
            (expected, which),
            (raw, which),
            ((last - before) & 0xFF, raw | which << 8),
            (last, which),
            (raw | last << 8 | before << 16, 0),
            (last | second_last << 8 | raw << 16, 0),
        ]
        guess = (expected + self.difference[after]) & 0xFF
        weight_set = index + (0 if unit.kind == 0 else 4)
        byte = self.model.literal(CORRECTION_FAMILY, contexts, weight_set, guess)
        self.difference[after] = (byte - expected) & 0xFF
        return byte
