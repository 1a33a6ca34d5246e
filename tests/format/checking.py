"""What a check is here: a name, and a function that yields what is wrong."""

from typing import Callable, Iterator, List, Optional, Tuple

from header import PatchError

Check = Tuple[str, Optional[List[str]]]  # its name, and what is wrong; none where it was skipped
CheckFunction = Callable[..., Optional[Iterator[str]]]


def complaints(check: CheckFunction, *arguments: object) -> Optional[List[str]]:
    """What is wrong, by a check; none if it was skipped. A refused patch is wrong, too."""
    found: List[str] = []
    try:
        complaining = check(*arguments)
        if complaining is None:
            return None
        for complaint in complaining:
            found.append(complaint)
    except (PatchError, RuntimeError) as error:
        found.append(str(error))
    return found
