"""Who signs in to the demo's gateway, and what each of them may do there."""

from dataclasses import dataclass
from typing import Final

from adapters.contract.codes import Purpose, Sector
from demo.population.places import NORTHBROOK
from gateway.config.settings_tables import DEFAULT_ISSUER
from gateway.model.caller import Caller


@dataclass(frozen=True, slots=True)
class Badge:
    """One person with one role in Northbrook; the organisation and its sector are their employer's.

    `serves` says in words what the token is for.
    """

    user: str
    employer: tuple[str, Sector]
    role: str
    serves: str

    @property
    def caller(self) -> Caller:
        """Whom the token speaks of."""
        organisation, sector = self.employer
        return Caller(
            issuer=DEFAULT_ISSUER,
            user=self.user,
            organisation=organisation,
            sector=sector,
            roles=frozenset({self.role}),
            purposes=frozenset({Purpose.SAFEGUARDING}),
            areas=(NORTHBROOK.code,),
            accreditation=frozenset({"information-sharing"}),
        )


_COUNCIL: Final = ("Northbrook Council", Sector.SOCIAL_CARE)
# The agency that joins in docs/write-an-adapter.md: its id, as its manifest has it.
_CLINIC: Final = ("old-clinic", Sector.HEALTH)
_OPERATOR: Final = ("Team Around", Sector.OTHER)
_AUDIT: Final = ("Northbrook Audit", Sector.OTHER)
# An agency's id, for its privacy officer sees what concerns the organisation of the token.
_POLICE: Final = ("four-rivers-police", Sector.POLICE)

PRACTITIONER: Final = Badge(
    "s.okafor", _COUNCIL, "practitioner", "works for Northbrook's social care"
)
EVERYBODY: Final = (
    PRACTITIONER,
    Badge("m.adeyemi", _COUNCIL, "shield-cleared", "also sees shielded locations"),
    Badge("p.rowe", _CLINIC, "source-registrar", "registers sources of The Old Clinic"),
    Badge("d.marsh", _CLINIC, "information-governance", "approves and suspends them"),
    Badge("j.finch", _OPERATOR, "operator", "reloads the operator's files"),
    Badge("a.quill", _AUDIT, "auditor", "reads and checks the log"),
    Badge("h.tarn", _POLICE, "privacy-officer", "reads what concerns Four Rivers Police"),
)
