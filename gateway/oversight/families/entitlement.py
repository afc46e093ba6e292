"""About whom a family's token lets its holder ask: themselves, or a child of theirs."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from gateway.config.operator_file import Families
from gateway.model.caller import Caller, Person
from gateway.model.further_details import FurtherDetails
from gateway.model.inquiry import Known
from resolvers.comparison.normalise import fold


def entitled(caller: Caller, families: Families, today: date) -> list[Person]:
    """Those about whom this caller may ask at all; it depends on the token alone."""
    own = [caller.person] if caller.person else []
    return [
        *(person for person in own if _age(person, today) >= families.own_from),
        *(child for child in caller.children if _age(child, today) < families.parents_until),
    ]


def confirmed(persons: Iterable[Person], known: Known) -> Person | None:
    """The one person of whom the token says all that is known, if anything is; else None."""
    unsaid = (known.sex, known.postcode, known.agency_record)
    if (
        any(unsaid) or known.further != FurtherDetails()
    ):  # a token says nothing of these, so that they confirm nobody
        return None
    found = [person for person in persons if _confirms(known, person)]
    return found[0] if len(found) == 1 else None


def _confirms(known: Known, person: Person) -> bool:
    pairs: list[tuple[Any, Any]] = [
        (known.nhs_number, person.nhs_number),
        (known.upn, person.upn),
        (known.birth_date, person.birth_date),
        (fold(known.family_name), fold(person.family_name)),
        (fold(" ".join(known.given_names)), fold(" ".join(person.given_names))),
    ]
    said = [(mine, theirs) for mine, theirs in pairs if mine]
    return bool(said) and all(mine == theirs for mine, theirs in said)


def _age(person: Person, today: date) -> int:
    """In whole years, on the birthday itself; a day that is not whole counts as nobody's age."""
    born = person.birth_date
    if born is None or not born.whole:
        raise ValueError("a person of a token has a whole day of birth")
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
