"""Decodes the golden vectors, and sees that damaged ones are refused for the right reason."""

import pathlib
from dataclasses import dataclass
from typing import Iterator, List, Optional

from checking import Check, complaints
from decoder import decode
from forger import sealed
from golden import golden_source, golden_target, long_images, many_changes_source
from header import CHECKSUM_SIZE, PatchError

VECTORS = pathlib.Path("tests/golden/version-1.txt")
LONG_RUNS = pathlib.Path("tests/golden/long-runs.txt")
MANY_CHANGES = pathlib.Path("tests/golden/many-changes.txt")
INSTRUCTION_SETS, RAM_SIZES = 8, 4
VERSION_AT, FLAGS_AT, PAYLOAD_SIZE_AT = 4, 5, 6


@dataclass
class Vector:
    instruction_set: int
    ram: int
    patch: bytes

    @property
    def source(self) -> bytes:
        return golden_source(self.instruction_set)

    @property
    def target(self) -> bytes:
        return golden_target(self.instruction_set)


def vectors() -> List[Vector]:
    found = []
    for line in VECTORS.read_text().splitlines():
        instruction_set, kibibytes, digits = line.split()
        found.append(Vector(int(instruction_set), int(kibibytes) * 1024, bytes.fromhex(digits)))
    return found


def resealed(patch: bytes) -> bytes:
    """The patch with the CRC that it should have."""
    return sealed(patch[:-CHECKSUM_SIZE])


def replaced(patch: bytes, offset: int, new: bytes) -> bytes:
    return patch[:offset] + new + patch[offset + len(new) :]


def refusal(patch: bytes, source: bytes) -> Optional[str]:
    """The error by which a patch is refused; none where it is applied."""
    try:
        decode(patch, source)
    except PatchError as error:
        return error.name
    return None


def decoded(instruction_set: int) -> Iterator[str]:
    found = [vector for vector in vectors() if vector.instruction_set == instruction_set]
    if len(found) != RAM_SIZES:
        yield f"there are {len(found)} vectors, not {RAM_SIZES}"
    for vector in found:
        try:
            if decode(vector.patch, vector.source).target != vector.target:
                yield f"{vector.ram} bytes of RAM: the image is another"
        except PatchError as error:
            yield f"{vector.ram} bytes of RAM: {error}"


def decoded_long_runs() -> Iterator[str]:
    source, target = long_images()
    lines = LONG_RUNS.read_text().splitlines()
    if len(lines) != RAM_SIZES:
        yield f"there are {len(lines)} vectors, not {RAM_SIZES}"
    for line in lines:
        kibibytes, digits = line.split()
        try:
            if decode(bytes.fromhex(digits), source).target != target:
                yield f"{kibibytes} KiB of RAM: the image is another"
        except PatchError as error:
            yield f"{kibibytes} KiB of RAM: {error}"


def decoded_many_changes(instruction_set: int) -> Iterator[str]:
    """Their targets are known by the digests in the patches alone."""
    source = many_changes_source(instruction_set)
    lines = [line.split() for line in MANY_CHANGES.read_text().splitlines()]
    patches = [bytes.fromhex(line[2]) for line in lines if int(line[0]) == instruction_set]
    if len(patches) != 2:
        yield f"there are {len(patches)} vectors, not 2"
    for patch in patches:
        error = refusal(patch, source)
        if error:
            yield f"{len(patch)} bytes: {error}"


def flipped_bits(vector: Vector) -> Iterator[str]:
    for offset in range(len(vector.patch)):
        for bit in range(8):
            patch = replaced(vector.patch, offset, bytes([vector.patch[offset] ^ 1 << bit]))
            if refusal(patch, vector.source) is None:
                yield f"bit {bit} of byte {offset} makes no difference"


def flipped_bits_resealed(vector: Vector) -> Iterator[str]:
    """Some of the payload's bits, as each is decoded: the digest, at the latest, tells."""
    for offset in range(len(vector.patch) - 5, 60, -7):
        patch = resealed(replaced(vector.patch, offset, bytes([vector.patch[offset] ^ 0x10])))
        error = refusal(patch, vector.source)
        if error not in ("CORRUPT", "TARGET"):
            yield f"byte {offset}: {error}"


def wrong_sizes(vector: Vector) -> Iterator[str]:
    for size in range(len(vector.patch)):
        error = refusal(vector.patch[:size], vector.source)
        if error != "INCOMPLETE":
            yield f"cut off at {size}: {error}"
    for more in (b"\0", b"more", vector.patch):
        error = refusal(vector.patch + more, vector.source)
        if error != "TRAILING":
            yield f"{len(more)} bytes more: {error}"


def changed_headers(vector: Vector) -> Iterator[str]:
    patch = vector.patch

    def with_payload_size(number: bytes) -> bytes:
        return replaced(patch, PAYLOAD_SIZE_AT, number)

    cases = (
        ("another magic", "NOT_A_PATCH", replaced(patch, 0, b"WHTM")),
        ("an older format", "LEGACY", replaced(patch, 0, b"BSDIFF40")),
        ("version 0", "VERSION", replaced(patch, VERSION_AT, b"\0")),
        ("version 2", "VERSION", replaced(patch, VERSION_AT, b"\2")),
        ("an unknown flag", "FEATURE", replaced(patch, FLAGS_AT, bytes([patch[FLAGS_AT] | 0x80]))),
        ("a number that is too long", "CORRUPT", with_payload_size(b"\x80\x00")),
        ("a number beyond 32 bits", "CORRUPT", with_payload_size(b"\xff" * 4 + b"\x10")),
        ("a payload beyond 32 bits", "CORRUPT", with_payload_size(b"\xff" * 4 + b"\x0f")),
    )
    for name, expected, changed in cases:
        error = refusal(resealed(changed), vector.source)
        if error != expected:
            yield f"{name}: {error}, not {expected}"


def other_sources(vector: Vector) -> Iterator[str]:
    source = vector.source
    for other in (b"", source[:-1], source + b"\0", replaced(source, 9, b"\0"), vector.target):
        error = refusal(vector.patch, other)
        if error != "SOURCE":
            yield f"a source of {len(other)} bytes: {error}"


def checks() -> Iterator[Check]:
    for instruction_set in range(INSTRUCTION_SETS):
        name = f"golden vectors of instruction set {instruction_set}"
        yield name, complaints(decoded, instruction_set)
    yield "golden vectors of long runs", complaints(decoded_long_runs)
    for instruction_set in range(1, INSTRUCTION_SETS):
        name = f"golden vectors of many changes, instruction set {instruction_set}"
        yield name, complaints(decoded_many_changes, instruction_set)
    vector = vectors()[4]
    yield "every flipped bit is refused", complaints(flipped_bits, vector)
    yield "flipped bits under a good CRC are refused", complaints(flipped_bits_resealed, vector)
    yield "a patch that is cut off or goes on is refused", complaints(wrong_sizes, vector)
    yield "changed headers are refused, each by its error", complaints(changed_headers, vector)
    yield "other sources are refused", complaints(other_sources, vector)
