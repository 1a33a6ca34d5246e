"""Decodes patches that ./whittle makes here, of images that are made up, and forged ones that it
must judge alike. What the patches have in them is counted: to decode nothing but plain bytes would
prove little."""

import csv
import hashlib
import os
import pathlib
import struct
import subprocess
from dataclasses import dataclass, field
from typing import Iterator, List, NamedTuple, Optional, Sequence, Set, Tuple, Type

import header_limits
from addresses import FAR, LEARNED, MAP, NEAR, NONE
from chance import Chance
from checking import Check, CheckFunction, complaints
from copies import Copier
from decoder import Decoder, decode
from firmware import Pair, firmware_pair
from forger import Forgery, coded_header, forge, forge_lost_halves, forge_runs, sealed
from header import COUNTER, HARDWARE, SIGNED, VERSION, Header, PatchError
from instruction_sets import INSTRUCTION_SETS
from units import POINTER, WORD, Unit

WHITTLE = "./whittle"
CORPUS = pathlib.Path(os.environ.get("WHITTLE_CORPUS", "../shared/corpus"))
CORPUS_PAIRS = ("bnx2-06-6.0.15-6.2.1", "uvk5-20230929")
RAM_SIZES = ("4K", "8K", "16K", "64K", "1M")
POINTERS = 40
FORGERIES = 90


class Core(NamedTuple):
    """An instruction set by its name for ./whittle, and where flash and RAM are."""

    name: str
    flash: int
    ram: int
    big_endian: bool = False

    @property
    def options(self) -> List[str]:
        isa = [] if self.name == "none" else ["--isa", self.name]
        return [*isa, "--base", hex(self.flash)]

    def __str__(self) -> str:
        return self.name + " big-endian" * self.big_endian


# By the number of the instruction set. The byte order of MIPS is found by ./whittle.
CORES = (
    Core("none", 0x08001000, 0x20000000),
    Core("thumb", 0x08001000, 0x20000000),
    Core("xtensa", 0x40200000, 0x3FFE8000),
    Core("riscv", 0x42000000, 0x3FC80000),
    Core("aarch64", 0x80000, 0x20000000),
    Core("avr", 0x4000, 0x800000),
    Core("mips", 0x9D000000, 0x80000000),
    Core("mips", 0x9D000000, 0x80000000, big_endian=True),
)
THUMB, XTENSA, RISCV = CORES[1:4]

TEXT = (
    b"An update that fails must never leave a device that fails. "
    b"What was confirmed stays; what was not goes back. "
)

SeenUnit = Tuple[int, int, bool]  # kind, certainty, whether it is predicted to change


# ---- What was met ----


class CountingCopier(Copier):
    """Remembers which sorts of units and which sizes of blocks there were."""

    def __init__(self, *parts):
        super().__init__(*parts)
        self.seen_units: Set[SeenUnit] = set()
        self.seen_blocks: Set[int] = set()

    def next_unit(self) -> Unit:
        unit = super().next_unit()
        self.seen_units.add((unit.kind, unit.certainty, unit.predicted != unit.raw))
        return unit

    def block(self, unit: Unit, count: int) -> None:
        self.seen_blocks.add(count)
        super().block(unit, count)


class CountingDecoder(Decoder):
    copier_class: Type[Copier] = CountingCopier


@dataclass
class Census:
    units: List[Set[SeenUnit]] = field(default_factory=lambda: [set() for _ in INSTRUCTION_SETS])
    blocks: Set[int] = field(default_factory=set)

    def count(self, decoder: Decoder) -> None:
        self.units[decoder.header.instruction_set] |= decoder.copier.seen_units
        self.blocks |= decoder.copier.seen_blocks

    def missing(self) -> Iterator[str]:
        for number, (instructions, seen) in enumerate(zip(INSTRUCTION_SETS, self.units)):
            wanted = {POINTER, WORD}
            if instructions is not None:
                wanted |= {reference.kind for reference in instructions.references}
            for kind in sorted(wanted - {kind for kind, _, changed in seen if changed}):
                yield f"instruction set {number}: nothing of kind {kind} was predicted to change"
        certainties = {certainty for seen in self.units for _, certainty, _ in seen}
        for certainty in sorted({NONE, MAP, LEARNED, NEAR, FAR} - certainties):
            yield f"no address was moved with certainty {certainty}"
        for size in sorted({2, 4, 8, 16, 32, 64, 128, 256} - self.blocks):
            yield f"there was no block of {size} units"


