"""One agency of a world: what it is, what it holds, and the manifest that says so."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from adapters.contract.codes import Claim
from adapters.contract.identifiers import NHS_NUMBER, UPN
from adapters.manifest.manifest import SourceTable
from tests.support.agencies import HOME
from tests.support.laws.town.held_record import HeldRecord
from tests.support.laws.town.manifest_text import HEAD, OPERATION, RESTRICTED
from tests.support.laws.town.said import Said, Spoiling

EAST: Final = "E09990002"
WEST: Final = "E09990003"
AREAS: Final = (HOME, EAST, WEST)
SECTORS: Final = ("HEALTH", "EDUCATION", "SOCIAL_CARE", "POLICE")
CLASSES: Final = (
    *("IDENTITY", "INVOLVEMENT", "CONTACT", "STATUS", "LOCATION", "FAMILY", "EDUCATION"),
    *("HEALTH", "OTHER"),
)
# The claim of the shield set, and how a source outside it says so: None and False where the code
# has not heard of them.
SHIELD_SET: Final = next((claim for claim in Claim if claim.value == "shield_set"), None)
_SAYS_OWN_ROW: Final = "mark" in SourceTable.model_fields
SEARCHES: Final = {
    NHS_NUMBER: ("by-number", 'nhs = "{nhs_number}"', True),
    UPN: ("by-upn", 'upn = "{upn}"', True),
    "name": ("by-name", 'family = "{family_name}", born = "{birth_date}"', False),
    "home": ("by-home", 'home = "{postcode}", born = "{birth_date}"', False),
}
_IN_SET: Final = frozenset({"member", "authority", "spine"})


@dataclass(frozen=True, slots=True)
class LawAgency:
    """An agency with one source; its id says nothing, its `place` is its own.

    `role` is "spine" (an identity source and shield authority), "authority", "member" (of the
    shield set alone), "own-row" (its mark hides its own row) or "none" (it says nothing of
    restriction). `gives` are the classes that it gives to `sectors`; `silent` says that to others
    it says so for every child alike. Where it `proves`, an empty result by a number shows that it
    holds no such child; else it is asked by name too. Of a small `population` name and birthday are
    enough. `onward` says whether others may be asked by what it has. `state` is "up", "slow",
    "down" or "hung"; or "tired", which answers a question's first call alone; or "cut", whose lists
    leave out whom it restricts and say that there are more. What is `spoilt` in its answers is
    spoilt in each.
    """

    place: int
    role: str = "none"
    areas: tuple[str, ...] = ()
    sector: str = "HEALTH"
    by: tuple[str, ...] = (NHS_NUMBER, UPN, "name")
    gives: tuple[str, ...] = CLASSES
    sectors: tuple[str, ...] = SECTORS
    silent: bool = False
    sensitive: bool = False
    effects: bool = False
    proves: bool = True
    population: int | None = 900
    onward: bool = True
    state: str = "up"
    seconds: float = 0.02
    held: tuple[HeldRecord, ...] = ()
    spoilt: Spoiling | None = None

    @property
    def id(self) -> str:
        """The id of the agency and of its source."""
        return f"a{self.place}"

    @property
    def national(self) -> bool:
        """Whether it serves everybody, so that its row locates nobody."""
        return not self.areas

    @property
    def in_set(self) -> bool:
        """Whether it is of the shield set."""
        return self.role in _IN_SET

    @property
    def answers(self) -> bool:
        """Whether it will have answered within its own time limit."""
        return self.state in ("up", "slow")

    @property
    def claims(self) -> frozenset[Claim]:
        """What it claims and is granted."""
        claims = {Claim.CONCLUSIVE} if self.proves else set()
        claims |= set() if self.effects else {Claim.EFFECTS_NONE}
        claims |= {Claim.POPULATION} if self.population else set()
        claims |= {Claim.NATIONAL} if self.national else set()
        claims |= {Claim.SPINE} if self.role == "spine" else set()
        claims |= {Claim.SHIELD_AUTHORITY} if self.role in ("spine", "authority") else set()
        claims |= {SHIELD_SET} if SHIELD_SET and self.in_set else set()
        return frozenset(claims)

    def says(self, found: list[HeldRecord], total: int) -> Said:
        """Its answer: these of the `total` records that it found."""
        listed = {"children": [record.document for record in found], "total": total}
        return Said(200, "application/json", json.dumps(listed).encode())

    def answered(self, method: str, url: str, body: bytes) -> Said | None:
        """What it says to a request that only its own kind can read; None of any other."""
        del self, method, url, body
        return None

    def manifest(self, url: str) -> str:
        """The manifest, for a desk at `url`."""
        return self._head(url) + "".join(map(self._operation, self.by))

    def _head(self, url: str) -> str:
        """All of it but the operations."""
        head = HEAD.format(
            id=self.id,
            sector=self.sector,
            effects="notifies-agency" if self.effects else "none",
            claims=_listed(claim.value for claim in self.claims),
            onward=_listed(("identifiers", "names", "birth_date") if self.onward else ()),
            url=f"{url}/{self.id}",
            more="\n".join(self._more),
            areas=_listed(self.areas),
        )
        return head + self._release

    @property
    def _more(self) -> list[str]:
        own_row = self.role == "own-row" and _SAYS_OWN_ROW
        return [
            *(['mark = "own-row"'] if own_row else []),
            *(["sensitive = true"] if self.sensitive else []),
            *([f"population = {self.population}"] if self.population else []),
            f"bulk_roles = {[*_BULK]}".replace("'", '"'),
        ]

    @property
    def _release(self) -> str:
        to = f"sectors = [{_listed(self.sectors)}], roles = [{_listed(_ROLES)}]"
        kinds = [*self.gives, *(["SENSITIVE"] if self.sensitive else [])]
        text = f"[[release]]\nclasses = [{_listed(kinds)}]\nto = {{ {to} }}\n"
        text = text + f"purposes = [{_listed(_PURPOSES)}]\nuntil = 2099-12-31\n" if kinds else ""
        others = [sector for sector in SECTORS if sector not in self.sectors]
        if self.silent and others:
            kept = f"sectors = [{_listed(others)}], roles = [{_listed(_ROLES)}]"
            text += f"[[withhold]]\nfrom = {{ {kept} }}\n"
        return text

    def _operation(self, search: str) -> str:
        name, query, conclusive = SEARCHES[search]
        return OPERATION.format(
            name=name,
            query=query,
            conclusive=str(conclusive).lower(),
            restricted="" if self.role == "none" else RESTRICTED,
        )


_ROLES: Final = ("practitioner", "shield-cleared")
_BULK: Final = ("practitioner",)
_PURPOSES: Final = ("SAFEGUARDING", "EARLY_HELP")


def _listed(items: Iterable[str]) -> str:
    return ", ".join(f'"{item}"' for item in sorted(items))
