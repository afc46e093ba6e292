"""An agency as practitioners see it: who it is, where it serves, whom to ring."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from adapters.contract.codes import Sector
from adapters.contract.frozen import plainly_made, replace


@plainly_made
@dataclass(frozen=True, slots=True)
class Contact:
    """How to reach a team or a duty desk; from the approved manifest, never from a reply.

    `name` is who answers there.
    """

    telephone: str | None = None
    email: str | None = None
    hours: str | None = None
    name: str | None = None


@plainly_made
@dataclass(frozen=True, slots=True)
class AgencyCard:
    """One agency; `areas` are GSS codes. A national agency's row locates nobody.

    `ring` is its duty desk under the agency's own name, None where it gave none.
    """

    id: str
    name: str
    sector: Sector
    areas: tuple[str, ...] = ()
    national: bool = False
    duty_contact: Contact | None = None
    ring: Contact | None = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Name the duty desk: each row and each sentence about it does."""
        contact = self.duty_contact
        object.__setattr__(self, "ring", replace(contact, name=self.name) if contact else None)

    def serves(self, areas: Iterable[str]) -> bool:
        """Whether it is national, or of one of these areas."""
        return self.national or not {*self.areas}.isdisjoint(areas)
