"""Where bits come from: the range coder (docs/FORMAT.md, chapter 5), adaptive slots, and the mixing
of many predictions (docs/MODEL.md, chapters 2 to 4).

Nothing here knows what the bits mean. The order of all calls matters, as each of them may draw
noise."""

from array import array
from typing import List, Optional, Sequence, Tuple

from header import MASK, Header, PatchError

EVEN = 32768
FRESH_SLOT = 0x8000

RATE = (60000, 24000, 16000, 11500, 8200, 5200, 3300, 2048)
COUNTING = (65535, 65535, 65535, 40000, 24000, 12000, 8000, 0)
CONFIDENCE = (0, 7, 10, 13, 14, 15, 16, 16)

UNIT_INPUTS_MAX, UNIT_SETS, UNIT_WEIGHT = 8, 23, 9600
LITERAL_SETS, LITERAL_WEIGHT = 12, 9000

FINE = (
    -2307, -2025, -1895, -1808, -1744, -1693, -1650, -1613, -1581, -1552,
    -1527, -1503, -1482, -1462, -1444, -1427, -1411, -1396, -1381, -1368,
    -1355, -1343, -1331, -1320, -1309, -1299, -1289, -1279, -1270, -1261,
    -1252, -1244, -1236, -1228, -1221, -1213, -1206, -1199, -1192, -1186,
    -1179, -1173, -1167, -1161, -1155, -1149, -1144, -1138, -1133, -1127,
    -1122, -1117, -1112, -1107, -1102, -1098, -1093, -1088, -1084, -1080,
    -1075, -1071, -1067, -1063,
)  # fmt: skip
COARSE = (
    -1002, -914, -848, -794, -750, -711, -677, -646, -618, -593,
    -569, -547, -527, -507, -489, -472, -455, -439, -424, -410,
    -396, -382, -369, -356, -344, -332, -320, -309, -298, -287,
    -276, -265, -255, -245, -235, -226, -216, -207, -197, -188,
    -179, -170, -161, -152, -144, -135, -127, -118, -110, -101,
    -93, -85, -77, -68, -60, -52, -44, -36, -28, -20,
    -12, -4,
)  # fmt: skip
SQUASHED = (
    32768, 36843, 40793, 44511, 47911, 50941, 53581, 55834, 57724, 59287,
    60565, 61598, 62428, 63090, 63615, 64030, 64357, 64614, 64816, 64974,
    65097, 65194, 65269, 65328, 65374, 65410, 65438, 65459, 65476, 65489,
    65500, 65508, 65514, 65519, 65523, 65526, 65528, 65530, 65531, 65532,
    65533, 65534, 65534, 65535, 65535,
)  # fmt: skip


def stretch(probability: int) -> int:
    """The logit, in 1/256, of a probability of 12 bits."""
    nearer = probability if probability < 2048 else 4095 - probability
    logit = FINE[nearer] if nearer < 64 else COARSE[(nearer >> 5) - 2]
    return logit if probability < 2048 else -logit


STRETCHED = tuple(stretch(probability) for probability in range(4096))


def squash(logit: int) -> int:
    """The probability, of 16 bits, of a logit."""
    size = min(abs(logit), 2815)
    step = size >> 6
    probability = SQUASHED[step] + (((SQUASHED[step + 1] - SQUASHED[step]) * (size & 63)) >> 6)
    return 65536 - probability if logit < 0 else probability


def hashed(a: int, b: int, c: int) -> int:
    h = (a * 0x9E3779B1 + b * 0x85EBCA77 + c * 0xC2B2AE3D) & MASK
    h ^= h >> 15
    h = (h * 0x2C1B3C6D) & MASK
    return h ^ (h >> 13)


def learned(slot: int, bit: int, noise: int) -> int:
    """What a slot becomes by a bit."""
    probability = slot >> 3
    count = slot & 7
    goal = 8191 if bit else 0
    probability += ((goal - probability) * RATE[count] + noise) >> 16
    if ((noise * 40503) & 0xFFFF) < COUNTING[count]:
        count += 1
    return probability << 3 | count


def moved(weight: int, delta: int, noise: int) -> int:
    """What a weight becomes."""
    return max(-32768, min(32767, weight + ((delta + (noise << 6)) >> 22)))


class RangeReader:
    """Reads bits of known probability from a payload."""

    def __init__(self, payload: bytes):
        self.payload = payload
        self.range = MASK
        self.value = int.from_bytes(payload[:4].ljust(4, b"\0"), "big")
        self.taken = 4

    def bit(self, probability: int) -> int:
        bound = (self.range >> 16) * probability
        if self.value < bound:
            bit = 1
            self.range = bound
        else:
            bit = 0
            self.value -= bound
            self.range -= bound
        while self.range < 1 << 24:
            byte = self.payload[self.taken] if self.taken < len(self.payload) else 0
            self.range <<= 8
            self.value = (self.value << 8 | byte) & MASK
            self.taken += 1
        return bit

    def even_bit(self) -> int:
        return self.bit(EVEN)

    @property
    def at_end(self) -> bool:
        return self.taken >= len(self.payload)


class Noise:
    def __init__(self) -> None:
        self.state = 1

    def next(self) -> int:
        self.state = (self.state * 1664525 + 1013904223) & MASK
        return self.state >> 16


