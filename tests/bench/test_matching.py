"""The bench of matching asks the gateway itself, and counts another child's record as false."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path
from random import Random

import pytest

from adapters.contract.contract import NoRecord, Question, Records
from adapters.contract.identifiers import NHS_NUMBER, NhsNumber, Upn
from adapters.contract.record import Identifier
from bench.matching import best, borough, results
from bench.matching.asking.caller import MadeUpCaller, callers
from bench.matching.asking.counting import Counting
from bench.matching.asking.counts import Counts, Share, upper_bound
from bench.matching.asking.rounds import asked_round
from bench.matching.district.child import Child, Household, Naming, Said, as_record
from bench.matching.district.customs import of_own_words
from bench.matching.district.families import Row
from bench.matching.district.mix import Mix
from bench.matching.district.noise import ORDINARY, Noise, mistyped, postcode_slip
from bench.matching.district.world import World, world
from bench.matching.gateway.agencies import KINDS
from bench.matching.gateway.asking import Answered, answered
from bench.matching.gateway.filing import Filing
from bench.matching.gateway.staged import PRACTITIONER, staged
from bench.matching.measured import A_ROUND, Commit, sizes
from bench.matching.settings import SETTINGS, Aims, Setting
from demo.population.register import INTAKES
from gateway.fanout.sources import RegisteredSource
from resolvers.comparison.agreement import Agreement
from resolvers.comparison.postcodes import KnownHomes, read
from tests.support.plain_sources import ON_BEHALF
from tests.support.virtual_time import run

AMARA = Said("Amara", ("Rose",), "Okonjo", "2015-03-09", "FEMALE", "QX1 1AA")


def _chance(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - the same world every time


NUMBERED = Setting("a few families", Mix(), Aims(), numbered=True)
_FIRST = ("Amara", "Bilal", "Chidi", "Dana", "Elif", "Femi", "Greta", "Hugo", "Ines", "Jonas")
_LAST = ("Okonjo", "Rahimi", "Nwosu", "Brandt", "Kaya", "Ojo", "Lind", "Moreau", "Sousa", "Varga")


def rows(count: int = 60) -> tuple[Row, ...]:
    """Rows as the census sample has them, two children a household."""
    chance = _chance(3)
    return tuple(
        {
            "household_id": f"h{n // 2}",
            "first_name": chance.choice(_FIRST),
            "last_name": _LAST[n // 2 % len(_LAST)],
            "date_of_birth": f"{2008 + n % 17}-{1 + n % 12:02}-{1 + n % 28:02}",
            "sex": chance.choice(("Female", "Male")),
            "race_ethnicity": "any",
        }
        for n in range(count)
    )


def child(key: int = 0, said: Said = AMARA) -> Child:
    """A child who never moved."""
    nhs = ("9990000018", "9990000026")[key]
    return Child(key, f"h{key}", said, "any", nhs, "", (said.postcode or "",))


def district(*children: Child, holding: int = 0) -> World:
    """A district whose every agency holds these children but the first `holding`."""
    agencies = []
    for kind in KINDS:
        agency = Filing(kind)
        for each in children[holding:]:
            numbers = (Identifier(NHS_NUMBER, each.nhs),) if kind.nhs else ()
            record = as_record(each.said, numbers, f"{kind.name}-{each.key}")
            agency.add(replace(record, restricted=False if kind.marks else None), each.key)
        agencies.append(agency)
    return World(list(children), {c.household: Household([c]) for c in children}, agencies)


def told(of: World, caller: MadeUpCaller) -> Answered:
    """What the gateway over this district tells the caller."""

    async def asking() -> Answered:
        return await answered(staged(of.agencies), caller.told)

    return run(asking())


def asking_about(one: Child, *, numbered: bool) -> MadeUpCaller:
    """A caller who gets nothing wrong."""
    number = ("nhsNumber", one.nhs) if numbered else None
    return MadeUpCaller(one, one.said, replace(one.said, further=()), number, _chance(1))


def test_a_child_whose_number_is_told_is_found_at_every_agency_that_has_it() -> None:
    amara = child()
    town, counted = district(amara), Counts()
    caller = asking_about(amara, numbered=True)
    Counting(counted, town, 1).first(caller, told(town, caller))
    assert counted.share("found", "held") == Share(1, 1)
    assert counted.share("certain", "own") == Share(len(KINDS), len(KINDS))
    assert not counted.falses


def test_a_child_under_whose_number_another_is_filed_counts_as_a_false_question() -> None:
    amara, other = child(), child(1)  # alike in all that the caller tells
    of_both = district(amara, other, holding=1)
    caller = asking_about(amara, numbered=False)
    caller = replace(caller, number=("nhsNumber", other.nhs))
    counted = Counts()
    Counting(counted, of_both, 7).after(caller, told(of_both, caller))
    assert counted.questions["false_after"] == 1
    assert counted.falses[0].startswith("seed 7, child 0")


def test_a_caller_who_reads_again_may_tell_the_name_as_another_paper_has_it() -> None:
    amara = replace(child(), forms=(Naming(("Amara",), "Eze"),))
    again = [
        MadeUpCaller(amara, amara.said, amara.said, None, _chance(n)).reads_again(["other_names"])
        for n in range(9)
    ]
    other = [{"givenNames": ["Amara"], "familyName": "Eze"}]
    assert {None} < {each and bool(each.told["otherNames"] == other) for each in again}


def test_a_caller_corrects_what_they_are_asked_to_read_again_and_nothing_else() -> None:
    amara = child()
    typed = replace(amara.said, family="Okonjoo", postcode="QX1 1AB")
    caller = MadeUpCaller(amara, amara.said, typed, None, _chance(1), home="QX1 1AA")
    both = caller.reads_again(["birth_date", "family_name", "given_name", "postcode"])
    home = replace(caller, chance=_chance(1)).reads_again(["postcode"])
    assert both
    assert both.said == amara.said
    assert home
    assert home.said == replace(typed, postcode="QX1 1AA")


def test_a_postcode_is_mistyped_into_another_one_a_letter_or_digit_away() -> None:
    homes = KnownHomes.of(read(["QX1 1AB"]))
    typed = {postcode_slip("QX1 1AB", _chance(n)) for n in range(400)}
    assert {homes.compare(read([each])) for each in typed} == {Agreement.SLIP}
    noise = replace(ORDINARY, postcode_slip=1.0)
    assert mistyped(AMARA, noise, _chance(1)).postcode != AMARA.postcode
    assert mistyped(AMARA, replace(noise, postcode_slip=0.0), _chance(1)) == AMARA


def test_a_record_that_no_search_can_reach_is_not_counted_against_the_matcher() -> None:
    amara = child()
    misspelt = district(replace(amara, said=replace(AMARA, family="Okonja")))
    caller = asking_about(amara, numbered=False)
    counted = Counts()
    Counting(counted, misspelt, 1).first(caller, told(misspelt, caller))
    by_number = sum(kind.searched_by_nhs for kind in KINDS)
    assert counted.groups[""]["own"] == by_number


def test_a_restricted_child_is_counted_apart() -> None:
    amara = replace(child(), restricted=True)
    town, counted = district(amara), Counts()
    caller = asking_about(amara, numbered=True)
    Counting(counted, town, 1).first(caller, told(town, caller))
    assert counted.questions["restricted"] == 1
    assert not counted.groups


def test_no_rule_takes_more_children_than_the_register_brings() -> None:
    few = Setting("a few families", Mix(), Aims(), homed=True)
    found = best.best(few, (1,), 30, rows=rows())
    assert len(found) == len(best.STAGES)
    for each in found:
        assert each.questions == 30
        together = each.taken.total() + each.unbrought.total()
        assert 0 < each.taken.total() <= together <= each.children.total()
        assert next(each.lines()).startswith(f"| all | {each.children.total()} |")
        assert each.bound.startswith("0 of 30 questions are false, so at most 9503")
        assert each.result()["taken"] == dict(each.taken)


def test_a_caller_who_tells_a_pupil_number_is_still_searched_for_by_name() -> None:
    pupils = Setting("pupils", Mix(twins=0.0, namesakes=0.0), Aims(), numbered=True)
    quiet = replace(pupils, noise=ORDINARY.times(0.0))
    first, _ = best.best(quiet, (1,), 40, rows=rows())
    assert first.unbrought.total() <= 1  # the register lacks one child in a hundred


def test_the_borough_is_asked_by_the_manifests_of_the_demo() -> None:
    assert all((borough.DEMO / "manifests" / f"{name}.toml").is_file() for name in INTAKES)
    assert (borough.DEMO / "operator.toml").is_file()


async def search(agency: Filing, **given: str) -> Records | NoRecord:
    reply = await agency.ask(Question("by-name", given, frozenset(), 1.0, ON_BEHALF))
    assert isinstance(reply, Records | NoRecord)
    return reply


async def test_demographics_finds_a_name_that_sounds_the_same_and_a_school_does_not() -> None:
    town = district(child(said=replace(AMARA, family="Smythe")))
    demographics, school = town.agencies[0], town.agencies[2]
    said = {"given_name": "Amara", "family_name": "Smith", "birth_date": "2015-03-09"}
    assert isinstance(await search(demographics, **said), Records)
    assert await search(school, **said) == NoRecord()
    assert await search(demographics, **{**said, "birth_date": "2015-03-10"}) == NoRecord()


def test_the_national_register_declares_twelve_million_and_holds_the_district() -> None:
    town = district(child())
    sources = staged_sources(town)
    assert sources["demographics"].population == 12_000_000
    assert sources["school"].population == 1
    assert sources["gp"].population is None
    assert not PRACTITIONER.roles & {"shield-cleared"}


def staged_sources(of: World) -> Mapping[str, RegisteredSource]:
    async def wired() -> Mapping[str, RegisteredSource]:
        return staged(of.agencies).preparation.registry.sources

    return run(wired())


def test_a_round_of_one_seed_comes_to_the_same_twice_and_of_another_to_something_else() -> None:
    once, again = (asked_round(NUMBERED, 5, 40, rows()) for _ in range(2))
    other = asked_round(NUMBERED, 6, 40, rows())
    assert once == again
    assert once.questions["asked"] == 40
    assert once.groups != other.groups
    assert once.share("certain", "own").value > 0.5


def test_a_family_moves_together_and_an_agency_that_missed_it_missed_it_for_all() -> None:
    made = world(rows(400), Mix(), Noise().times(0.0), 9)
    moved = [h for h in made.households.values() if len(h.children) > 1]
    assert all(len({c.homes for c in home.children}) == 1 for home in moved)
    demographics = made.agencies[0]
    for home in moved:
        records = [r for c in home.children for r in demographics.of_child.get(c.key, ())]
        assert len({r.addresses[0].postcode for r in records if r.addresses}) <= 1


def test_every_made_up_number_is_one_that_an_agency_could_have() -> None:
    for each in world(rows(), Mix(twins=0.5, namesakes=0.5, sharing=0.5), ORDINARY, 2).children:
        assert NhsNumber.parse(each.nhs)
        assert Upn.parse(each.upn)


def test_a_sharing_sibling_has_the_first_name_and_another_after_it() -> None:
    made = world(rows(), Mix(sharing=1.0, twins=0.0, namesakes=0.0), ORDINARY, 2)
    rivals = [each for each in made.children if each.rival]
    assert len(rivals) >= len(rows())
    for one, other in zip(rivals[::2], rivals[1::2], strict=True):
        assert one.said.given == other.said.given
        assert one.said.further != other.said.further


def test_callers_err_as_often_as_the_setting_says() -> None:
    setting = Setting("erring", Mix(), Aims(), erring=0.14)
    made = world(rows(), Mix(), ORDINARY, 4)
    asking = islice(callers(made, setting, _chance(4)), 3_000)
    assert sum(caller.errs for caller in asking) / 3_000 == pytest.approx(0.14, abs=0.02)


def test_a_childs_names_have_the_forms_that_files_of_the_custom_have() -> None:
    chance = _chance(1)
    for custom in of_own_words():
        parents = custom.parents(chance)
        named = [custom.named(parents, "FEMALE", chance) for _ in range(20)]
        assert any(each.forms for each in named), custom.name
        assert all(each.naming.given and each.naming.family for each in named)


def test_of_no_event_the_bound_is_the_rule_of_three() -> None:
    assert upper_bound(0, 30_000) == pytest.approx(3 / 30_000, rel=0.01)
    assert upper_bound(3, 100) == pytest.approx(0.0757, abs=0.0005)  # Clopper and Pearson's tables
    assert Share(0, 30_000).at_most == upper_bound(0, 30_000)


def test_seeds_are_drawn_from_the_commit_and_nobody_chooses_them() -> None:
    one, other = Commit("a" * 40, changed=False), Commit("b" * 40, changed=False)
    assert one.seed("demographics", 0) == Commit("a" * 40, changed=True).seed("demographics", 0)
    assert len({c.seed(w, n) for c in (one, other) for w in ("x", "y") for n in range(9)}) == 36


def test_a_run_that_was_written_down_reads_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(results, "FOLDER", tmp_path)
    setting, commit = SETTINGS[0], Commit("c" * 40, changed=False)
    counted = asked_round(setting, 5, 20, rows())
    found = {"settings": [results.setting_result(setting, counted, commit, 20)]}
    path = results.write(commit, found)
    assert path
    assert list(results.read(path)) == [(setting, counted)]
    assert results.write(commit, found) != path  # another run, and both are kept
    assert results.write(Commit("c" * 40, changed=True), found) is None
    other = results.write(commit, {"best": []}, kind="best-")
    assert other
    assert other.name == f"best-{'c' * 12}-1.json"


def test_every_question_of_a_run_is_of_some_round() -> None:
    for setting in SETTINGS:
        every = sizes(setting, 40_000)
        assert sum(every) == 40_000 * setting.part
        assert max(every) <= A_ROUND