# ---- Making and decoding ----


class Workshop:
    """A folder where patches are made, and what they had in them."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        self.census = Census()

    def write(self, name: str, content: bytes) -> str:
        path = self.folder / name
        path.write_bytes(content)
        return str(path)

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run([WHITTLE, *arguments], capture_output=True, text=True, timeout=120)

    def whittle(self, *arguments: str) -> None:
        done = self.run(*arguments)
        if done.returncode != 0:
            raise RuntimeError(f"whittle {' '.join(arguments)}: {done.stderr}")

    def patch(self, pair: Pair, *options: str) -> bytes:
        old, new = self.write("old.bin", pair.source), self.write("new.bin", pair.target)
        patch = str(self.folder / "patch")
        self.whittle("diff", "--quiet", "--input", "raw", *options, old, new, patch)
        return pathlib.Path(patch).read_bytes()

    def decode(self, patch: bytes, pair: Pair) -> Decoder:
        """Decodes a patch; it must make the pair's target."""
        decoder = decode(patch, pair.source, CountingDecoder)
        if decoder.target != pair.target:
            raise RuntimeError("the image is another")
        self.census.count(decoder)
        return decoder

    def there_and_back(self, pair: Pair, *options: str) -> Decoder:
        return self.decode(self.patch(pair, *options), pair)

    def applied(self, source: bytes, patch: bytes) -> Optional[bytes]:
        """What ./whittle makes of a patch; none where it refuses it."""
        old, changed = self.write("old.bin", source), self.write("patch", patch)
        new = self.folder / "new.bin"
        done = self.run("apply", "--quiet", "--input", "raw", old, changed, str(new))
        return new.read_bytes() if done.returncode == 0 else None


def made_up(core: Core, seed: int, functions: int) -> Pair:
    return firmware_pair(CORES.index(core), seed, functions, POINTERS, core.flash, core.ram)


# ---- The checks; each returns what is wrong, or raises ----


def every_ram_size(shop: Workshop, core: Core) -> Iterator[str]:
    number = CORES.index(core)
    for index, ram in enumerate(RAM_SIZES):
        pair = made_up(core, 1 + 8 * index + number, 70)
        header = shop.there_and_back(pair, "--ram", ram, *core.options).header
        if header.instruction_set != number or not header.map_entries:
            yield f"{ram}: set {header.instruction_set}, {header.map_entries} map entries"


def little_ram_forgets_shifts(shop: Workshop) -> Iterator[str]:
    decoder = shop.there_and_back(made_up(THUMB, 5, 300), "--ram", "4K", *THUMB.options)
    shifts = decoder.addresses.shifts
    if len(shifts.addresses) != 16 or shifts.limit != 16:
        yield f"{len(shifts.addresses)} shifts of {shifts.limit}"


def long_runs(shop: Workshop) -> Iterator[str]:
    chance = Chance(3)
    source = bytes(chance.below(256) for _ in range(60001))
    target = bytearray(source)
    for offset in (9000, 21000, 21040, 40003, 59998):
        target[offset] ^= 1 + chance.below(255)
    decoder = shop.there_and_back(Pair(source, bytes(target)))
    if 256 not in decoder.copier.seen_blocks:
        yield f"blocks of {sorted(decoder.copier.seen_blocks)} units"


