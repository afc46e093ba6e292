"""A town with a portal for families: its issuer's key, its people, and a clock that a test sets."""

import json
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from joserfc import jwt
from joserfc.jwk import ECKey

from gateway.identity.development_token import issue
from gateway.model.caller import Caller
from gateway.model.clock import Clock
from tests.support.agencies import AUTHORITY, HOME, LOCAL, MIRA, AgencyServer, rest_source
from tests.support.gateway.bindings import FAMILY_TOML, WIDE_TOML
from tests.support.loopback import serving
from tests.support.town import KNOWN, PRACTITIONER, QUERY, Answer, Town, small_town
from tests.support.town import variables_for as asking

NOON: Final = datetime(2026, 11, 23, 12, tzinfo=UTC)
ISSUER: Final = "https://families.example"
DEADLINE_S: Final = 60.0
ISSUERS: Final = f"""
[[issuer]]
issuer = "https://teamaround.example"
audience = "teamaround"
jwks = {{ file = "state/token-keys.json" }}
{WIDE_TOML}
[[issuer]]
issuer = "https://families.example"
audience = "teamaround"
jwks = {{ file = "family-keys.json" }}
profile = "family"
{FAMILY_TOML}
"""
CHILD: Final[Mapping[str, Any]] = {
    "nhs_number": MIRA["nhs"],
    "birthdate": MIRA["born"],
    "family_name": MIRA["family"],
    "given_name": MIRA["given"],
}
PARENT: Final = {"children": [{**CHILD, "parental_responsibility": "verified"}]}
DISCLOSED: Final = '{ organisation = "northbrook", show = "now" }'
CONTACT: Final = (
    '{ organisation = "northbrook", name = "Information governance team",'
    ' telephone = "01632 960010", email = "records@northbrook.example", hours = "9am to 5pm" }'
)
ACCESSES: Final = """
query Who($known: KnownDetails, $first: Int = 50, $after: String) {
  accesses(known: $known, first: $first, after: $after) {
    availableFrom
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    edges { cursor node { at organisation role purpose agencies } }
  }
}
"""


@dataclass(slots=True)
class Families:
    """The town, and whoever signs in to the portal.

    For `held_up_s` nothing runs while an answer is kept until its time: a machine is suspended.
    From `still_at` on no time passes, so that nothing takes any.
    """

    key: ECKey
    council: AgencyServer
    now: datetime = NOON
    waited: list[float] = field(default_factory=list)
    held_up_s: float = 0.0
    passed_s: float = 0.0
    still_at: float | None = None
    town: Town = field(init=False)

    def headers(self, claims: Mapping[str, Any]) -> dict[str, str]:
        """The headers of somebody whose identity was proved, with these claims."""
        said = {
            "iss": ISSUER,
            "aud": "teamaround",
            "sub": "portal-user-7",
            "iat": int(self.now.timestamp()),
            "exp": int(self.now.timestamp()) + 600,
            "identity_proofing_level": "P9",
            **claims,
        }
        header = {"alg": "ES256", "kid": self.key.kid, "typ": "at+jwt"}
        token = jwt.encode(header, said, self.key, algorithms=["ES256"])
        return {"Authorization": f"Bearer {token}", "Accept": "application/json"}

    async def who_looked(self, claims: Mapping[str, Any] = CHILD, **given: Any) -> Answer:
        """What `accesses` answers to a token with these claims."""
        return await self.town.post({"query": ACCESSES, "variables": given}, self.headers(claims))

    async def practitioner_asks(
        self, caller: Caller = PRACTITIONER, known: Mapping[str, Any] = KNOWN
    ) -> None:
        """A practitioner asks about Mira, now."""
        fresh = replace(caller, signed_in_at=int(self.now.timestamp()))
        token = issue(fresh, self.town.settings, now=self.now.timestamp(), lifetime_s=600)
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        answer = await self.town.post({"query": QUERY, "variables": asking(known)}, headers)
        assert "errors" not in answer.body, answer.text

    async def hold(self, seconds: float) -> None:
        """Where an answer is kept until its time: noted, and over at once."""
        self.waited.append(seconds)
        self.passed_s += self.held_up_s

    def monotonic(self) -> float:
        """Seconds that only grow."""
        return (self.still_at or time.monotonic()) + self.passed_s

    def sleep(self, **delta: int) -> None:
        """Let time pass."""
        self.now += timedelta(**delta)


def nodes(answer: Answer) -> list[dict[str, Any]]:
    """The accesses of a page; the test ends here if there were errors."""
    assert "errors" not in answer.body, answer.text
    return [edge["node"] for edge in answer.body["data"]["accesses"]["edges"]]


@asynccontextmanager
async def families(
    folder: Path,
    rules: tuple[str, ...] = (DISCLOSED,),
    events: str = "",
    child: Mapping[str, Any] = MIRA,
    sources: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
    **settings: Any,
) -> AsyncIterator[Families]:
    """A town whose spine and council know Mira; the spine is the shield's authority.

    `sources` is what `rest_source` takes for either, by id, where it is not the usual.
    """
    operator = (
        f"disclosure = [{', '.join(rules)}]\nevent = [{events}]\nfamily_contact = [{CONTACT}]\n"
    )
    key = ECKey.generate_key("P-256", {"kid": "family-1", "use": "sig", "alg": "ES256"})
    (folder / "issuers.toml").write_text(ISSUERS)
    public = json.dumps({"keys": [dict(key.as_dict(private=False))]})
    (folder / "family-keys.json").write_text(public)
    spine, council = AgencyServer(children=(child,)), AgencyServer()
    async with serving(spine.answer) as where, serving(council.answer) as town_hall:
        usual = {"claims": LOCAL, "areas": (HOME,), "timeout": "30s"}
        files = [
            rest_source(
                "spine", where, **{**usual, "claims": AUTHORITY, **sources.get("spine", {})}
            ),
            rest_source("council", town_hall, **{**usual, **sources.get("council", {})}),
        ]
        made = Families(key, council)
        clock = Clock(now=lambda: made.now, hold=made.hold, monotonic=made.monotonic)
        more = {"tokens__issuers": folder / "issuers.toml", "questions__deadline": DEADLINE_S}
        more |= settings
        async with small_town(folder, files, clock, operator=operator, **more) as made.town:
            yield made
