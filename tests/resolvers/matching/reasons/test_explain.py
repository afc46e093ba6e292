"""An explanation adds up to the score, and the picture in the docs is what it draws."""

from dataclasses import replace
from math import isclose

from hypothesis import given
from hypothesis import strategies as st

from adapters.contract.codes import Sex
from adapters.contract.record import Record
from resolvers.matching.details import Details
from resolvers.matching.grade import MatchGrade
from resolvers.matching.grading import KnownOfChild, assess
from resolvers.matching.reasons.codes import ReasonCode
from resolvers.matching.reasons.explain import explain
from resolvers.matching.reasons.waterfall import waterfall
from resolvers.matching.reference import Reference
from tests.support.docs.pages import ROOT
from tests.support.resolvers.people import KNOWN_BY_NAME, TWIN_NHS, amara, named
from tests.support.resolvers.strategies import IDENTITIES, REFERENCES

KNOWN = replace(KNOWN_BY_NAME, sex=Sex.FEMALE)
POLICE = {"police": 60_000}
HERS, TWIN = named(amara(), "Amara"), named(amara(TWIN_NHS), "Adaeze")


@given(REFERENCES, IDENTITIES, st.sampled_from([900, 60_000, None]))
def test_the_steps_add_up_to_the_score(
    reference: Reference, record: Record, population: int | None
) -> None:
    populations = {"gp": population}
    told = explain(reference, {"gp": (record,)}, ("gp", 0), populations=populations)
    known, held = KnownOfChild.of(reference), Details.of_record("gp", record)
    alone = assess(known, held, population)
    known = replace(known, twin_seen=told.bar > 10)
    scored = assess(known, held, population).weights.bits
    assert isclose(told.bits, scored, abs_tol=0.5)
    assert (told.grade is MatchGrade.CERTAINLY_NOT) == (told.reason is None)
    assert alone.grade is not MatchGrade.CERTAIN or told.reason is not None


def test_a_known_twin_raises_the_bar_and_is_what_the_record_is_held_against() -> None:
    alone = explain(KNOWN, {"police": (HERS,)}, ("police", 0), populations=POLICE)
    world = {"police": (HERS,), "gp": (TWIN,)}
    beside = explain(KNOWN, world, ("police", 0), populations=POLICE)
    assert (alone.grade, alone.bar) == (MatchGrade.CERTAIN, 10.0)
    assert (beside.against, beside.reason, beside.bar) == ("twin", ReasonCode.TWIN_KNOWN, 12.0)


def test_the_only_file_like_hers_among_all_children_is_told_as_a_step_of_its_own() -> None:
    england = {"pds": 12_000_000}
    homeless = replace(HERS, addresses=())
    only = explain(KNOWN, {"pds": (homeless,)}, ("pds", 0), populations=england)
    assert only.grade is MatchGrade.CERTAIN
    assert "the only one in a file of all children" in {step.what for step in only.steps}
    beside = {"pds": (homeless, named(homeless, "Amarra"))}
    told = explain(KNOWN, beside, ("pds", 0), populations=england)
    assert "the only one in a file of all children" not in {step.what for step in told.steps}


def test_the_table_names_each_detail_with_its_bits_and_ends_with_the_reason() -> None:
    told = str(explain(KNOWN, {"police": (HERS,)}, ("police", 0), populations=POLICE))
    assert "| birth_date | same | +12.6 |" in told
    assert told.splitlines()[-1].startswith("CERTAIN: NAME_DATE_AND_MORE. ")


def test_the_picture_in_the_docs_is_the_one_that_is_drawn() -> None:
    khan = named(amara(), "Muhammad", family="Khan")
    asked = replace(KNOWN, stated_names=khan.names)
    drawn = waterfall(explain(asked, {"police": (khan,)}, ("police", 0), populations=POLICE))
    assert (ROOT / "docs" / "matching-waterfall.svg").read_text("utf-8") == drawn
