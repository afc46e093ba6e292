"""The simulation keeps the laws of queues, and its waves are what they say."""

from dataclasses import replace
from random import Random
from statistics import mean
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from bench.capacity.figures import Line
from bench.national.__main__ import RATES, breaks
from bench.national.country import Country
from bench.national.drawn import drawn
from bench.national.parts import DECISIONS, ENGINES, POSTGRESQL, Parts, processes_for
from bench.national.simulation import Outcome, Simulation
from bench.national.waves import OUTAGE, WAVES, Arrival, Wave
from tests.bench.support.figures import FIGURES

TOWN: Final = Country(councils=6, agencies=40, regions=2, national=4, asked=5)
PARTS: Final = Parts.of(FIGURES, processes=2)
CALM: Final = WAVES[1]
DICE: Final = Random(3)  # noqa: S311 - the same each time
_SECONDS: Final = 10.0


def simulated(parts: Parts, wave: Wave = CALM, peak: float = 3, country: Country = TOWN) -> Outcome:
    arrivals = wave.arrivals(country, peak, _SECONDS)
    return Simulation(parts, country, wave, _SECONDS, constant=True).run(arrivals)


def test_a_question_alone_takes_what_its_steps_take() -> None:
    alone = [Arrival(0.0, 0, TOWN.asked_by(0, DICE))]
    went = Simulation(PARTS, TOWN, CALM, _SECONDS, constant=True).run(alone)
    steps = (PARTS.question.at(5), PARTS.keys_ms, 2 * PARTS.hold_ms(1), PARTS.agency_ms)
    assert went.took_s == [pytest.approx(sum(steps) / 1000)]


def test_every_question_is_answered_however_many_come() -> None:
    for peak in (1, 20, 200):
        arrivals = list(CALM.arrivals(TOWN, peak, _SECONDS))
        went = Simulation(PARTS, TOWN, CALM, _SECONDS, constant=True).run(arrivals)
        assert len(went.took_s) == len(arrivals)
        assert all(0 <= busy <= 1 + 1e-9 for busy in went.busy.values())


def test_a_part_is_as_busy_as_its_work_says() -> None:
    arrivals = list(CALM.arrivals(TOWN, 20, _SECONDS))
    simulation = Simulation(PARTS, TOWN, CALM, _SECONDS, constant=True)
    went = simulation.run(arrivals)
    work = sum(PARTS.question.at(len(each.agencies)) for each in arrivals)
    assert went.busy["gateway CPU"] == pytest.approx(work / 2 / simulation.now)


@settings(max_examples=15)
@given(st.floats(1, 5), st.sampled_from(["keys_ms", "alone_ms", "agency_ms", "slow"]))
def test_a_dearer_part_never_makes_the_mean_answer_sooner(dearer: float, part: str) -> None:
    # The groups of a log move with its entries, so one question may gain what others lose.
    slower = replace(PARTS, **{part: getattr(PARTS, part) * dearer})
    before, after = mean(simulated(PARTS).took_s), mean(simulated(slower).took_s)
    assert after >= before - 0.002


def test_more_gateways_never_make_anything_break_sooner() -> None:
    for engine in ENGINES:
        limits = [Parts.of(FIGURES, number, engine).first(12)[1] for number in (2, 4, 40, 400)]
        assert limits == sorted(limits)


def test_a_log_under_one_lock_answers_late_beyond_its_limit_and_soon_below_it() -> None:
    tight = replace(PARTS, processes=64, alone_ms=20.0, entry_ms=10.0)
    limit = tight.limits(TOWN.asked)["the log's lock"]
    below, beyond = (simulated(tight, peak=limit * share).at(0.95) for share in (0.3, 3.0))
    assert below < 1 < beyond


def test_a_silent_agency_costs_the_time_out_until_its_breaker_opens() -> None:
    down = simulated(PARTS, WAVES[2], peak=10)
    calm = simulated(PARTS, replace(WAVES[2], silent=lambda _: frozenset()), peak=10)
    late = [each for each in down.took_s if each > PARTS.timeout_ms / 1000]
    assert down.unanswered > 0 == calm.unanswered
    assert 0 < len(late) < 25  # at both gateways the first few, and whoever asked meanwhile
    assert down.at(0.5) == pytest.approx(calm.at(0.5), rel=0.2)


def test_a_region_that_is_down_leaves_the_others_answers_whole() -> None:
    arrivals = list(WAVES[3].arrivals(TOWN, 10, _SECONDS))
    elsewhere = [each for each in arrivals if TOWN.region_of(each.council) != 0]
    went = Simulation(PARTS, TOWN, WAVES[3], _SECONDS, constant=True).run(elsewhere)
    assert went.unanswered == 0


@pytest.mark.parametrize("wave", WAVES, ids=lambda wave: str(wave.called))
def test_a_wave_is_the_same_for_the_same_seed_and_stays_below_its_peak(wave: Wave) -> None:
    made = list(wave.arrivals(TOWN, 30, 20))
    assert made == list(wave.arrivals(TOWN, 30, 20))
    assert [each.at for each in made] == sorted(each.at for each in made)
    assert 0.3 * 30 * 20 < len(made) <= 1.2 * 30 * 20
    assert wave.is_silent(TOWN, 0.0, 20) == frozenset()
    assert wave.is_silent(TOWN, OUTAGE * 20, 20) == wave.silent(TOWN)


def test_every_agency_of_the_country_is_in_one_place() -> None:
    country = Country()
    regions = [country.of_region(number) for number in range(country.regions)]
    assert len(frozenset().union(*regions)) == sum(map(len, regions)) == 2_000 - 20
    asked = country.asked_by(17, DICE)
    assert len(set(asked)) == 12
    assert set(asked[2:]) <= country.of_region(country.region_of(17))


def test_the_first_part_to_break_is_the_one_with_the_lowest_limit() -> None:
    for found in breaks(FIGURES):
        assert found["rate"] == min(found["limits"].values())
        assert found["limits"][found["first"]] == found["rate"]
    assert [each.called for each in DECISIONS if not each.built]


def test_a_commit_that_waits_for_a_quorum_under_the_lock_lowers_the_logs_limit() -> None:
    limits = [Parts.of(FIGURES, 10, engine).limits(12)["the log's lock"] for engine in ENGINES]
    assert limits == sorted(limits, reverse=True)
    assert ENGINES[0] == POSTGRESQL


def test_gateways_for_a_rate_are_enough_for_it() -> None:
    for rate in RATES:
        assert Parts.of(FIGURES, processes_for(FIGURES, rate, 12)).limits(12)["gateway CPU"] > rate


def test_the_picture_is_drawn_for_every_decision() -> None:
    found = list(breaks(FIGURES))
    text = " ".join(map(str, etree.fromstring(drawn(found, RATES).encode()).itertext()))
    assert all(each["decision"] in text for each in found)
    assert "60 a second" in text


def test_a_line_is_what_a_question_costs() -> None:
    assert PARTS.question == FIGURES.first_screen == Line(5.0, 0.6)
