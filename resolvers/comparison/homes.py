"""Which addresses are one home, however each agency cuts and spells them; in doubt they are two."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Self

from adapters.contract.identifiers import is_one_digit
from adapters.contract.record import Address
from resolvers.comparison.normalise import fold

# Words that make several homes of one number, before or after it.
_PARTS: Final = frozenset(
    word
    for line in (
        "flat apartment apt unit room studio maisonette bedsit annex annexe basement garden cellar",
        "ground first second third fourth fifth floor upper lower middle top left right front rear",
        "back north south east west house cottage coach lodge hall court tower farm grange mill",
        "manor mews stables barn caravan pitch plot berth block",
    )
    for word in line.split()
)
_INWARD: Final = 3  # characters of a postcode after its space
_NUMBER: Final = frozenset({"no", "number"})  # "No. 12" is 12
_FILLED: Final = 4  # of one digit so long it is nobody's UPRN; 7 may be one


@dataclass(frozen=True, slots=True)
class Homes:
    """The homes that some addresses are of; `property_at` is the one UPRN told of a door.

    Two UPRNs are two homes. An address without one is of the property that others tell of its
    door: of its postcode, its numbers, and whatever else parts one home from the next.
    """

    property_at: Mapping[Hashable, str]

    @classmethod
    def of(cls, addresses: Iterable[Address]) -> Self:
        """The homes of all these addresses; their order does not matter."""
        told: dict[Hashable, set[str]] = defaultdict(set)
        for address in addresses:
            if uprn := _uprn(address):
                told[_door(address)].add(uprn)
        return cls({door: min(uprns) for door, uprns in told.items() if len(uprns) == 1})

    def uprn(self, address: Address) -> str | None:
        """Its own UPRN as it is written, else that of its home, where anybody tells it."""
        own = address.uprn if _uprn(address) else None
        return own or self.property_at.get(_door(address), address.uprn)

    def home(self, address: Address) -> Hashable:
        """Equal for two addresses of one home."""
        own = _uprn(address)
        if own:
            return own
        door = _door(address)
        return self.property_at.get(door, door)


def _uprn(address: Address) -> str:
    """Some systems fill it up to twelve digits, and some write a word or one digit for none."""
    written = (address.uprn or "").strip()
    filled = len(written) >= _FILLED and is_one_digit(written)
    return written.lstrip("0") if written.isdecimal() and not filled else ""


def _door(address: Address) -> Hashable:
    """Postcode and numbers with what parts homes; all of the text where there is no number.

    What stands before the first number may be a part of the house, so that it counts by the word.
    """
    postcode = fold(address.postcode).replace(" ", "")
    words = _words(address, postcode)
    numbers = [place for place, word in enumerate(words) if _has_digit(word)]
    if not postcode or not numbers:
        return postcode, tuple(words)
    before = [word for word in words[: numbers[0]] if word not in _NUMBER]
    after = [word for word in words[numbers[0] :] if _tells_apart(word)]
    return postcode, tuple(sorted(before + after)), "door"


def _words(address: Address, postcode: str) -> list[str]:
    """The words of its lines, less the postcode, which some write there too."""
    text = f" {fold(' '.join(address.lines))} "
    if postcode:
        spaced = f"{postcode[:-_INWARD]} {postcode[-_INWARD:]}"
        text = text.replace(f" {spaced} ", " ").replace(f" {postcode} ", " ")
    return text.split()


def _tells_apart(word: str) -> bool:
    return _has_digit(word) or len(word) == 1 or word in _PARTS


def _has_digit(word: str) -> bool:
    return any(map(str.isdigit, word))
