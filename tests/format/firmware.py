"""Pairs of images that resemble firmware: functions, calls, branches, halves of addresses, tables
of pointers, some of them to RAM; and a newer version, in which much has moved.

A program is a list of functions, which are lists of items. Items keep their identity from one
version to the next, so that a link to an item is a link to wherever it is then. Instructions come
from the tables in instruction_sets.py: an image need not run, only have what a decoder must see."""

from dataclasses import dataclass
from typing import Callable, Dict, List, Optional, Union

from chance import Chance
from instruction_sets import (
    ALONE, HIGH_HALF, INSTRUCTION_SETS, LOW_HALF, InstructionSet, Partner, Reference,
)  # fmt: skip

RAM_SIZE = 0x4000
RAM_SHIFT = 24  # of the upper half, from one version to the next
NEARLY_POINTERS = (0, 0xFFF, 0x1000, 0xFFFFFFFE, 0xFFFFFFFF)
VOCABULARY = 40
TRIES_FOR_PARTNER = 100000


@dataclass(eq=False)
class Item:
    """Bytes of a program: an instruction or a word, which may refer to another item or to RAM."""

    word: int
    size: int
    reference: Optional[Reference] = None
    pointer: bool = False
    link: Union["Item", int, None] = None
    rounded: bool = False  # the link is to the multiple of 4 at or before the item
    partner: Optional["Item"] = None


Function = List[Item]
Program = List[Function]


