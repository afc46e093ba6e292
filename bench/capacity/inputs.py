"""What a reader of a plan decides or expects: inputs with defaults, each with where it is from."""

from dataclasses import dataclass, field, fields
from typing import Any, Final

_FROM: Final = "source"


def _given(default: float, what: str, source: str, *, least: float = 0) -> Any:
    return field(default=default, metadata={"what": what, _FROM: source, "least": least})


MOST: Final = 1e12
_OWN: Final = "a choice of ours: put yours"
_ROUND: Final = "a round figure of ours, nobody's price list: put yours"
_USERS: Final = "330,000 users (ContactPoint) who ask five times a week"


@dataclass(frozen=True, slots=True)
class Inputs:
    """One country, or one council: whole numbers where a count is meant."""

    councils: float = _given(150, "Councils that share the gateways", "England has 153", least=1)
    agencies: float = _given(2_000, "Sources in all", _OWN, least=1)
    asked: float = _given(12, "Agencies that one question asks", "7 to 20 in an area", least=1)
    questions_a_day: float = _given(236_000, "Questions a day", _USERS)
    peak: float = _given(60, "Questions a second at the peak", f"{_USERS}, most on school mornings")
    children: float = _given(11_000_000, "Children in the area", "ContactPoint held 11 million")
    years: float = _given(8, "Years that the log is kept", _OWN)
    cores: float = _given(4, "Cores of a machine", _OWN, least=1)
    memory_gib: float = _given(16, "Memory of a machine, GiB", _OWN, least=1)
    share: float = _given(0.6, "Share of a core that the peak may use", _OWN, least=0.05)
    spare: float = _given(1, "Machines beyond those that the peak needs", _OWN)
    copies: float = _given(2, "Copies of the database: one server and its standbys", _OWN, least=1)
    core_price: float = _given(25, "Price of a core for a month", _ROUND)
    gib_price: float = _given(4, "Price of a GiB of memory for a month", _ROUND)
    disk_price: float = _given(0.1, "Price of a GiB of disk for a month", _ROUND)

    def __post_init__(self) -> None:
        """ValueError for a number that cannot be."""
        for each in fields(self):
            value, least = getattr(self, each.name), each.metadata["least"]
            if not least <= value <= MOST:
                option = f"--{each.name.replace('_', '-')}"
                raise ValueError(f"{option} must be at least {least:g} and at most {MOST:g}")
        if self.share > 1:
            raise ValueError("--share is a part of one core: write 1 or less")
