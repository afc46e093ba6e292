"""What an agency keeps to itself without a word, by a table of its manifest."""

from dataclasses import replace

from adapters.contract.codes import Purpose, ReleaseClass, Sector
from adapters.manifest.release import Recipients, Withhold
from tests.support.gateway.decisions import EVERY, SOCIAL_WORKER, decided

GIVES_ALL = (
    '@id("all") permit (principal, action == Action::"release", resource in Source::"roll");'
)
SOCIAL_WORKERS = Recipients(
    sectors=frozenset({Sector.SOCIAL_CARE}), roles=frozenset({"practitioner"})
)


def silent(*classes: ReleaseClass, purposes: frozenset[Purpose] = frozenset()) -> Withhold:
    return Withhold.model_validate(
        {"from": SOCIAL_WORKERS, "classes": frozenset(classes), "purposes": purposes}
    )


def test_a_table_without_classes_covers_the_whole_source() -> None:
    verdict = decided(cedar=GIVES_ALL, withhold=(silent(),))
    assert verdict.tells_nothing
    assert verdict.silent == EVERY


def test_a_table_covers_its_classes_and_leaves_the_others() -> None:
    verdict = decided(cedar=GIVES_ALL, withhold=(silent(ReleaseClass.STATUS),))
    assert verdict.silent == {ReleaseClass.STATUS}
    assert verdict.permitted == EVERY - {ReleaseClass.STATUS}


def test_a_table_speaks_of_its_purposes_and_recipients_only() -> None:
    other = silent(purposes=frozenset({Purpose.EARLY_HELP}))
    police = replace(SOCIAL_WORKER, sector=Sector.POLICE)
    assert decided(cedar=GIVES_ALL, withhold=(other,)).permitted == EVERY
    assert decided(cedar=GIVES_ALL, withhold=(silent(),), who=police).permitted == EVERY


def test_silence_over_what_is_asked_is_silence_whatever_else_there_is() -> None:
    asked = frozenset({ReleaseClass.STATUS})
    table = silent(ReleaseClass.STATUS)
    assert decided(cedar=GIVES_ALL, withhold=(table,), asked=asked).tells_nothing
