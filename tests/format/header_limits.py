"""Headers whose fields are just at their limits, and just beyond: docs/FORMAT.md, chapter 3, and
the memory of docs/MODEL.md, chapter 2. ./whittle must judge them alike."""

import hashlib
from typing import Any, Callable, Dict, Iterator, Optional, Tuple

from chance import Chance
from decoder import decode
from forger import Forgery, coded_header, forge_payload, sealed
from header import (
    CHECKSUM_SIZE, CONTEXTS, COUNTER, REGIONS, SOURCE, VERSION, Header, PatchError, Region,
)  # fmt: skip

SOURCE_IMAGE = bytes(range(7, 207))
SIZE = len(SOURCE_IMAGE)
TOP = 0xFFFFFFFF
PRINTABLE = "".join(map(chr, (*range(0x20, 0x30), *range(0x6F, 0x7F))))

Changes = Dict[str, Any]
Apply = Callable[[bytes, bytes], Optional[bytes]]


def regions(*offsets_and_sizes: Tuple[int, int], address: int = 0x1000) -> list:
    return [Region(offset, size, address) for offset, size in offsets_and_sizes]


GOOD: Tuple[Tuple[str, Changes], ...] = (
    ("nothing special", {}),
    ("least RAM", {"ram": 4096}),
    ("most RAM", {"ram": 1 << 20}),
    ("all the map that leaves room for the table", {"ram": 4096, "map_entries": 141}),
    ("one context", {"flags": CONTEXTS, "contexts": 1}),
    ("eight contexts", {"flags": CONTEXTS, "contexts": 8}),
    ("a great security counter", {"flags": COUNTER, "security_counter": TOP}),
    ("a long version", {"flags": VERSION, "firmware_version": PRINTABLE}),
    ("no regions", {"source_regions": [], "target_regions": []}),
    ("regions up to the last address", {"source_regions": regions((0, SIZE), address=TOP - SIZE)}),
    ("fifteen regions", {"target_regions": regions(*((13 * i, 13) for i in range(15)))}),
    ("addresses far apart", {"target_regions": regions((0, SIZE), address=0x80001000)}),
)
BAD: Tuple[Tuple[str, str, Changes], ...] = (
    ("less RAM", "CORRUPT", {"ram": 4032}),
    ("more RAM", "CORRUPT", {"ram": (1 << 20) + 64}),
    ("a map that leaves too little for the table", "RAM", {"ram": 4096, "map_entries": 142}),
    ("a map with more entries than bytes", "CORRUPT", {"map_entries": SIZE + 1}),
    ("a target that is too large", "CORRUPT", {"target_size": (1 << 30) + 1}),
    ("a source that is too large", "CORRUPT", {"source_size": (1 << 30) + 1}),
    ("no context", "CORRUPT", {"flags": CONTEXTS, "contexts": 0}),
    ("nine contexts", "CORRUPT", {"flags": CONTEXTS, "contexts": 9}),
    ("a version without characters", "CORRUPT", {"flags": VERSION, "firmware_version": ""}),
    ("a version that is too long", "CORRUPT", {"flags": VERSION, "firmware_version": "1" * 33}),
    ("a control character", "CORRUPT", {"flags": VERSION, "firmware_version": "\x1f"}),
    ("a delete character", "CORRUPT", {"flags": VERSION, "firmware_version": "\x7f"}),
    ("an unknown instruction set", "ISA", {"instruction_set": 8}),
    ("an address too many", "CORRUPT", {"source_regions": regions((0, 2), address=TOP - 1)}),
    ("a region of no bytes", "CORRUPT", {"source_regions": regions((4, 0))}),
    ("a region behind the source", "CORRUPT", {"source_regions": regions((1, SIZE))}),
    ("a region behind the target", "CORRUPT", {"target_regions": regions((SIZE - 1, 2))}),
)


def changed_header(changes: Changes) -> Header:
    header = Header(
        flags=SOURCE | REGIONS | changes.get("flags", 0),
        ram=32768,
        target_size=SIZE,
        source_size=SIZE,
        source_digest=hashlib.sha256(SOURCE_IMAGE).digest()[:8],
        instruction_set=1,
        source_regions=regions((0, SIZE)),
        target_regions=regions((0, SIZE)),
    )
    for name, value in changes.items():
        if name != "flags":
            setattr(header, name, value)
    return header


def forged(header: Header) -> Forgery:
    return forge_payload(header, SOURCE_IMAGE, Chance(11), may_break_rules=False)


def good_headers(apply: Apply) -> Iterator[str]:
    for name, changes in GOOD:
        forgery = forged(changed_header(changes))
        try:
            target = decode(forgery.patch, SOURCE_IMAGE).target
            if not target == forgery.target == apply(SOURCE_IMAGE, forgery.patch):
                yield f"{name}: the images differ"
        except PatchError as error:
            yield f"{name}: {error}"


def bad_headers(apply: Apply) -> Iterator[str]:
    """The payload is one that would do: only the header is to blame."""
    good = changed_header({})
    payload_end = len(forged(good).patch) - CHECKSUM_SIZE
    payload = forged(good).patch[payload_end - good.payload_size : payload_end]
    for name, expected, changes in BAD:
        header = changed_header(changes)
        header.payload_size, header.target_digest = good.payload_size, good.target_digest
        patch = sealed(coded_header(header) + payload)
        try:
            decode(patch, SOURCE_IMAGE)
            yield f"{name}: it was applied"
        except PatchError as error:
            if error.name != expected:
                yield f"{name}: {error}, not {expected}"
        if apply(SOURCE_IMAGE, patch) is not None:
            yield f"{name}: ./whittle applied it"
