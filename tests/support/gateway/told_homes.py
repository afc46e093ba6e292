"""A town of a register, child health and a police, asked about a child by her home."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from adapters.contract.codes import Claim
from tests.support.agencies import (
    AUTHORITY,
    BY_NAME,
    BY_NUMBER,
    BY_UPN,
    LOCAL,
    MIRA,
    NATIONAL,
    AgencyServer,
    SourceFile,
    rest_source,
)
from tests.support.loopback import serving
from tests.support.town import Answer, Town, small_town

MEMBER: Final = frozenset({Claim.SHIELD_SET, Claim.EFFECTS_NONE})
HERS: Final[Mapping[str, Any]] = {
    "givenNames": [MIRA["given"]],
    "familyName": MIRA["family"],
    "birthDate": MIRA["born"],
    "postcode": MIRA["home"]["postcode"],
}
UNTOLD: Final = {name: value for name, value in HERS.items() if name != "postcode"}
GUESSES: Final = (HERS, {**HERS, "postcode": "AB1 2CD"}, {**HERS, "carers": ["Ada Ashdown"]})
RESTRICTED: Final = {**MIRA, "restricted": "Y"}
NUMBERED: Final = {**UNTOLD, "nhsNumber": MIRA["nhs"]}
HIDDEN: Final = {"lines": ["1 Hiding Place"], "postcode": "ZE7 7ZZ"}
BY_BOTH: Final = (BY_NUMBER, BY_NAME)
BY_NUMBER_ALONE: Final[Mapping[str, Any]] = {"by": (BY_NUMBER,), "claims": MEMBER}


@dataclass(frozen=True)
class Asked:
    """The town, and the three whom it asks."""

    town: Town
    spine: AgencyServer
    health: AgencyServer
    police: AgencyServer

    @property
    def queries(self) -> list[list[dict[str, str]]]:
        """What each was asked by."""
        return [each.asked for each in (self.spine, self.health, self.police)]


@asynccontextmanager
async def town_with(folder: Path, **held: Any) -> AsyncIterator[Asked]:
    """Demographics for all of England, child health that is asked by number alone, and a police."""
    servers = {
        name: AgencyServer(held.get(name, (MIRA,))) for name in ("spine", "health", "police")
    }
    async with AsyncExitStack() as stack:
        urls = {n: await stack.enter_async_context(serving(s.answer)) for n, s in servers.items()}
        if held.get("silent"):
            urls["health"] = "http://127.0.0.1:1"
        onward = ("identifiers", "names", "birth_date")
        claims, by = AUTHORITY | {Claim.POPULATION}, held.get("as_spine", BY_BOTH)
        spine = rest_source("spine", urls["spine"], by=by, claims=claims)
        sources = [
            spine.with_(onward=onward, where=f"{spine.where}\npopulation = 12000000"),
            rest_source("health", urls["health"], **held.get("as_health", BY_NUMBER_ALONE)),
            rest_source("police", urls["police"], by=(BY_NAME,)),
        ]
        yield Asked(
            await stack.enter_async_context(small_town(folder, sources)),
            **servers,
        )


def momentless(answer: Answer) -> Any:
    """All of the answer but its times and receipt."""
    rows = [
        {key: value for key, value in row.items() if key not in ("latencyMs", "asOf")}
        for row in answer.rows.values()
    ]
    return rows, {k: v for k, v in answer.child_answer.items() if k not in ("answers", "receipt")}


@asynccontextmanager
async def few(folder: Path) -> AsyncIterator[Town]:
    """Demographics of a place so small that name, birthday and sex are enough for the score."""
    server = AgencyServer(({**MIRA, "sex": "female"},))
    async with serving(server.answer) as url:
        plain = rest_source("spine", url, by=(BY_NUMBER, BY_NAME))
        claims = AUTHORITY | {Claim.POPULATION}
        spine = plain.with_(
            claims=claims,
            operations=with_sex(plain).operations.replace(
                'record_id = "id"', 'record_id = "id"\n  ' + SAYS
            ),
            where=f"{plain.where}\npopulation = 900",
        )
        async with small_town(folder, [spine]) as town:
            yield town


@asynccontextmanager
async def known_to_care(folder: Path) -> AsyncIterator[tuple[Town, AgencyServer]]:
    """Demographics of all England, and a GP system that is asked by the NHS number alone.

    And a council's social care, so small that name, birthday and sex are enough for the score.
    """
    hers = {**MIRA, "sex": "female"}
    servers = {name: AgencyServer((hers,)) for name in ("spine", "care", "gp")}
    onward = ("identifiers", "names", "birth_date")
    async with AsyncExitStack() as stack:
        urls = {n: await stack.enter_async_context(serving(s.answer)) for n, s in servers.items()}
        by = (BY_NUMBER, BY_NAME)
        spine = rest_source("spine", urls["spine"], by=by, claims=AUTHORITY, onward=onward)
        claims = (AUTHORITY - {Claim.SPINE, Claim.NATIONAL}) | {Claim.POPULATION}
        care = rest_source("care", urls["care"], by=by, claims=claims, onward=onward)
        care = with_sex(care).with_(where=f"{care.where}\npopulation = 900")
        gp = rest_source("gp", urls["gp"], by=(BY_NUMBER,), claims=NATIONAL)
        yield (
            await stack.enter_async_context(small_town(folder, [spine, care, gp])),
            servers["gp"],
        )


def with_sex(file: SourceFile) -> SourceFile:
    """The same, which says the child's sex."""
    born = 'birth_date = "born"'
    return file.with_(operations=file.operations.replace(born, born + '\n  sex = "sex"'))


SAYS: Final = 'restricted = { path = "restricted", codes = "restricted" }'
TEACHES: Final = ("identifiers", "names", "birth_date")
COUNCIL: Final = LOCAL | {Claim.SHIELD_AUTHORITY}
WITHOUT_UPN: Final = {**MIRA, "upn": None}


@asynccontextmanager
async def with_a_council(
    folder: Path,
    council: tuple[Mapping[str, Any], ...],
    by: tuple[str, str, bool],
    claims: frozenset[Claim] = COUNCIL,
) -> AsyncIterator[Asked]:
    """A register without pupil numbers, a council asked by both, and a school that teaches hers."""
    at_school = {**MIRA, "nhs": MIRA["nhs"] if by is BY_NUMBER else None}
    servers = [AgencyServer((WITHOUT_UPN,)), AgencyServer(council), AgencyServer((at_school,))]
    async with AsyncExitStack() as stack:
        urls = [await stack.enter_async_context(serving(one.answer)) for one in servers]
        sources = [
            rest_source("spine", urls[0], by=(BY_NUMBER, BY_NAME), claims=AUTHORITY),
            rest_source("council", urls[1], by=(BY_NUMBER, BY_UPN), claims=claims),
            rest_source("school", urls[2], by=(by,)).with_(onward=TEACHES),
        ]
        sources[0] = sources[0].with_(onward=TEACHES)
        town = await stack.enter_async_context(small_town(folder, sources))
        yield Asked(town, *servers)
