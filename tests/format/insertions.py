"""Inserted bytes: docs/MODEL.md, chapter 9."""

from typing import Optional

from header import MASK
from instruction_sets import InstructionSet, bits
from model import Model, hashed
from units import little, walk_start

INSERTION_FAMILY, INSERTION_SET = 1, 8
PHASE_MAX = 4


class Inserter:
    """Appends bytes to the target that come from nowhere in the source."""

    def __init__(self, model: Model, target: bytearray, instructions: Optional[InstructionSet]):
        self.model = model
        self.target = target
        self.instructions = instructions
        self.instruction = 0
        self.opcode = 0

    def insert(self, size: int) -> None:
        self.instruction = walk_start(len(self.target))
        self.walk()
        end = len(self.target) + size
        while len(self.target) < end:
            self.insert_group(end - len(self.target))

    def walk(self) -> None:
        """Passes over the instructions of the target that are whole."""
        if self.instructions is None:
            return
        while True:
            behind = len(self.target) - self.instruction
            if behind < 2:
                return
            instruction = little(self.target, self.instruction, min(behind, 4))
            length = self.instructions.length(instruction & 0xFFFF, self.instruction)
            if length > behind:
                return
            masked = bits(instruction, 0, 8 * length) & self.instructions.opcode_mask
            self.opcode = hashed(masked, 0, 0) >> 16
            self.instruction += length

    def insert_group(self, left: int) -> None:
        """A coded unit, from its last byte to its first, or a single byte."""
        start = len(self.target)
        size = self.instructions.coded_unit if self.instructions else 1
        if start % size or left < size:
            size = 1
        self.target += bytes(size)
        for step in range(size):
            self.target[start + size - 1 - step] = self.next_byte(start + step, size)
        self.walk()

    def next_byte(self, position: int, size: int) -> int:
        """The byte that is decoded as that of *position*, in groups of *size* bytes."""

        def decoded(back: int) -> int:
            return self.target[(position - back) ^ (size - 1)] if position >= back else 0

        one, two, three, four = (decoded(back) for back in range(1, 5))
        last = one | two << 8 | three << 16 | four << 24
        phase = min(position - self.instruction, PHASE_MAX)
        begun = bits(last, 0, 8 * phase)
        place = (begun | phase << 24) & MASK
        contexts = (
            (0, 0),
            (place, self.opcode),
            (one | two << 8, 0),
            (place, 0),
            (one, phase),
            (last, 0),
            (phase, 0),
            (one | two << 8 | three << 16, 0),
            (two, phase),
        )
        weight_set = INSERTION_SET + (phase & 3)
        return self.model.literal(INSERTION_FAMILY, contexts, weight_set, decoded(8))