def inserted_text(shop: Workshop) -> Iterator[str]:
    for core in CORES:
        pair = made_up(core, 77, 22)
        sets = set()
        for at in (0, 402, 801, len(pair.target)):
            target = pair.target[:at] + TEXT[: 61 + at % 7] + pair.target[at:]
            decoder = shop.there_and_back(Pair(pair.source, target), *core.options)
            sets.add(decoder.header.instruction_set)
        if CORES.index(core) not in sets:
            yield f"{core}: instruction sets {sets}"


def self_contained(shop: Workshop) -> Iterator[str]:
    image = made_up(THUMB, 40, 25).target + TEXT
    decoder = shop.there_and_back(Pair(b"", image), "--full")
    if decoder.header.source_size or decoder.header.map_entries:
        yield "it has a source"


def odd_sizes(shop: Workshop) -> Iterator[str]:
    for core in CORES:
        pair = made_up(core, 60, 12)
        rests = set()
        for less, more in ((1, 0), (0, 1), (3, 2), (2, 3)):
            source = pair.source[: len(pair.source) - less]
            cut = Pair(source, pair.target + TEXT[:more])
            header = shop.there_and_back(cut, *core.options).header
            rests.add((header.source_size % 4, header.target_size % 4))
        if len(rests) != 4:
            yield f"{core}: sizes modulo 4 {rests}"


def empty_images(shop: Workshop) -> Iterator[str]:
    for source, target in ((b"", b""), (b"", b"a"), (b"a", b""), (b"", TEXT), (TEXT, b"")):
        shop.there_and_back(Pair(source, target))
    header = Header(ram=4096, target_digest=hashlib.sha256(b"").digest()[:16])
    least = sealed(coded_header(header))
    shop.decode(least, Pair(b"", b""))
    if len(least) != 30 or shop.applied(b"", least) != b"":
        yield f"the smallest patch, of {len(least)} bytes"


def budgets(shop: Workshop) -> Iterator[str]:
    pair = made_up(XTENSA, 21, 70)
    counts = set()
    for budget in ("1000", "1500", "2000", "3000"):
        decoder = shop.there_and_back(pair, "--decode-budget", budget, *XTENSA.options)
        counts.add(decoder.header.contexts)
    if min(counts) > 2 or len(counts) < 3:
        yield f"contexts: {sorted(counts)}"


def optional_fields(shop: Workshop) -> Iterator[str]:
    shop.whittle("keygen", "--quiet", str(shop.folder / "key"))
    options = ["--sign", str(shop.folder / "key.pem"), "--security-counter", "300"]
    options += ["--hardware", "70000", "--fw-version", "2.1 (beta)"]
    header = shop.there_and_back(made_up(RISCV, 8, 20), *options).header
    wanted = SIGNED | COUNTER | HARDWARE | VERSION
    if header.flags & wanted != wanted:
        yield f"flags {header.flags:#x}"
    fields = (header.security_counter, header.device_class, header.firmware_version)
    if fields != (300, 70000, "2.1 (beta)"):
        yield f"fields {fields}"


def elf_file(image: bytes, data_size: int) -> bytes:
    """An ELF file for Arm whose last bytes are initial values of variables in RAM."""
    text, data = image[:-data_size], image[-data_size:]
    head, entry = struct.calcsize("<16sHHIIIIIHHHHHH"), struct.calcsize("<8I")
    start = head + 2 * entry
    identity = b"\x7fELF\x01\x01\x01".ljust(16, b"\0")
    file_header = struct.pack(
        "<16sHHIIIIIHHHHHH", identity, 2, 40, 1, THUMB.flash, head, 0, 0, head, entry, 2, 0, 0, 0
    )
    in_flash = struct.pack("<8I", 1, start, THUMB.flash, THUMB.flash, len(text), len(text), 5, 4)
    in_ram = struct.pack(
        "<8I", 1, start + len(text), THUMB.ram, THUMB.flash + len(text), data_size, data_size, 6, 4
    )
    return file_header + in_flash + in_ram + image


