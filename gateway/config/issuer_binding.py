"""What one issuer of tokens may say of people: the bounds that the operator writes for it."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
)

from adapters.contract.codes import Purpose, Sector

ANY: Final = "*"
_Any = Literal["*"]
_Name = Annotated[str, StringConstraints(min_length=1, max_length=256)]
_HIGHEST: Final = 4


@dataclass(frozen=True, slots=True)
class Asserted:
    """What a token says of its person, in the terms of a binding."""

    organisation: str
    sector: str
    roles: Collection[str]
    purposes: Collection[str]
    areas: Collection[str]
    accreditation: Collection[str]
    assurance: int


class IssuerBinding(BaseModel):
    """One set of what an issuer may assert together; a token fits a set wholly, or not at all.

    `"*"` is any, where it is written out: of organisations, sectors, purposes and areas. A role
    counts only by its name, and so does an accreditation, since rules and rooms open by them.
    `assurance` is the highest level of identity that counts, 0 to 4.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    organisations: Annotated[tuple[_Name, ...], Field(min_length=1)]
    sectors: Annotated[tuple[Sector | _Any, ...], Field(min_length=1)]
    roles: tuple[_Name, ...]
    purposes: tuple[Purpose | _Any, ...]
    areas: tuple[_Name, ...]
    accreditation: tuple[_Name, ...] = ()
    assurance: Annotated[int, Field(ge=0, le=_HIGHEST)] = 0

    @field_validator("roles", "accreditation")
    @classmethod
    def _by_name(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if ANY in names:
            raise ValueError('list each by its name; "any" is not allowed')
        return names

    def beyond(self, said: Asserted) -> tuple[str, ...]:
        """The kinds of claim, by the binding's own words, that say more than this set allows."""
        checks = {
            "organisations": _within([said.organisation], self.organisations),
            "sectors": _within([said.sector], self.sectors),
            "roles": _within(said.roles, self.roles),
            "purposes": _within(said.purposes, self.purposes),
            "areas": _within(said.areas, self.areas),
            "accreditation": _within(said.accreditation, self.accreditation),
            "assurance": said.assurance <= self.assurance,
        }
        return tuple(kind for kind, within in checks.items() if not within)


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, dict) else value


# One table, or several: `[may_assert]` or `[[may_assert]]`.
IssuerBindings = Annotated[
    tuple[IssuerBinding, ...], BeforeValidator(_listed), Field(max_length=1000)
]


def beyond_all(bindings: Collection[IssuerBinding], said: Asserted) -> tuple[str, ...]:
    """What is beyond the set that fits best; nothing if the token fits one, all if there is none.

    Sets are never mixed: an auditor of one organisation is none of another.
    """
    everything = tuple(IssuerBinding.model_fields)
    return min((each.beyond(said) for each in bindings), key=len, default=everything)


def _within(said: Collection[str], allowed: Collection[str]) -> bool:
    return ANY in allowed or all(each in allowed for each in said)


# The development key alone may say anything: it signs for whoever sits at the machine, and
# production refuses it. No file can say so of roles, so it is made past the checks.
DEVELOPMENT: Final = IssuerBinding.model_construct(
    organisations=(ANY,),
    sectors=(ANY,),
    roles=(ANY,),
    purposes=(ANY,),
    areas=(ANY,),
    accreditation=(ANY,),
    assurance=_HIGHEST,
)
