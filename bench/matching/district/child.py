"""A made-up child, and what somebody wrote down of one."""

from dataclasses import dataclass, field

from adapters.contract.codes import Sex
from adapters.contract.dates import PartialDate
from adapters.contract.record import Address, Identifier, Name, Record


@dataclass(frozen=True, slots=True)
class Naming:
    """A child's names as one file has them: given names in order, and the surname."""

    given: tuple[str, ...]
    family: str


@dataclass(frozen=True, slots=True)
class Said:
    """A child as somebody wrote them down; empty or None where they did not."""

    given: str
    further: tuple[str, ...]
    family: str
    born: str | None
    sex: str | None
    postcode: str | None

    @property
    def naming(self) -> Naming:
        """The names alone."""
        return Naming(tuple(g for g in (self.given, *self.further) if g), self.family)


@dataclass(frozen=True, slots=True)
class Child:
    """A child of the district; `group` is the origin or naming custom that the names are from.

    `homes` are postcodes, the present one first. `forms` are other ways in which a file may have
    the names: a surname divided, a father's name for one. Whoever is not enrolled at a school has
    no UPN that anybody could know. `rival`: another child shares their name closely, a twin or
    sibling of the same first name, or a namesake. `own_further`: the names after the first are no
    middle name that files leave out. `strangers` is how many others in England one would expect to
    have their first name, surname and birthday. `pair` is a first name that brothers or sisters
    share by the custom, and what two of them are called by. `called` is what the child is called
    by: the first given name, the one behind a name that many share, or two that make one.
    """

    key: int
    household: str
    said: Said
    group: str
    nhs: str
    upn: str
    homes: tuple[str, ...]
    forms: tuple[Naming, ...] = ()
    former_family: str | None = None
    nowhere: bool = False
    enrolled: bool = True
    restricted: bool = False
    rival: bool = False
    own_further: bool = False
    strangers: float = 0.0
    pair: tuple[str, ...] = ()
    called: tuple[str, ...] = ()


@dataclass(slots=True)
class Household:
    """Who lives together; `silent` if the family told hardly anybody that it moved.

    `carer` is the full name of a parent, `practice` the ODS code of the family's GP practice.
    """

    children: list[Child] = field(default_factory=list)
    silent: bool = False
    carer: str = ""
    practice: str = ""


def as_record(
    said: Said,
    identifiers: tuple[Identifier, ...] = (),
    key: str | None = None,
    homes: tuple[str, ...] = (),
) -> Record:
    """What was written down, as an adapter would read it; `homes` are former ones."""
    now = (Address(postcode=said.postcode, current=True),) if said.postcode else ()
    return Record(
        record_id=key,
        identifiers=identifiers,
        names=(Name(said.naming.given, said.family or None),),
        birth_date=PartialDate.parse(said.born) if said.born else None,
        sex=Sex(said.sex) if said.sex else None,
        addresses=(*now, *(Address(postcode=home, current=False) for home in homes)),
    )
