"""What a caller may tell of a child beyond name, birth date and number: each checked and capped."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from adapters.contract.identifiers import Postcode
from adapters.contract.record import Name
from gateway.model.errors import AskDifferently, gathered
from resolvers.comparison.normalise import typed
from resolvers.matching.reference import Surroundings

LONGEST_LINE: Final = 100
MOST: Final = 5  # of a kind: more would be guesses
MOST_NAMES: Final = 10
LINE: Final = f"each of at most {LONGEST_LINE} visible characters"


@dataclass(frozen=True, slots=True)
class FurtherDetails:
    """Other names of the child, homes it had, and whom and what it has around."""

    other_names: tuple[Name, ...] = ()
    former_postcodes: tuple[Postcode, ...] = ()
    surroundings: Surroundings = field(default_factory=Surroundings)


NOTHING_FURTHER: Final = FurtherDetails()
_FIELDS: Final = frozenset(
    {"otherNames", "formerPostcodes", "carers", "school", "gpPractice", "telephones"}
)


def further_details(details: Mapping[str, Any]) -> FurtherDetails:
    """Those of a question's `known`; AskDifferently says what is too much, or too long."""
    if _FIELDS.isdisjoint(details):
        return NOTHING_FURTHER
    others, homes, carers, schools, practices, telephones = gathered(
        lambda: _few("otherNames", [_name(each) for each in details.get("otherNames") or []]),
        lambda: _few("formerPostcodes", details.get("formerPostcodes") or []),
        lambda: _lines("carers", details.get("carers") or []),
        lambda: _lines("school", [details.get("school") or ""]),
        lambda: _lines("gpPractice", [details.get("gpPractice") or ""]),
        lambda: _lines("telephones", details.get("telephones") or []),
    )
    around = Surroundings(
        carers=carers, schools=schools, gp_practices=practices, telephones=telephones
    )
    return FurtherDetails(other_names=others, former_postcodes=homes, surroundings=around)


def names_of(field: str, values: list[str]) -> tuple[str, ...]:
    """Names as registers have them, without blank ones; AskDifferently if there are too many.

    `field` is the one of a question's `known` that has them.
    """
    names = tuple([typed(v) for v in values if v.strip()])
    if len(names) > MOST_NAMES or not all(map(is_line, names)):
        raise AskDifferently(
            "VARIABLES_INVALID",
            f"known.{field}: at most {MOST_NAMES} names, {LINE}",
            path=("known", field),
        )
    return names


def is_line(text: str) -> bool:
    """Whether it is short and can be seen; nothing is."""
    return len(text) <= LONGEST_LINE and (text.isprintable() or not text)


def _name(details: Mapping[str, Any]) -> Name:
    family = names_of("otherNames", [details.get("familyName") or ""])
    given = names_of("otherNames", details.get("givenNames") or [])
    return Name(given, next(iter(family), None))


def _lines(field: str, values: list[str]) -> tuple[str, ...]:
    lines = _few(field, [line for value in values if (line := " ".join(value.split()))])
    if not all(map(is_line, lines)):
        raise AskDifferently("VARIABLES_INVALID", f"known.{field}: {LINE}", path=("known", field))
    return lines


def _few(field: str, values: list[Any]) -> tuple[Any, ...]:
    if len(values) > MOST:
        raise AskDifferently(
            "VARIABLES_INVALID",
            f"known.{field}: at most {MOST} in one question",
            path=("known", field),
        )
    return tuple(values)
