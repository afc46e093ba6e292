"""The recipe for Python (docs/front-end/python-gql.md), run as the page has it."""

import asyncio
import importlib.util
import logging
import traceback
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import pytest

from tests.support.agencies import MIRA
from tests.support.clients.line import Line
from tests.support.clients.screens import CUTS, PAGE, REFUSALS, TWO, WHY, Case, street, told

CASES: Final = (TWO, *(Case(cut, fault=cut) for cut in CUTS[-2:]), *REFUSALS)
BROKEN: Final = (*CUTS[-2:], "page-200", "empty-object", "null-data")
SAYS: Final = {
    "401": ("UNAUTHENTICATED", False),
    "403": ("PURPOSE_NOT_ENTITLED", False),
    "400": ("VARIABLES_INVALID", False),
    "429": ("TOO_MANY_CHILDREN_ASKED", True),
    "503": ("BUSY", True),
    "page-502": ("NOT_FROM_THE_GATEWAY", False),
    "null-child": ("NOT_FROM_THE_GATEWAY", False),
}
Brought = tuple[dict[str, list[Any]], Line, str]


def _recipe() -> ModuleType:
    spec = importlib.util.spec_from_file_location("python_gql", PAGE / "python_gql.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def brought(tmp_path_factory: pytest.TempPathFactory) -> Brought:
    """What each case brought, answers or errors; the line it came over; and what was logged."""
    return asyncio.run(_all(tmp_path_factory.mktemp("town")))


async def _all(folder: Path) -> Brought:
    recipe, logged = _recipe(), _Kept()
    logging.getLogger().addHandler(logged)
    try:
        async with street(folder) as there:
            found = {}
            for case in CASES:
                await (there.fill() if case.before else there.open())
                given = told(case, there.token("python"), there)
                found[case.name] = [await _asked(recipe, given, each) for each in given["children"]]
            return found, there.line, "\n".join(logged.lines)
    finally:
        logging.getLogger().removeHandler(logged)


async def _asked(recipe: ModuleType, given: dict[str, Any], variables: dict[str, Any]) -> Any:
    try:
        return await recipe.ask(given["url"], given["token"], variables)
    except Exception as failure:  # noqa: BLE001  which one it is, the tests say
        return failure


class _Kept(logging.Handler):
    """Whatever is logged, at any level that a library takes."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


def test_each_child_has_its_own_answer_and_it_is_whole(brought: Brought) -> None:
    first, second = brought[0][TWO.name]
    assert {_worker(row) for row in first["answers"]} == {"Jo Hart"}
    assert {_worker(row) for row in second["answers"]} == {"Ada Quill"}
    assert (first["restriction"], first["completeness"]["complete"]) == ("NONE_KNOWN", True)


@pytest.mark.parametrize("case", SAYS)
def test_a_refusal_says_its_code_and_when_to_ask_again(brought: Brought, case: str) -> None:
    (error,) = brought[0][case]
    assert type(error).__name__ == "RefusalError"
    assert (error.code, error.retry_after is not None) == SAYS[case]


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_no_answer_is_told_as_broken_off(brought: Brought, case: str) -> None:
    (error,) = brought[0][case]
    assert type(error).__name__ == "BrokenOffError"


def test_each_question_is_one_post(brought: Brought) -> None:
    seen = {name: [each.method for each in all_] for name, all_ in brought[1].seen.items()}
    assert seen == {case.name: ["POST"] * len(case.children) for case in CASES}


def test_nothing_of_the_question_is_in_an_error_or_in_the_log(brought: Brought) -> None:
    errors = [each for case in brought[0].values() for each in case if isinstance(each, Exception)]
    held = [_as_a_tracker_has_it(error) for error in errors]
    secrets = (MIRA["nhs"], MIRA["born"], MIRA["family"], WHY)
    assert [s for s in secrets if s in "\n".join([*held, brought[2]])] == []


def _as_a_tracker_has_it(error: Exception) -> str:
    """The error with its causes, and what its own frames hold; the test's own is left out."""
    told = traceback.TracebackException.from_exception(error, capture_locals=True)
    frames = [frame for frame in told.stack if Path(frame.filename).name == "python_gql.py"]
    named = [f"{frame.name} {frame.locals}" for frame in frames]
    assert named
    return "\n".join([str(error), repr(vars(error)), repr(error.__context__), *named])


def _worker(row: dict[str, Any]) -> str:
    (involvement,) = row["involvements"]
    return str(involvement["practitioner"]["name"])
