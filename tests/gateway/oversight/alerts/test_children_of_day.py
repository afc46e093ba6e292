"""A user's day is counted question by question as it would be counted from its beginning."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.audit.entry.flags import WorkingRelationship
from gateway.audit.entry.logged import Logged
from gateway.audit.store.sqlite_file import reading
from gateway.oversight.alerts.store import AlertStore
from tests.support.gateway.alert_store import NOON, child, question

TIES = (None, WorkingRelationship.ORGANISATION, WorkingRelationship.TEAM)


@dataclass(frozen=True)
class Step:
    """The intent or a release of one of a few questions, about some of a few pseudonyms."""

    number: int
    names: frozenset[int]
    tie: WorkingRelationship | None
    minute: int
    releases: bool


STEPS = st.lists(
    st.builds(
        Step,
        number=st.integers(0, 6),
        names=st.frozensets(st.integers(0, 4), max_size=3),
        tie=st.sampled_from(TIES),
        minute=st.integers(0, 5),
        releases=st.booleans(),
    ),
    min_size=1,
    max_size=20,
)


@dataclass
class Asked:
    """What is known of a question after all steps."""

    place: tuple[int, int]
    names: set[int]
    tie: WorkingRelationship | None


def known(steps: Sequence[Step]) -> dict[int, Asked]:
    found: dict[int, Asked] = {}
    for index, step in enumerate(steps):
        if step.releases and step.number not in found:
            continue  # its intent is not in the log any more
        asked = found.setdefault(step.number, Asked((step.minute, index), set(), None))
        asked.names |= step.names
        asked.tie = max(asked.tie, step.tie, key=TIES.index)
    return found


def children_of(steps: Sequence[Step]) -> int:
    """By definition: in the order of their moments, each that shares no name with one before."""
    counted, seen = 0, set[int]()
    for asked in sorted(known(steps).values(), key=lambda each: each.place):
        if asked.tie is not WorkingRelationship.TEAM and asked.names:
            counted += seen.isdisjoint(asked.names)
            seen |= asked.names
    return counted


def entries(steps: Sequence[Step]) -> Iterator[Logged]:
    for index, step in enumerate(steps):
        intent, release = question(f"q{step.number}")
        yield Logged(
            index,
            replace(
                release if step.releases else intent,
                at=NOON + timedelta(minutes=step.minute),
                tie=step.tie,
                child_pseudonyms=tuple(child(name) for name in sorted(step.names)),
            ).leaf(),
        )


@settings(max_examples=150, deadline=None)
@given(STEPS)
def test_a_day_has_as_many_different_children_as_counted_from_its_beginning(
    steps: list[Step],
) -> None:
    with TemporaryDirectory() as folder:
        store = AlertStore(Path(folder) / "alerts.sqlite")
        for logged in entries(steps):
            store.take([logged])
        with reading(store.path) as connection:
            found = connection.execute("SELECT coalesce(sum(children), 0) FROM user_day").fetchone()
    assert found[0] == children_of(steps)
