"""Whose mark counts for a question depends on who asks and where, and never on the child."""

from adapters.contract.codes import Claim
from adapters.contract.contract import NoRecord, Question, Reply
from gateway.config.operator_file import Area, OperatorFile, ShieldTeam, SourceGrant
from gateway.fanout.sources import Registry, registry_of
from gateway.questions.plan import costs, shield_set
from tests.support.agencies import AUTHORITY, HOME, LOCAL, SourceFile
from tests.support.plain_sources import file_of, registered

AWAY, FAR = "E09990002", "E09990003"
MEMBER = LOCAL | {Claim.SHIELD_SET}
FILES = (
    file_of("spine", claims=AUTHORITY),
    file_of("clinic", claims=MEMBER, says_restricted=True),
    file_of("council-away", claims=MEMBER, says_restricted=True, areas=(AWAY,)),
    file_of("council-far", claims=MEMBER, says_restricted=True, areas=(FAR,)),
    file_of("police", areas=(HOME, AWAY)),
)


async def holds_nobody(_: Question) -> Reply:
    return NoRecord()


def registry(files: tuple[SourceFile, ...] = FILES) -> Registry:
    sources = [registered(file, holds_nobody) for file in files]
    operator = OperatorFile(
        log_origin="teamaround.example/test",
        shield_team=ShieldTeam(name="Shield team", telephone="01632 960999"),
        area=tuple(Area(code=code, name=code) for code in (HOME, AWAY, FAR)),
        grant=tuple(
            SourceGrant(source=s.id, agency=s.agency, claims=s.claims, origins=frozenset())
            for s in sources
        ),
    )
    return registry_of(sources, operator)


def test_near_the_caller_is_whatever_an_agency_there_also_serves() -> None:
    assert shield_set((HOME,), registry(), everywhere=False) == {"spine", "clinic", "council-away"}
    assert shield_set((FAR,), registry(), everywhere=False) == {"spine", "council-far"}


def test_beyond_the_callers_areas_the_whole_set_is_asked() -> None:
    everybody = {"spine", "clinic", "council-away", "council-far"}
    assert shield_set((HOME,), registry(), everywhere=True) == everybody


def test_the_start_says_what_each_grant_costs() -> None:
    said = {each.partition(" ")[0]: each for each in costs(registry())}
    assert said.keys() == {"spine", "clinic", "council-away", "council-far"}
    assert "every area" in said["spine"]
    assert f"callers of {HOME}, {AWAY}" in said["clinic"]
    assert f"callers of {FAR}" in said["council-far"]