def several_regions(shop: Workshop) -> Iterator[str]:
    pair = made_up(THUMB, 30, 90)
    old = shop.write("old.elf", elf_file(pair.source, 4 * POINTERS))
    new = shop.write("new.elf", elf_file(pair.target, 4 * (POINTERS + 3)))
    patch = shop.folder / "patch"
    shop.whittle("diff", "--quiet", "--isa", "thumb", old, new, str(patch))
    header = shop.decode(patch.read_bytes(), pair).header
    if (len(header.source_regions), len(header.target_regions)) != (2, 2):
        yield f"regions {header.source_regions}, {header.target_regions}"


def judged_apart(shop: Workshop, forgery: Forgery, name: str) -> Iterator[str]:
    try:
        decoder = decode(forgery.patch, forgery.source, CountingDecoder)
        here: Optional[bytes] = bytes(decoder.target)
        shop.census.count(decoder)
    except PatchError:
        here = None
    there = shop.applied(forgery.source, forgery.patch)
    if not here == there == forgery.target:
        images = (forgery.target, here, there)
        sizes = ["refused" if image is None else len(image) for image in images]
        yield f"{name}: written, decoded here, by ./whittle: {sizes}"


def runs_at_thresholds(shop: Workshop) -> Iterator[str]:
    """Copies end just before a run is long enough for greater blocks, and when it is."""
    ends = (11, 12, 63, 64, 127, 128, 255, 256, 511, 512, 1024)
    lengths = [end - start for start, end in zip((0, *ends), ends)]
    yield from judged_apart(shop, forge_runs(lengths), "runs")


def lost_halves(shop: Workshop) -> Iterator[str]:
    yield from judged_apart(shop, forge_lost_halves(), "halves")


def forgeries(shop: Workshop) -> Iterator[str]:
    """What no encoder would make, ./whittle must apply to the same image, or refuse, too."""
    applied = 0
    for seed in range(1, FORGERIES + 1):
        forgery = forge(seed)
        applied += forgery.target is not None
        yield from judged_apart(shop, forgery, f"forgery {seed}")
    if not FORGERIES // 2 < applied < FORGERIES:
        yield f"of {FORGERIES} forgeries {applied} were applied"


def limits(shop: Workshop) -> Iterator[str]:
    yield from header_limits.good_headers(shop.applied)
    yield from header_limits.bad_headers(shop.applied)


def corpus_pairs(shop: Workshop) -> Optional[Iterator[str]]:
    table = CORPUS / "pairs.tsv"
    if not table.exists():
        return None
    return decoded_corpus_pairs(shop, table)


def decoded_corpus_pairs(shop: Workshop, table: pathlib.Path) -> Iterator[str]:
    with table.open() as lines:
        rows = {row["id"]: row for row in csv.DictReader(lines, delimiter="\t")}
    for name in CORPUS_PAIRS:
        paths = (CORPUS / rows[name]["old_path"], CORPUS / rows[name]["new_path"])
        decoder = shop.there_and_back(Pair(*(path.read_bytes() for path in paths)))
        if decoder.header.instruction_set == 0:
            yield f"{name}: the instruction set was not found"


def checks(folder: pathlib.Path) -> Iterator[Check]:
    shop = Workshop(folder)
    for core in CORES:
        yield f"{core}: every size of RAM", complaints(every_ram_size, shop, core)
    named: Sequence[Tuple[str, CheckFunction]] = (
        ("shifts are forgotten where there is little RAM", little_ram_forgets_shifts),
        ("long runs, in blocks", long_runs),
        ("inserted text", inserted_text),
        ("self-contained patches", self_contained),
        ("images of any size", odd_sizes),
        ("empty images", empty_images),
        ("fewer contexts for a budget", budgets),
        ("a signature and optional fields", optional_fields),
        ("several regions", several_regions),
        ("runs at the thresholds of blocks", runs_at_thresholds),
        ("halves of addresses at the start of the target", lost_halves),
        ("forgeries are judged alike", forgeries),
        ("headers at their limits are judged alike", limits),
        ("pairs of the corpus", corpus_pairs),
    )
    for name, check in named:
        yield name, complaints(check, shop)
    yield "every sort of unit and block was there", complaints(shop.census.missing)
