"""Which release class each field belongs to, and what of a record is both allowed and wanted."""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from adapters.contract.codes import ReleaseClass
from adapters.contract.frozen import replace
from adapters.contract.record import Involvement, Record

CLASS_OF: Final = MappingProxyType(
    {
        "identifiers": ReleaseClass.IDENTITY,
        "names": ReleaseClass.IDENTITY,
        "birth_date": ReleaseClass.IDENTITY,
        "sex": ReleaseClass.IDENTITY,
        "addresses": ReleaseClass.LOCATION,
        "carers": ReleaseClass.FAMILY,
        "schools": ReleaseClass.EDUCATION,
        "gp_practice": ReleaseClass.HEALTH,
        "involvements": ReleaseClass.INVOLVEMENT,
        "support_statuses": ReleaseClass.STATUS,
        "events": ReleaseClass.OTHER,
    }
)
# What some items of a field need beyond the field's own class.
_FURTHER: Final = MappingProxyType(
    {
        "carers": frozenset({ReleaseClass.CONTACT}),
        "involvements": frozenset({ReleaseClass.CONTACT, ReleaseClass.SENSITIVE}),
    }
)
CONTACTS: Final = "contacts"
_EVERY_FIELD: Final = attrgetter(*CLASS_OF)  # a tuple or None where it is not said


def classes_for(fields: Iterable[str]) -> frozenset[ReleaseClass]:
    """Every class that a question for these fields of `Record` touches; unknown fields, none."""
    known = [field for field in fields if field in CLASS_OF]
    further = (_FURTHER.get(field, frozenset()) for field in known)
    return frozenset(CLASS_OF[field] for field in known).union(*further)


def fields_within(classes: frozenset[ReleaseClass], fields: Iterable[str]) -> frozenset[str]:
    """Those of these fields of `Record` that these classes give: no others need be read."""
    return frozenset(f for f in fields if f in CLASS_OF and CLASS_OF[f] in classes)


def released(record: Record, classes: frozenset[ReleaseClass], fields: frozenset[str]) -> Record:
    """What of a record is in the permitted classes and the wanted fields, field by field.

    Its id, restriction, defects and cuts are the gateway's alone and never remain; a sensitive
    involvement goes whole, since its service's kind is what must not be told.
    """
    mask = _mask(classes, fields)
    kept: dict[str, Any] = dict(zip(mask.fields, mask.read(record), strict=True))
    if mask.born and record.birth_date_estimated and record.birth_date is not None:
        kept["birth_date_estimated"] = True
    if mask.involvements and record.involvements:
        every = record.involvements
        if not mask.sensitive:
            every = tuple([i for i in every if not i.sensitive])
        kept["involvements"] = every if mask.contact else tuple(map(_uncontactable, every))
    if mask.carers and not mask.contact:
        kept["carers"] = tuple(replace(carer, telephone=None) for carer in record.carers)
    return Record(**kept)


class _Mask(NamedTuple):
    """What is read of every record under the same classes and fields."""

    fields: tuple[str, ...]
    read: Callable[[Record], tuple[Any, ...]]
    born: bool
    involvements: bool
    carers: bool
    contact: bool
    sensitive: bool


@lru_cache(maxsize=1024)  # of codes and the names of fields alone
def _mask(classes: frozenset[ReleaseClass], fields: frozenset[str]) -> _Mask:
    kept = [field for field, cls in CLASS_OF.items() if field in fields and cls in classes]
    return _Mask(
        fields=tuple(kept),
        read=_reading(kept),
        born="birth_date" in kept,
        involvements="involvements" in kept,
        carers="carers" in kept,
        contact=ReleaseClass.CONTACT in classes,
        sensitive=ReleaseClass.SENSITIVE in classes,
    )


def _reading(fields: Sequence[str]) -> Callable[[Record], tuple[Any, ...]]:
    """What reads these fields, in their order."""
    if len(fields) > 1:
        return attrgetter(*fields)
    return lambda record: tuple([getattr(record, field) for field in fields])


def fields_released(record: Record) -> frozenset[str]:
    """The names of the fields that hold anything, with "contacts" for any contact detail."""
    return _names_of(tuple(map(bool, _EVERY_FIELD(record))), reached=_reaches(record))


@lru_cache(maxsize=4096)  # there is one for each choice of fields
def _names_of(said: tuple[bool, ...], *, reached: bool) -> frozenset[str]:
    named = frozenset(field for field, is_said in zip(CLASS_OF, said, strict=True) if is_said)
    return named | {CONTACTS} if reached else named


def _uncontactable(involvement: Involvement) -> Involvement:
    practitioner = involvement.practitioner
    if practitioner is not None:
        practitioner = replace(practitioner, telephone=None, email=None)
    return replace(involvement, practitioner=practitioner, telephone=None, email=None, hours=None)


def _reaches(record: Record) -> bool:
    """Whether it has any contact detail."""
    for carer in record.carers:
        if carer.telephone:
            return True
    for one in record.involvements:
        worker = one.practitioner
        if one.telephone or one.email or one.hours:
            return True
        if worker is not None and (worker.telephone or worker.email):
            return True
    return False