class Layout:
    """Where the items of a program are."""

    def __init__(self, program: Program, base: int, ram_shift: int):
        self.ram_shift = ram_shift
        self.places: Dict[int, int] = {}
        place = base
        for function in program:
            place = (place + 3) & ~3
            for item in function:
                self.places[id(item)] = place
                place += item.size
        self.end = place

    def place(self, item: Item) -> int:
        return self.places[id(item)]

    def address(self, item: Item) -> Optional[int]:
        """The address that an item refers to; none where its function has been taken out."""
        if isinstance(item.link, int):
            return item.link + (self.ram_shift if item.link % RAM_SIZE >= RAM_SIZE // 2 else 0)
        address = self.places.get(id(item.link))
        return address & ~3 if address is not None and item.rounded else address

    def linked(self, item: Item) -> Optional[int]:
        """An item's word once it refers to what it should; none where that is out of its reach."""
        address = self.address(item)
        if address is None:
            return None
        if item.pointer:
            return address
        partner = ALONE
        if item.partner is not None:
            back = self.place(item) - self.place(item.partner)
            partner = Partner(item.partner.word, max(back, 0))
        return item.reference.rewrite(item.word, self.place(item), address, partner)


class Writer:
    """Makes up programs for one instruction set; without one, they are words and other data."""

    def __init__(self, instruction_set: int, seed: int, ram: int):
        self.instructions = INSTRUCTION_SETS[instruction_set]
        self.ram = ram
        self.chance = Chance(seed)
        self.vocabulary = [self.plain_item() for _ in range(VOCABULARY)]
        self.examples = self.find_examples(self.instructions) if self.instructions else []

    def plain_item(self) -> Item:
        word = self.chance.word()
        size = self.instructions.length(word, 0) if self.instructions else 1 + self.chance.below(4)
        return Item(word & ((1 << 8 * size) - 1), size)

    def find_examples(self, instructions: InstructionSet) -> List[List[Item]]:
        """An instruction of each kind, or a pair of such, found by trying."""
        examples = []
        for reference in instructions.references:
            if instructions.partners is not None and reference.kind == LOW_HALF:
                continue
            for _ in range(3):
                examples.append(self.find_example(instructions, reference))
        return examples

    def find_example(self, instructions: InstructionSet, reference: Reference) -> List[Item]:
        item = self.find_item(lambda word: instructions.reference(word, 0) is reference)
        if instructions.partners is None or reference.kind != HIGH_HALF:
            return [item]
        # A half without a register has no partner: then another one is tried.
        for _ in range(TRIES_FOR_PARTNER):
            low = self.plain_item()
            if instructions.fits_partner(HIGH_HALF, low.word, item.word):
                low.reference = instructions.reference(low.word, 0)
                return [item, low]
        return self.find_example(instructions, reference)

    def find_item(self, fits: Callable[[int], bool]) -> Item:
        while True:
            item = self.plain_item()
            if fits(item.word):
                item.reference = self.instructions.reference(item.word, 0)
                return item

    def function(self) -> Function:
        items = []
        for _ in range(6 + self.chance.below(20)):
            if self.examples and self.chance.below(3) == 0:
                items += self.example()
            else:
                items += self.fillers(1)
        return items

    def fillers(self, count: int) -> List[Item]:
        """Instructions or data that firmware has again and again."""
        return [self.copy(self.chance.pick(self.vocabulary)) for _ in range(count)]

    def copy(self, item: Item) -> Item:
        return Item(item.word, item.size, item.reference)

    def example(self) -> List[Item]:
        items = [self.copy(item) for item in self.chance.pick(self.examples)]
        if len(items) == 2:
            high, low = items
            high.partner, low.partner = low, high
            items = [high, *self.fillers(self.chance.below(2)), low]
        return items

    def pointers(self, count: int) -> Function:
        """A table of pointers, between them words that are about to be none."""
        items = []
        for _ in range(count):
            items.append(Item(0, 4, pointer=True))
            if self.chance.below(4) == 0:
                items.append(Item(self.chance.pick(NEARLY_POINTERS), 4))
        return items

    def program(self, functions: int, pointers: int, base: int) -> Program:
        program = [self.function() for _ in range(functions)] + [self.pointers(pointers)]
        layout = Layout(program, base, 0)
        for index, function in enumerate(program):
            for item in function:
                if item.pointer or (item.reference and item.partner is None):
                    self.choose_link(program, index, layout, item)
                elif item.partner and item.reference.kind == HIGH_HALF:
                    item.link = item.partner.link = self.any_link(program)
        return program

    def any_link(self, program: Program) -> Union[Item, int]:
        if self.chance.below(4) == 0:
            return self.ram + 4 * self.chance.below(RAM_SIZE // 4)
        return self.chance.pick(program)[0]

    def choose_link(self, program: Program, index: int, layout: Layout, item: Item) -> None:
        """Links an item to something within its reach, if that is found."""
        for attempt in range(12):
            if attempt < 4:
                item.link = self.any_link(program)
            else:
                near = program[max(0, min(index + self.chance.below(5) - 2, len(program) - 1))]
                item.link = self.chance.pick(near)
            for item.rounded in (False, True):
                if layout.linked(item) is not None:
                    return
        item.link = None

    def newer(self, program: Program) -> Program:
        """The next version: functions changed, added, taken out and moved elsewhere."""
        newer = []
        for function in program[:-1]:
            change = self.chance.below(12)
            if change == 0:
                continue
            if change == 1:
                newer.append(self.function())
            function = list(function)
            if change <= 3:
                at = self.chance.below(len(function))
                function[at:at] = self.fillers(change)
            if change == 4:
                self.replace_one(function)
            newer.append(function)
        third = len(newer) // 3
        newer = newer[:third] + newer[2 * third :] + newer[third : 2 * third]
        return newer + [program[-1] + self.pointers(3)]

    def replace_one(self, function: Function) -> None:
        at = self.chance.below(len(function))
        if function[at].partner is None:
            function[at] = self.plain_item()

    def link(self, program: Program, base: int, ram_shift: int) -> bytes:
        layout = Layout(program, base, ram_shift)
        image = bytearray()
        for function in program:
            image += bytes(-len(image) % 4)
            for item in function:
                word = layout.linked(item) if item.link is not None else None
                image += self.stored(item.word if word is None else word, item.size)
        return bytes(image)

    def stored(self, word: int, size: int) -> bytes:
        order = "big" if self.instructions and self.instructions.big_endian else "little"
        return word.to_bytes(size, order)


@dataclass
class Pair:
    source: bytes
    target: bytes


def firmware_pair(
    instruction_set: int, seed: int, functions: int, pointers: int, base: int, ram: int = 0x20000000
) -> Pair:
    """Two versions of a program at the address *base*; *ram* is a multiple of RAM_SIZE."""
    writer = Writer(instruction_set, seed, ram)
    old = writer.program(functions, pointers, base)
    new = writer.newer(old)
    return Pair(writer.link(old, base, 0), writer.link(new, base, RAM_SHIFT))
