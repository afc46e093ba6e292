"""For whom a verified token speaks besides its user: the person themselves, and their children."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self, TypeVar

from jmespath.exceptions import JMESPathError

from adapters.contract.dates import PartialDate
from adapters.contract.identifiers import NhsNumber, Upn
from gateway.identity.issuers import (
    ChildrenClaims,
    Family,
    PersonClaims,
    ReadClaim,
    TokenClaims,
    compiled,
)
from gateway.model.caller import Person

MOST_CHILDREN: Final = 20
_LONGEST_NAME: Final = 100
_MOST_NAMES: Final = 10
_NUMBERS: Final = ("nhs_number", "upn")
_BETWEEN: Final = re.compile(r"[\W_]+")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class FamilyReader:
    """An issuer's table of its family claims, compiled."""

    assured: ReadClaim
    own: Mapping[str, ReadClaim]
    each_child: ReadClaim
    child: Mapping[str, ReadClaim]

    @classmethod
    def of(cls, family: Family) -> Self:
        """Compile the table; ConfigurationInvalid if a path of it is no JMESPath."""
        each = family.children.each if family.children else ""
        return cls(
            assured=compiled(family.assured),
            own=_paths(family.own),
            each_child=compiled(each) if each else lambda _: None,
            child=_paths(family.children),
        )

    def persons(self, claims: TokenClaims) -> tuple[Person | None, tuple[Person, ...]]:
        """The person, and the children that they verifiedly have; nobody where it is not sure.

        What is not assured, or not whole, is as if it were not said.
        """
        try:
            if self.assured(claims) is not True:
                return None, ()
            children = self.each_child(claims)
            listed = children if isinstance(children, list) else []
            return _person(self.own, claims), tuple(
                person
                for each in listed[:MOST_CHILDREN]
                if isinstance(each, Mapping) and (person := _person(self.child, each))
            )
        except JMESPathError:
            return None, ()

    def numbers(self, claims: TokenClaims) -> frozenset[str]:
        """Every number that the token states, folded, of whomever and however unsure."""
        try:
            children = self.each_child(claims)
            stated = [(self.own, claims)]
            stated += [(self.child, each) for each in children or () if isinstance(each, Mapping)]
            said = (reads[n](of) for reads, of in stated for n in _NUMBERS if n in reads)
            texts = (str(each) for each in said if isinstance(each, str | int))
            return frozenset(filter(None, map(folded, texts)))
        except (JMESPathError, TypeError):
            return frozenset()


def folded(text: str) -> str:
    """An id or a number without what people put between its digits."""
    return _BETWEEN.sub("", text).upper()


def _paths(claims: PersonClaims | ChildrenClaims | None) -> dict[str, ReadClaim]:
    if claims is None:
        return {}
    named = {name: getattr(claims, name) for name in PersonClaims.model_fields}
    return {name: compiled(path) for name, path in named.items() if path}


def _person(reads: Mapping[str, ReadClaim], claims: TokenClaims) -> Person | None:
    """A person whose number and day of birth are stated; None for anybody less certain."""
    said = {name: read(claims) for name, read in reads.items()}
    try:
        person = Person(
            nhs_number=_parsed(said.get("nhs_number"), NhsNumber.parse),
            upn=_parsed(said.get("upn"), Upn.parse),
            given_names=_names(said.get("given_names")),
            family_name=next(iter(_names([said.get("family_name")])), None),
            birth_date=_parsed(said.get("birth_date"), PartialDate.parse),
        )
    except (ValueError, TypeError):
        return None
    numbered = person.nhs_number is not None or person.upn is not None
    dated = person.birth_date is not None and person.birth_date.whole
    return person if numbered and dated else None


def _parsed(value: Any, parse: Callable[[str], T]) -> T | None:
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise TypeError("no text")
    return parse(value)


def _names(values: Any) -> tuple[str, ...]:
    listed = values if isinstance(values, list) else []
    names = [" ".join(name.split()) for name in listed if isinstance(name, str) and name.strip()]
    if len(names) > _MOST_NAMES or any(
        len(name) > _LONGEST_NAME or not name.isprintable() for name in names
    ):
        raise ValueError("no names")
    return tuple(names)
