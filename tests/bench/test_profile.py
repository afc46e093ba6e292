"""A profile charges each moment of the processor to the stage whose code it runs."""

import ast
import importlib
import sys
import time
from pathlib import Path

import pytest

from bench.pair import told
from bench.processes.gateway_process import HERE, teamaround_of
from bench.profile.__main__ import Profile, table_of
from bench.profile.sampler import Sampler
from bench.profile.stages import CALL, MAPPING, ROOMS, SERVER, STAGES, WRITING, stage_at, stage_of
from resolvers.outcome import __name__ as outcome

BURN_S = 0.1


def burn(until: float) -> None:
    while time.thread_time() < until:
        pass


def test_every_stage_has_code_and_every_room_of_a_stage_is_there() -> None:
    assert {stage for stage in ROOMS.values() if stage} == set(STAGES)
    for room in ROOMS:
        importlib.import_module(room)


@pytest.mark.parametrize("house", ["gateway", "resolvers", "adapters"])
def test_every_room_counts_for_a_stage_or_for_its_callers(house: str) -> None:
    values = {"gateway.model", "gateway.config", "adapters.contract", "adapters.manifest"}
    rooms = {
        ".".join(file.parent.relative_to(HERE).parts)
        for file in (HERE / house).glob("*/__init__.py")
        if ast.get_docstring(ast.parse(file.read_text("utf-8")))
    }
    assert {room for room in rooms if stage_of(room) is None} <= values


def test_the_longest_name_says_the_stage() -> None:
    assert stage_of("gateway.questions.agency_row") == WRITING
    assert stage_of("gateway.questions.waves") == CALL
    assert stage_of("gateway.model.errors") is None
    assert stage_of("adapters.mapping.beside.more") == MAPPING


def test_what_no_stage_has_counts_for_whoever_called_it() -> None:
    code = compile("def called(tell):\n    return tell()", "made up", "exec")
    ours: dict[str, object] = {"__name__": outcome}
    exec(code, ours)  # noqa: S102  # a frame of that module
    calling = ours["called"]
    assert callable(calling)

    def tell() -> str:

        return stage_at(sys._getframe())  # noqa: SLF001

    assert calling(tell) == WRITING
    assert tell() == SERVER


def test_the_samples_add_up_to_what_the_thread_used() -> None:
    sampler = Sampler()
    sampler.start()
    began = time.thread_time()
    burn(began + BURN_S)
    spent = time.thread_time() - began
    found = sampler.stop()
    assert found["samples"] > 1  # the last is taken at the end
    assert sum(found["spent_s"].values()) == pytest.approx(spent, abs=0.02)


def test_the_table_has_every_stage_and_what_the_kernel_counts() -> None:
    sampled = {
        "samples": 9,
        "spent_s": {WRITING: 0.2},
        "squares": {WRITING: 0.0001},
        "threads": {"log": 0.1},
    }
    profile = Profile(100, 0.4, sampled)
    assert profile.stage_us(WRITING) == (2000, 100)
    assert profile.threads_us == 1000
    assert table_of(profile).row_count == len(STAGES) + 2


def test_a_pair_is_told_by_the_ratio_of_each_round() -> None:
    said = told([(1.0, 2.0), (3.0, 4.0), (9.0, 9.0)])
    assert "this checkout 3.00 ms, the other 4.00 ms" in said
    assert "ratio 0.750" in said
    assert "all from 0.500 to 1.000" in said


def test_a_gateway_of_another_checkout_runs_that_checkout(tmp_path: Path) -> None:

    assert str(tmp_path) in teamaround_of(tmp_path)[-1]
