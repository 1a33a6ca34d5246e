"""Random choices that are the same in each run, on every machine."""

from typing import Iterator, Sequence, TypeVar

Choice = TypeVar("Choice")


def random_numbers(state: int) -> Iterator[int]:
    """The minimal standard generator of Park and Miller."""
    while True:
        state = state * 48271 % 2147483647
        yield state


class Chance:
    def __init__(self, seed: int):
        self.numbers = random_numbers(seed)

    def below(self, limit: int) -> int:
        return (next(self.numbers) >> 7) % limit

    def word(self) -> int:
        return self.below(1 << 16) << 16 | self.below(1 << 16)

    def pick(self, choices: Sequence[Choice]) -> Choice:
        return choices[self.below(len(choices))]
