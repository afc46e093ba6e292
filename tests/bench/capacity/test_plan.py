"""A plan grows with what is asked of it, adds up, and says what is given and what was measured."""

import json
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from bench.capacity.__main__ import chosen, figures_of
from bench.capacity.figures import Line
from bench.capacity.inputs import Inputs
from bench.capacity.plan import DAYS, GIB, Plan, machines, planned
from bench.capacity.table import as_json, as_text
from tests.bench.support.figures import FIGURES

_LOADS: Final = st.builds(
    Inputs,
    agencies=st.floats(1, 1e5),
    asked=st.floats(1, 300),
    questions_a_day=st.floats(0, 1e9),
    peak=st.floats(0, 1e5),
    years=st.floats(0, 100),
    cores=st.integers(1, 128),
    share=st.floats(0.05, 1),
    spare=st.integers(0, 10),
    copies=st.integers(1, 5),
)
GROWS: Final = ("agencies", "asked", "questions_a_day", "peak", "years", "spare", "copies")


@given(_LOADS, st.sampled_from(GROWS), st.integers(1, 1000))
def test_more_of_anything_never_needs_less_of_anything(
    inputs: Inputs, name: str, more: int
) -> None:
    less = planned(FIGURES, inputs)
    grown = planned(FIGURES, replace(inputs, **{name: getattr(inputs, name) + more}))
    for each in fields(Plan):
        if each.name != "memory_suffices":
            assert getattr(grown, each.name) >= getattr(less, each.name), each.name
    assert grown.memory_suffices <= less.memory_suffices
    assert grown.cost >= less.cost


@given(_LOADS)
def test_the_machines_of_a_plan_carry_its_peak_with_the_spare_ones_gone(inputs: Inputs) -> None:
    plan = planned(FIGURES, inputs)
    left = max(1, plan.gateways - inputs.spare)
    assert plan.gateway_cores <= left * inputs.cores * inputs.share * (1 + 1e-9)
    assert plan.gateways >= 2


@given(_LOADS, st.floats(0.05, 1))
def test_a_core_that_may_be_busier_never_needs_more_machines(inputs: Inputs, share: float) -> None:
    busier = replace(inputs, share=max(inputs.share, share))
    assert planned(FIGURES, busier).gateways <= planned(FIGURES, inputs).gateways


@given(_LOADS, st.floats(1, 10))
def test_a_dearer_measured_question_never_makes_a_cheaper_country(
    inputs: Inputs, dearer: float
) -> None:
    line = Line(FIGURES.first_screen.base * dearer, FIGURES.first_screen.each * dearer)
    more = planned(replace(FIGURES, first_screen=line), inputs)
    assert more.cost >= planned(FIGURES, inputs).cost


@given(_LOADS)
def test_the_log_is_its_entries_and_the_price_is_the_sum_of_its_parts(inputs: Inputs) -> None:
    plan = planned(FIGURES, inputs)
    entries = inputs.questions_a_day * DAYS * inputs.years * FIGURES.entries
    assert plan.entries == pytest.approx(entries)
    assert plan.log_gib * GIB == pytest.approx(entries * FIGURES.entry_bytes)
    assert plan.cost == pytest.approx(plan.cost_machines + plan.cost_database + plan.cost_disk)


def test_one_council_that_asks_nothing_still_has_two_gateways() -> None:
    assert planned(FIGURES, Inputs(peak=0, questions_a_day=0)).gateways == 2
    assert machines(0.0, Inputs(spare=0)) == 2


@given(
    st.floats(0, 1e4),
    st.floats(0, 1e4),
    st.lists(st.integers(1, 10**6), min_size=2, unique=True),
)
def test_a_line_is_found_again_from_its_points(base: float, each: float, at: list[int]) -> None:
    line = Line.through({number: base + each * number for number in at})
    most = max(at)
    assert line.at(most) == pytest.approx(base + each * most, rel=1e-3, abs=1e-3)


def test_noise_never_makes_an_agency_cost_less_than_nothing() -> None:
    assert Line.through({1: 5.0, 20: 4.0}).each == 0.0
    assert Line.through({10: 1.0, 20: 5.0}).base == 0.0


@pytest.mark.parametrize(
    "words",
    [
        ["--peak", "-1"],
        ["--share", "0"],
        ["--share", "1.5"],
        ["--peak", "nan"],
        ["--peak", "1e308"],
        ["--councils", "0"],
    ],
)
def test_an_input_that_cannot_be_is_refused_with_its_option(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        chosen(words)
    assert words[0] in capsys.readouterr().err.splitlines()[-1]


def test_what_was_measured_is_kept_and_taken_again(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    file.write_text(json.dumps(FIGURES.as_json()))
    assert figures_of(file, rounds=1) == FIGURES


@pytest.mark.parametrize("text", ["no JSON", "[]", "{}", '{"first_screen": {"base": 1}}', "7"])
def test_a_file_without_figures_is_refused_with_what_to_do(tmp_path: Path, text: str) -> None:
    file = tmp_path / "figures.json"
    file.write_text(text)
    with pytest.raises(SystemExit, match="remove it to measure again"):
        figures_of(file, rounds=1)


def test_a_file_that_cannot_be_written_is_refused_before_anything_is_measured(
    tmp_path: Path,
) -> None:
    with pytest.raises(SystemExit, match="name another file"):
        figures_of(tmp_path / "nowhere" / "figures.json", rounds=1)


def test_the_table_and_the_json_have_every_input_and_every_result() -> None:
    inputs = Inputs()
    plan = planned(FIGURES, inputs)
    told = as_json(FIGURES, inputs, plan)
    assert told["measured"] == asdict(FIGURES)
    assert told["plan"].keys() == {each.name for each in fields(Plan)} | {"cost"}
    console = Console(width=200)
    with console.capture() as captured:
        console.print(as_text(FIGURES, inputs, plan))
    text = captured.get()
    assert all(f"--{each.name.replace('_', '-')}" in text for each in fields(Inputs))
    assert all(each.metadata["source"] for each in fields(Inputs))
