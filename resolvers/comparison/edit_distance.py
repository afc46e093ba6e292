"""How many slips of the pen lie between two words: a letter wrong, missing, added, or swapped."""

from typing import Final

from rapidfuzz.distance.OSA import distance

MANY: Final = 3  # more slips than anybody would forgive, however many more


def slips(first: str, second: str) -> int:
    """0, 1 or 2 slips, else `MANY`; two neighbours swapped are one slip."""
    return distance(first, second, score_cutoff=MANY - 1)
