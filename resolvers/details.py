"""The details that tell children apart, taken from a record or a reference, ready to compare."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Self

from adapters.codes import Sex
from adapters.dates import PartialDate
from adapters.identifiers import NHS_NUMBER, UPN
from adapters.record import Identifier, Name, Record
from resolvers.names import families, givens
from resolvers.reference import Reference, named_record

NUMBERS: Final = (NHS_NUMBER, UPN)


@dataclass(frozen=True, slots=True)
class Details:
    """Folded, and without what systems write for "none"; location is never among them.

    `records` are the records themselves, as `named_record` writes them. `estimated` says that
    the birth dates are guesses.
    """

    numbers: Mapping[str, frozenset[str]]
    records: frozenset[Identifier]
    families: frozenset[str]
    givens: frozenset[str]
    birth_dates: frozenset[PartialDate]
    estimated: bool
    sex: Sex | None

    @classmethod
    def of_record(cls, source: str, record: Record) -> Self:
        """What a record of `source` holds."""
        return cls(
            numbers=numbers(record.identifiers),
            records=frozenset({named_record(source, record.record_id)} if record.record_id else ()),
            families=families(record.names),
            givens=givens(record.names),
            birth_dates=frozenset({record.birth_date} if record.birth_date else ()),
            estimated=record.birth_date_estimated,
            sex=record.sex,
        )

    @classmethod
    def of_reference(cls, reference: Reference) -> Self:
        """All that is known of the child: what the caller stated and what was added."""
        names = (*reference.names, *reference.stated_names)
        stated = reference.stated_birth_date
        return cls._known(
            reference, names, reference.birth_dates | ({stated} if stated else frozenset())
        )

    @classmethod
    def of_stated(cls, reference: Reference) -> Self:
        """What the caller stated, and nothing that was added."""
        stated = reference.stated_birth_date
        return cls._known(reference, reference.stated_names, frozenset({stated} if stated else ()))

    @classmethod
    def _known(
        cls, reference: Reference, names: tuple[Name, ...], birth_dates: frozenset[PartialDate]
    ) -> Self:
        return cls(
            numbers=numbers(reference.identifiers),
            records=reference.identifiers,
            families=families(names),
            givens=givens(names),
            birth_dates=birth_dates,
            estimated=False,
            sex=reference.sex,
        )


def numbers(identifiers: Iterable[Identifier]) -> dict[str, frozenset[str]]:
    """The NHS numbers and UPNs among identifiers, by scheme; the fillers of forms left out."""
    held = [i for i in identifiers if not _filler(i.value)]
    return {scheme: frozenset(i.value for i in held if i.scheme == scheme) for scheme in NUMBERS}


def _filler(value: str) -> bool:
    """Ten equal digits pass the check of an NHS number, and stand in many systems for none."""
    return len(set(value[1:])) <= 1
