"""Who asks in a world: any sector, area and role, accredited or not."""

from dataclasses import dataclass, replace
from typing import Final

from hypothesis import strategies as st

from adapters.contract.codes import Purpose, Sector
from gateway.model.caller import Caller
from tests.support.agencies import HOME
from tests.support.gateway.whole_gateway import TODAY
from tests.support.laws.town.law_agency import EAST, SECTORS
from tests.support.town import PRACTITIONER

CLEARED: Final = "shield-cleared"
ELSEWHERE: Final = "E06000999"  # an area of which nobody here is
_WORKER: Final = replace(
    PRACTITIONER,
    purposes=frozenset({Purpose.SAFEGUARDING, Purpose.EARLY_HELP}),
    signed_in_at=TODAY.timestamp() - 60,
    roles=frozenset({"practitioner", "bulk"}),
)


@dataclass(frozen=True, slots=True)
class LawCaller:
    """A caller and the purpose for which they ask."""

    sector: str = "SOCIAL_CARE"
    areas: tuple[str, ...] = (HOME,)
    cleared: bool = False
    purpose: str = "SAFEGUARDING"

    @property
    def caller(self) -> Caller:
        """The caller, as a verified token would say."""
        return replace(
            _WORKER,
            sector=Sector(self.sector),
            organisation=f"{self.sector.lower()}-team",
            areas=self.areas,
            roles=_WORKER.roles | ({CLEARED} if self.cleared else set()),
        )


def callers(*, cleared: bool | None = None) -> st.SearchStrategy[LawCaller]:
    """Any caller; `cleared` where the law is about one kind alone."""
    return st.builds(
        LawCaller,
        sector=st.sampled_from(("SOCIAL_CARE", *SECTORS)),
        areas=st.sampled_from([(HOME,), (HOME,), (EAST,), (HOME, EAST), (ELSEWHERE,)]),
        cleared=st.sampled_from([False, False, False, True] if cleared is None else [cleared]),
        purpose=st.sampled_from(["SAFEGUARDING", "SAFEGUARDING", "SAFEGUARDING", "EARLY_HELP"]),
    )
