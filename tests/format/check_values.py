"""Checks the values that docs/MODEL.md, chapter 10, gives to implementers. They are read from the
page itself, so that neither can change without the other."""

import pathlib
import re
from typing import Callable, Dict, Iterator, List, Tuple, Type

import golden_vectors
from checking import Check, complaints
from decoder import Decoder, decode
from header import Header
from model import Noise, RangeReader, hashed, learned, squash, stretch, table_size

MODEL_PAGE = pathlib.Path("docs/MODEL.md")
FORMAT_PAGE = pathlib.Path("docs/FORMAT.md")
CALL = re.compile(r"(\w+)\(([^)]*)\)\s+=\s+(-?\w+)")
HEX_BYTES = re.compile(r"^    ((?:[0-9A-F]{2} {1,2})*[0-9A-F]{2})$", re.MULTILINE)
TABLE_SIZES = re.compile(
    r"32 KiB without regions and map: ([\d,]+) slots, group bits 0\. "
    r"1 MiB without: ([\d,]+) groups, group bits (\d), ([\d,]+) slots"
)
WANTED_BIT = 500

Row = List[str]


def chapter_10() -> str:
    return MODEL_PAGE.read_text().split("\n## 10. ")[1]


def table_rows(text: str, first_cell: str) -> List[Row]:
    """The rows of numbers in the table whose head begins with this cell."""
    lines = iter(text.splitlines())
    rows = []
    for line in lines:
        if line.startswith(f"| {first_cell} |"):
            next(lines)
            for row in lines:
                if not row.startswith("|"):
                    return rows
                rows.append([cell.strip() for cell in row.strip("|").split("|")])
    return rows


def number(text: str) -> int:
    return int(text, 0)


def table_sizes() -> Iterator[str]:
    """The examples in chapter 2."""
    chapter = " ".join(MODEL_PAGE.read_text().split("\n## 3. ")[0].split())
    told = [int(text.replace(",", "")) for text in TABLE_SIZES.search(chapter).groups()]
    small, small_bits = table_size(Header(ram=32 * 1024))
    large, large_bits = table_size(Header(ram=1024 * 1024))
    found = [small << small_bits, large, large_bits, large << large_bits]
    if found != told or small_bits != 0:
        yield f"{found}, not {told}"


def functions() -> Iterator[str]:
    known: Dict[str, Callable[..., int]] = {
        "hash": hashed,
        "learn": learned,
        "stretch": stretch,
        "squash": squash,
    }
    text = chapter_10()
    noise = Noise()
    values = re.search(r"next noise gives ([\d, ]+),", text).group(1).split(", ")
    for value in values:
        drawn = noise.next()
        if drawn != number(value):
            yield f"next noise gives {drawn}, not {value}"
    calls = CALL.findall(text)
    if {name for name, _, _ in calls} != set(known):
        yield "the page names other functions than this test"
    for name, arguments, value in calls:
        result = known[name](*map(number, arguments.split(",")))
        if result != number(value):
            yield f"{name}({arguments}) = {result}, not {value}"


class TracingReader(RangeReader):
    """Remembers every bit: its probability, its value, and the reader's state behind it."""

    def __init__(self, payload: bytes):
        super().__init__(payload)
        self.trace: List[Tuple[int, int, int, int]] = []

    def bit(self, probability: int) -> int:
        bit = super().bit(probability)
        self.trace.append((probability, bit, self.range, self.value))
        return bit


class TracingDecoder(Decoder):
    reader_class: Type[RangeReader] = TracingReader


def example() -> Iterator[str]:
    """The bits of the example patch. The noise is that behind the bit, drawn once for each."""
    page = FORMAT_PAGE.read_text().split("**Example**")[1]
    patch = bytes.fromhex(" ".join(HEX_BYTES.findall(page.split("\n## ")[0])))
    trace = decode(patch, b"", TracingDecoder).reader.trace
    rows = table_rows(chapter_10().replace("| | probability", "| bit | probability"), "bit")
    noise = Noise()
    if len(trace) != len(rows):
        yield f"{len(trace)} bits, not {len(rows)}"
    for traced, (name, *told) in zip(trace, rows):
        noise.next()
        if (*traced, noise.state) != tuple(map(number, told)):
            yield f"{name}: {traced}, noise {noise.state:#x}"


def ends_of_golden_vectors() -> Iterator[str]:
    rows = {number(row[0]): row[1:] for row in table_rows(chapter_10(), "instruction set")}
    vectors = [vector for vector in golden_vectors.vectors() if vector.ram == 4 * 1024]
    if len(rows) != len(vectors):
        yield f"{len(rows)} rows, but {len(vectors)} vectors"
    for vector in vectors:
        decoder = decode(vector.patch, vector.source, TracingDecoder)
        trace = decoder.reader.trace
        found = [len(trace), trace[WANTED_BIT - 1][0], decoder.model.noise.state]
        if found != list(map(number, rows[vector.instruction_set])):
            yield f"instruction set {vector.instruction_set}: {found}"


def checks() -> Iterator[Check]:
    yield "tables have the sizes in MODEL.md", complaints(table_sizes)
    yield "the functions give the check values in MODEL.md", complaints(functions)
    yield "the example patch has the bits in MODEL.md", complaints(example)
    yield "the golden vectors end as MODEL.md says", complaints(ends_of_golden_vectors)
