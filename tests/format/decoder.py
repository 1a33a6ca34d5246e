#!/usr/bin/env python3
"""A decoder of patch format version 1, made from docs/FORMAT.md and docs/MODEL.md alone.

It is here to prove that the two pages suffice, so it shares no code with the decoder that devices
run, and follows the pages' words and order rather than speed. This file is chapter 6 of FORMAT.md;
each other module names its chapters. Its one promise: what it returns has the target's digest.

usage: tests/format/decoder.py SOURCE PATCH TARGET
"""

import hashlib
import pathlib
import sys
from typing import Iterator, List, Type

from addresses import Addresses, MapEntry, OffsetMap
from copies import Copier
from header import SOURCE, Header, PatchError, read_patch, require
from insertions import Inserter
from instruction_sets import INSTRUCTION_SETS
from model import FRESH_SLOT, Model, Number, RangeReader
from units import Units

class Decoder:
    """Rebuilds the target of one patch: first the map of addresses, then segments. Tests that look
    inside replace a part by a class of their own."""

    reader_class: Type[RangeReader] = RangeReader
    model_class: Type[Model] = Model
    copier_class: Type[Copier] = Copier

    def __init__(self, header: Header, payload: bytes, source: bytes):
        instructions = INSTRUCTION_SETS[header.instruction_set]
        self.header = header
        self.target = bytearray()
        self.reader = self.reader_class(payload)
        self.model = self.model_class(header, self.reader)
        self.addresses = Addresses(header)
        units = Units(source, self.target, instructions, self.addresses)
        self.copier = self.copier_class(self.model, units)
        self.inserter = Inserter(self.model, self.target, instructions)
        self.mapped_slot = [FRESH_SLOT]
        self.gap, self.move, self.size = (Number(self.model) for _ in range(3))
        self.entries: List[MapEntry] = []
        self.mapped_copies: Iterator[MapEntry] = iter(())
        self.upcoming = MapEntry(0, 0)
        self.source = 0  # where a copy is in the source; behind it, where it has ended

    def rebuild(self) -> None:
        self.entries = self.read_map()
        self.addresses.map = OffsetMap(self.entries)
        self.read_segments()
        require(self.reader.at_end, "bytes of the payload are left over")

    def read_map(self) -> List[MapEntry]:
        step, move = Number(self.model), Number(self.model)
        entries = []
        source = target = 0
        for _ in range(self.header.map_entries):
            distance = step.read()
            target += distance
            source += distance + move.read_signed()
            require(target <= self.header.target_size, "a map entry is behind the target")
            require(0 <= source <= self.header.source_size, "a map entry is not in the source")
            entries.append(MapEntry(source, target))
        return entries

    def read_segments(self) -> None:
        self.mapped_copies = iter(self.entries)
        self.advance_map()
        mapped = self.read_mapped()
        while True:
            inserted = self.read_gap(mapped)
            self.inserter.insert(inserted)
            if len(self.target) == self.header.target_size:
                return
            if mapped:
                self.source = self.upcoming.source
                self.advance_map()
            else:
                self.source += inserted + self.move.read_signed()
            mapped = self.read_mapped()
            size = self.read_size(mapped)
            self.check_copy(size)
            self.copier.copy(self.source, size)
            self.source += size

    def advance_map(self) -> None:
        """Takes the next mapped copy from the map. The end of the target counts as one."""
        self.upcoming = next(self.mapped_copies, MapEntry(0, self.header.target_size))

    def read_mapped(self) -> int:
        return self.model.slot_bit(self.mapped_slot, 0)

    def read_gap(self, mapped: int) -> int:
        """How many bytes are inserted before a copy."""
        position = len(self.target)
        size = self.upcoming.target - position if mapped else self.gap.read()
        require(0 <= size <= self.header.target_size - position, "a gap is too large")
        return size

    def read_size(self, next_is_mapped: int) -> int:
        if next_is_mapped:
            return self.upcoming.target - len(self.target) - self.gap.read()
        return self.size.read() + 1

    def check_copy(self, size: int) -> None:
        require(size >= 0, "a copy ends after the next one begins")
        require(self.source >= 0, "a copy begins before the source")
        require(self.source + size <= self.header.source_size, "a copy ends behind the source")
        require(len(self.target) + size <= self.header.target_size, "a copy ends behind the target")


def check_source(header: Header, source: bytes) -> None:
    digest = hashlib.sha256(source).digest()[:8]
    if len(source) != header.source_size or digest != header.source_digest:
        raise PatchError("SOURCE", "the patch is for another image")


def decode(patch: bytes, source: bytes, decoder_class: Type[Decoder] = Decoder) -> Decoder:
    """Decodes a whole patch; what it makes is the decoder's target. Raises PatchError where the
    patch is refused."""
    header, payload = read_patch(patch)
    if header.flags & SOURCE:
        check_source(header, source)
    decoder = decoder_class(header, payload, source if header.flags & SOURCE else b"")
    decoder.rebuild()
    if hashlib.sha256(decoder.target).digest()[:16] != header.target_digest:
        raise PatchError("TARGET", "the digest differs")
    return decoder


def main() -> int:
    if len(sys.argv) != 4:
        print(__doc__.splitlines()[-1], file=sys.stderr)
        return 2
    source, patch, target = (pathlib.Path(argument) for argument in sys.argv[1:])
    try:
        target.write_bytes(decode(patch.read_bytes(), source.read_bytes()).target)
    except PatchError as error:
        print(f"decoder: {patch}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