def table_size(header: Header) -> Tuple[int, int]:
    """How many groups the table has, and its group bits; what the RAM in the header buys."""
    regions = len(header.source_regions) + len(header.target_regions)
    left = header.ram - 1344
    for taken in (12 * regions, 8 * header.map_entries, 8 * (header.ram // 256), 304, 416, 240):
        left -= (taken + 7) & ~7
    if left < 512:
        raise PatchError("RAM", "nothing is left for the table")
    groups = left // 3
    group_bits = 0
    while groups > 65536:
        groups //= 2
        group_bits += 1
    return groups, group_bits


class Table:
    """Slots that contexts share; a check byte tells most of those that collide."""

    def __init__(self, groups: int, group_bits: int, noise: Noise):
        self.groups = groups
        self.shift = 32 - group_bits
        self.noise = noise
        self.slots = array("H", [FRESH_SLOT]) * (groups << group_bits)
        self.checks = bytearray(groups << group_bits)

    def find(self, h: int) -> Optional[int]:
        """The index of the slot for a hash, unless another one holds it."""
        index = (h * self.groups) >> self.shift
        check = h & 0xFF
        if self.checks[index] == check:
            return index
        if (self.slots[index] & 7) <= 1:
            self.slots[index] = FRESH_SLOT
            self.checks[index] = check
            return index
        if self.noise.next() < 24576:
            self.slots[index] -= 1
        return None


class Weights:
    """How much the bits of one sort of decision trust each input."""

    def __init__(self, inputs: int, start: int):
        self.bias = 0
        self.inputs = [start // inputs] * inputs


Context = Tuple[int, int]


class Model:
    """All bits of a payload: those of numbers, flags of units, and literal bytes."""

    def __init__(self, header: Header, reader: RangeReader):
        self.reader = reader
        self.noise = Noise()
        self.table = Table(*table_size(header), self.noise)
        self.literal_inputs = header.contexts
        self.unit_inputs = min(header.contexts, UNIT_INPUTS_MAX)
        self.unit_weights = [Weights(self.unit_inputs, UNIT_WEIGHT) for _ in range(UNIT_SETS)]
        self.literal_weights = [
            Weights(self.literal_inputs, LITERAL_WEIGHT) for _ in range(LITERAL_SETS)
        ]

    def slot_bit(self, slots: List[int], index: int) -> int:
        """A bit with a slot of its own, slots[index]."""
        slot = slots[index]
        bit = self.reader.bit((slot >> 3) * 8 + 4)
        slots[index] = learned(slot, bit, self.noise.next())
        return bit

    def mixed_bit(self, hashes: Sequence[int], weights: Weights) -> int:
        slots = self.table.slots
        inputs: List[Tuple[Optional[int], int]] = []
        total = weights.bias * 256
        for h, weight in zip(hashes, weights.inputs):
            index = self.table.find(h)
            logit = 0
            if index is not None:
                slot = slots[index]
                logit = STRETCHED[slot >> 4] * CONFIDENCE[slot & 7]
                total += (weight * logit) >> 4
            inputs.append((index, logit))
        one = squash(total >> 12)
        bit = self.reader.bit(one)
        error = (((bit << 16) - one) * 24) >> 6
        noise = self.noise.next()
        weights.bias = moved(weights.bias, 4096 * error, noise)
        for number, (index, logit) in enumerate(inputs):
            noise = (noise + 0x5555) & 0xFFFF
            if index is not None:
                weights.inputs[number] = moved(weights.inputs[number], logit * error, noise)
                slots[index] = learned(slots[index], bit, noise)
        return bit

    def unit_bit(self, family: int, contexts: Sequence[Context], weight_set: int) -> int:
        """A decision about units or blocks."""
        hashes = [
            hashed(family + number, a, b)
            for number, (a, b) in enumerate(contexts[: self.unit_inputs])
        ]
        return self.mixed_bit(hashes, self.unit_weights[weight_set])

    def literal(self, family: int, contexts: Sequence[Context], weight_set: int, guess: int) -> int:
        """A byte; *guess* is a value that it may well have."""
        bases = [
            hashed(family + number, a, b)
            for number, (a, b) in enumerate(contexts[: self.literal_inputs])
        ]
        weights = self.literal_weights[weight_set]
        node = 1
        for left in range(8, 0, -1):
            if (guess | 0x100) >> left == node:
                first = hashed(bases[0], left * 2 + (guess >> (left - 1) & 1), 0)
            else:
                first = hashed(bases[0], 32, node)
            branch = (node * 0x9E3779B1) & MASK
            hashes = [first] + [base ^ branch for base in bases[1:]]
            node = node << 1 | self.mixed_bit(hashes, weights)
        return node & 0xFF


class Number:
    """One use of numbers, with the slots that belong to it (docs/FORMAT.md, chapter 6)."""

    SIGN_SLOT = 29

    def __init__(self, model: Model):
        self.model = model
        self.slots = [FRESH_SLOT] * 30

    def read(self) -> int:
        bits_below = 0
        while bits_below < 30 and self.model.slot_bit(self.slots, min(bits_below, 19)):
            bits_below += 1
        value = 1
        for place in range(bits_below):
            if place == 0:
                bit = self.model.slot_bit(self.slots, 20 + min(bits_below, 8))
            else:
                bit = self.model.reader.even_bit()
            value = value << 1 | bit
        return value - 1

    def read_signed(self) -> int:
        size = self.read()
        if size and self.model.slot_bit(self.slots, self.SIGN_SLOT):
            return -size
        return size
