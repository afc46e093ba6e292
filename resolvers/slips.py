"""How many slips of the pen lie between two words: a letter wrong, missing, added, or swapped."""

from typing import Final

MANY: Final = 3  # more slips than anybody would forgive, however many more

_LETTERS_IN_TWO: Final = 4  # two slips put at most four letters into only one of the words


def slips(first: str, second: str) -> int:
    """0, 1 or 2 slips, else `MANY`; two neighbours swapped are one slip."""
    if abs(len(first) - len(second)) >= MANY or len({*first} ^ {*second}) > _LETTERS_IN_TWO:
        return MANY
    start = _common_start(first, second)
    one, other = first[start:], second[start:]
    end = _common_start(one[::-1], other[::-1])
    one, other = one[: len(one) - end], other[: len(other) - end]
    if max(len(one), len(other)) <= 1:
        return max(len(one), len(other))
    if len(one) == len(other) == len("ab") and one == other[::-1]:
        return 1
    return 2 if _two_apart(one, other) else MANY


def _two_apart(one: str, other: str) -> bool:
    """Whether one slip at the front of both leaves at most one more; their fronts differ."""
    ways = [(one[1:], other[1:]), (one[1:], other), (one, other[1:])]
    if one[:2] == other[1::-1]:
        ways.append((one[2:], other[2:]))
    return any(_one_apart(left, right) for left, right in ways)


def _one_apart(one: str, other: str) -> bool:
    start = _common_start(one, other)
    one, other = one[start:], other[start:]
    end = _common_start(one[::-1], other[::-1])
    one, other = one[: len(one) - end], other[: len(other) - end]
    swapped = len(one) == len(other) == len("ab") and one == other[::-1]
    return max(len(one), len(other)) <= 1 or swapped


def _common_start(first: str, second: str) -> int:
    start = 0
    for one, other in zip(first, second, strict=False):
        if one != other:
            break
        start += 1
    return start
