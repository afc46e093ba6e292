"""What one statement about several children says of each, a statement about her alone says too."""

import asyncio
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.contract.contract import Reply, settled
from adapters.mapping.batch_results import BatchAnswer, told_apart
from tests.support.adapters.asking import manifest_text, opened
from tests.support.adapters.batches import ANN, BEA, BULK, CAT, about, many
from tests.support.adapters.in_list import DSN, PERSON

NUMBERS: Final = (ANN, BEA, CAT, "9990000042")
OPERATION: Final = PERSON.replace(" OR id = 9", "")
# A column's type, and how clerks and systems write a number into it.
COLUMNS: Final = ("text", "integer", "")
SPELT: Final[tuple[Any, ...]] = ("{}", "{}", "{}", " {}", "{} ", "{}.0", None, "")


@dataclass(frozen=True)
class Register:
    """A council's persons and workers."""

    column: str
    persons: tuple[tuple[Any, ...], ...]
    workers: tuple[tuple[Any, ...], ...]

    def write(self, path: Path) -> None:
        """Make the database."""
        with sqlite3.connect(path) as made:
            made.executescript(
                f"CREATE TABLE person (id integer, nhs {self.column}, family text, born text);"
                "CREATE TABLE worker (person integer, name text);"
            )
            made.executemany("INSERT INTO person VALUES (?, ?, ?, ?)", self.persons)
            made.executemany("INSERT INTO worker VALUES (?, ?)", self.workers)


@st.composite
def registers(draw: st.DrawFn) -> Register:
    """A few files, some of one child twice, some that cannot be read."""
    persons = []
    for place in range(draw(st.integers(0, 6))):
        spelt = draw(st.sampled_from(SPELT))
        number = spelt and spelt.format(draw(st.sampled_from(NUMBERS)))
        own = draw(st.sampled_from([place, place, place, 0, None]))
        born = draw(st.sampled_from(["2015-03-09", "2015-03-09", "2015", "no date", None]))
        persons.append((own, number, draw(st.sampled_from(["Hill", "Vale", None])), born))
    workers = draw(st.lists(st.tuples(st.integers(0, 6), st.sampled_from(["Ann Reed", "Bo"]))))
    return Register(draw(st.sampled_from(COLUMNS)), tuple(persons), tuple(workers[:8]))


def asked(register: Register) -> list[tuple[Reply, Reply]]:
    """The reply to each child among the others, and alone."""

    async def both(path: Path) -> list[tuple[Reply, Reply]]:
        dsn = f"sqlite:///{path}"
        text = manifest_text("sql", rest=OPERATION, source=f"{DSN}\n{BULK}")
        environ = {"TEAMAROUND_SOURCE_SOME_SOURCE_DSN": dsn}
        async with opened(text, dsn, environ=environ) as adapter:
            together = await many(adapter, *NUMBERS)
            alone = [await adapter.source.ask(one) for one in about(*NUMBERS)]
        return list(zip(together, alone, strict=True))

    with TemporaryDirectory() as folder:
        register.write(Path(folder) / "council.db")
        return asyncio.run(both(Path(folder) / "council.db"))


def differing(register: Register) -> list[str]:
    """Of whom the common statement says another thing, where it says anything."""
    return [
        f"{together} but alone {alone}"
        for together, alone in asked(register)
        if settled(together) and together != alone
    ]


def test_one_statement_says_of_each_child_what_hers_would() -> None:
    @settings(max_examples=40, deadline=None)
    @given(registers())
    def held(register: Register) -> None:
        assert differing(register) == []

    held()


def test_a_statement_whose_rows_are_told_apart_by_their_order_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def by_order(questions: Any, answered: BatchAnswer, most: int) -> tuple[Reply, ...]:
        return tuple(reversed(told_apart(questions, answered, most)))

    monkeypatch.setattr("adapters.sql.source.told_apart", by_order)
    with pytest.raises(AssertionError):
        test_one_statement_says_of_each_child_what_hers_would()
