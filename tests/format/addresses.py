"""Where addresses went from the source to the target: docs/MODEL.md, chapter 5."""

from bisect import bisect_left, bisect_right, insort
from typing import Dict, List, NamedTuple, Optional, Sequence, Tuple

from header import MASK, Header, Region

NONE, MAP, LEARNED, NEAR, FAR = range(5)
NEAR_DISTANCE, FAR_DISTANCE = 64, 4096
SHIFT_BIAS = 0x100000


class MapEntry(NamedTuple):
    source: int
    target: int


class OffsetMap:
    """Tells where an offset of the source went, by the entry at or before it."""

    def __init__(self, entries: Sequence[MapEntry]):
        # A stable sort: of entries with the same source offset, the last one is also last here.
        self.entries = sorted(entries, key=lambda entry: entry.source)
        self.sources = [entry.source for entry in self.entries]

    def target_of(self, offset: int) -> Optional[int]:
        if not self.entries:
            return None
        entry = self.entries[max(bisect_right(self.sources, offset) - 1, 0)]
        return (offset - entry.source + entry.target) & MASK


class LearnedShifts:
    """How far single addresses went, of which no more than *limit* are remembered."""

    def __init__(self, limit: int):
        self.limit = limit
        self.addresses: List[int] = []  # ascending
        self.shifts: Dict[int, int] = {}

    def nearest(self, address: int) -> Optional[int]:
        """The known address nearest to this one; of two, the lower."""
        behind = bisect_left(self.addresses, address)
        around = self.addresses[max(behind - 1, 0) : behind + 1]
        return min(around, key=lambda known: abs(known - address), default=None)

    def learn(self, source: int, target: int) -> None:
        shift = (target - source) & MASK
        if (shift + SHIFT_BIAS) & MASK >= 2 * SHIFT_BIAS:
            return
        if source not in self.shifts:
            if len(self.addresses) == self.limit:
                replaced = self.nearest(source)
                self.addresses.remove(replaced)
                del self.shifts[replaced]
            insort(self.addresses, source)
        self.shifts[source] = shift


def address_of(regions: Sequence[Region], offset: int) -> Optional[int]:
    for region in regions:
        if region.offset <= offset < region.end:
            return region.address + offset - region.offset
    return None


def offset_of(regions: Sequence[Region], address: int) -> Optional[int]:
    for region in regions:
        if region.address <= address < region.address + region.size:
            return region.offset + address - region.address
    return None


class Addresses:
    def __init__(self, header: Header):
        self.source_regions = header.source_regions
        self.target_regions = header.target_regions
        self.map = OffsetMap([])
        self.shifts = LearnedShifts(header.ram // 256)

    def source_address(self, offset: int) -> Optional[int]:
        return address_of(self.source_regions, offset)

    def target_address(self, offset: int) -> Optional[int]:
        return address_of(self.target_regions, offset)

    def source_offset(self, address: int) -> Optional[int]:
        return offset_of(self.source_regions, address)

    def move(self, address: int) -> Tuple[int, int]:
        """Where an address of the source is in the target, and how certain that is."""
        known = self.shifts.nearest(address)
        if known == address:
            return (address + self.shifts.shifts[known]) & MASK, LEARNED
        offset = self.source_offset(address)
        if offset is not None:
            target_offset = self.map.target_of(offset)
            moved = None if target_offset is None else self.target_address(target_offset)
            return (address, NONE) if moved is None else (moved, MAP)
        if known is not None and abs(known - address) <= FAR_DISTANCE:
            certainty = NEAR if abs(known - address) <= NEAR_DISTANCE else FAR
            return (address + self.shifts.shifts[known]) & MASK, certainty
        return address, NONE
