"""The path of a lone question has every step, from its first byte to its answer's."""

from pathlib import Path
from typing import Final

import pytest

from bench.questions.noted import Note
from bench.questions.path import STEPS, bare_commits, measured, steps_of, told

ALL_NOTES: Final[tuple[Note, ...]] = tuple(
    (name, place / 1000) for place, (_, name, _) in enumerate(STEPS)
)


def test_each_step_of_a_real_question_is_noted_until_its_answer_leaves(tmp_path: Path) -> None:
    steps = measured(tmp_path, agencies=2, questions=3)
    assert steps[0] == 0.0
    assert min(steps) == 0.0
    assert max(steps) == steps[-1]
    assert len(steps) == len(list(told(steps))) == len(STEPS)


def test_a_step_that_no_longer_comes_is_found() -> None:
    assert steps_of([ALL_NOTES])[-1] == pytest.approx(len(STEPS) - 1)
    with pytest.raises(IndexError):
        steps_of([[note for note in ALL_NOTES if note[0] != "RunningQuestion.declare"]])


def test_a_bare_commit_takes_time(tmp_path: Path) -> None:
    assert bare_commits(tmp_path, 2) > 0.0
