"""What a caller may tell of a child beyond name, birth date and number: each checked and capped."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from adapters.contract.identifiers import Postcode
from adapters.contract.record import Name
from gateway.model.errors import AskDifferently
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


def further_details(details: Mapping[str, Any]) -> FurtherDetails:
    """Those of a question's `known`; AskDifferently says what is too much, or too long."""
    return FurtherDetails(
        other_names=_few("otherNames", [_name(each) for each in details.get("otherNames") or []]),
        former_postcodes=_few("formerPostcodes", details.get("formerPostcodes") or []),
        surroundings=Surroundings(
            carers=_lines("carers", details.get("carers") or []),
            schools=_lines("school", [details.get("school") or ""]),
            gp_practices=_lines("gpPractice", [details.get("gpPractice") or ""]),
            telephones=_lines("telephones", details.get("telephones") or []),
        ),
    )


def names_of(values: list[str]) -> tuple[str, ...]:
    """Names without blank ones and spare spaces; AskDifferently if there are too many."""
    names = tuple(" ".join(v.split()) for v in values if v.strip())
    if len(names) > MOST_NAMES or not all(map(is_line, names)):
        raise AskDifferently("VARIABLES_INVALID", f"known: at most {MOST_NAMES} names, {LINE}")
    return names


def is_line(text: str) -> bool:
    """Whether it is short and can be seen; nothing is."""
    return len(text) <= LONGEST_LINE and (text.isprintable() or not text)


def _name(details: Mapping[str, Any]) -> Name:
    family = names_of([details.get("familyName") or ""])
    return Name(names_of(details.get("givenNames") or []), next(iter(family), None))


def _lines(field: str, values: list[str]) -> tuple[str, ...]:
    lines = _few(field, [line for value in values if (line := " ".join(value.split()))])
    if not all(map(is_line, lines)):
        raise AskDifferently("VARIABLES_INVALID", f"known.{field}: {LINE}")
    return lines


def _few(field: str, values: list[Any]) -> tuple[Any, ...]:
    if len(values) > MOST:
        raise AskDifferently("VARIABLES_INVALID", f"known.{field}: at most {MOST} in one question")
    return tuple(values)
