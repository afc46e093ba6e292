"""`python -m bench.alerts`: the figures on alerts of docs/audit.md, in one run."""

import argparse
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from pathlib import Path
from random import Random
from statistics import mean, quantiles
from tempfile import TemporaryDirectory
from typing import Final

from rich.console import Console
from rich.table import Table

from adapters.contract.codes import Purpose
from bench.alerts.town import town
from bench.alerts.year import BEGUN, DAYS, Question, year
from gateway.audit.entry.entry import Entry
from gateway.audit.entry.kind import AuditKind
from gateway.audit.entry.logged import Logged
from gateway.audit.keys.pseudonym import Pseudonym
from gateway.oversight.alerts.alert import Alert
from gateway.oversight.alerts.store import AlertStore

_FIRST_SEED: Final = 7000  # seeds below were looked at while the bench was written
_BATCH: Final = 2000
_A_DAY: Final = (1, 2, 5)


@dataclass(slots=True)
class Totals:
    """What was found over all seeds; an episode is found if an alert shows a question of it."""

    questions: int = 0
    misused: int = 0
    raised: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    episodes: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    found_within: dict[int, int] = field(default_factory=lambda: dict.fromkeys(_A_DAY, 0))
    by_day: list[int] = field(default_factory=list)

    def add(self, asked: Sequence[Question], alerts: Sequence[Alert]) -> None:
        """Count one year."""
        self.questions += len(asked)
        self.misused += sum(question.episode is not None for question in asked)
        for episode in {q.episode for q in asked if q.episode}:
            self.episodes[_kind(episode)] += 1
        shown = [(alert, _episodes(asked, alert)) for alert in alerts]
        for alert, episodes in shown:
            self.raised[alert.rule] += 1
            self.right[alert.rule] += bool(episodes)
        for episode in set().union(*(episodes for _, episodes in shown)):
            self.found[_kind(episode)] += 1
        days: dict[int, list[tuple[Alert, set[str]]]] = defaultdict(list)
        for alert, episodes in shown:
            days[(alert.at - BEGUN).days].append((alert, episodes))
        self.by_day += [len(days[day]) for day in range(DAYS)]
        for count in _A_DAY:
            seen = (day[:count] for day in days.values())
            self.found_within[count] += len(
                set().union(*(episodes for day in seen for _, episodes in day))
            )


def main() -> None:
    """Draw each seed's year into alerts, and print the tables."""
    parser = argparse.ArgumentParser(prog="python -m bench.alerts", description=__doc__)
    parser.add_argument("--seeds", type=int, default=2, help="years, each of another town")
    parser.add_argument("--workers", type=int, default=300, help="practitioners of a town")
    parser.add_argument("--first-seed", type=int, default=_FIRST_SEED)
    given = parser.parse_args()
    totals = Totals()
    for seed in range(given.first_seed, given.first_seed + given.seeds):
        dice = Random(seed)
        asked = year(dice, town(dice, given.workers))
        totals.add(asked, found_alerts(asked))
    console = Console(width=100)
    console.print(_rules(totals), _misuse(totals), _load(totals))


def found_alerts(asked: Sequence[Question]) -> list[Alert]:
    """All alerts of a year's questions, the most unusual first, by the gateway's own code."""
    with TemporaryDirectory() as folder:
        store = AlertStore(Path(folder) / "alerts.sqlite")
        entries = _entries(asked)
        while batch := list(islice(entries, _BATCH)):
            store.take(batch)
        return list(store.page(reviewed=None, after=None, count=len(asked)))


def _entries(asked: Sequence[Question]) -> Iterator[Logged]:
    for number, question in enumerate(asked):
        intent = Entry(
            kind=AuditKind.INTENT,
            at=question.at,
            query_id=f"q{number}",
            user=f"user-{question.worker.number}",
            organisation=f"organisation-{question.worker.organisation}",
            purpose=Purpose.SAFEGUARDING,
            child_pseudonyms=(Pseudonym(f"bench:{question.child.number:064x}"),),
        )
        yield Logged(2 * number, intent.leaf())
        release = Entry(
            kind=AuditKind.RELEASE,
            at=question.at + timedelta(milliseconds=800),
            query_id=intent.query_id,
            user=intent.user,
            organisation=intent.organisation,
            purpose=intent.purpose,
            child_pseudonyms=intent.child_pseudonyms,
            risks=tuple(question.risks),
            tie=question.tie,
        )
        yield Logged(2 * number + 1, release.leaf())


def _episodes(asked: Sequence[Question], alert: Alert) -> set[str]:
    return {episode for index in alert.entries if (episode := asked[index // 2].episode)}


def _kind(episode: str) -> str:
    return episode.rpartition("-")[0]


def _rules(totals: Totals) -> Table:
    table = Table(title="Alerts by the rule that weighs most")
    for heading in ("rule", "alerts", "a day", "of them misuse", "precision"):
        table.add_column(heading, justify="left" if heading == "rule" else "right")
    years = len(totals.by_day) // DAYS
    rows = [*sorted(totals.raised.items()), ("all", totals.raised.total())]
    for rule, raised in rows:
        right = totals.right.total() if rule == "all" else totals.right[rule]
        a_day = raised / (DAYS * years)
        table.add_row(rule, str(raised), f"{a_day:.2f}", str(right), f"{right / raised:.2f}")
    return table


def _misuse(totals: Totals) -> Table:
    title = f"{totals.questions} questions, {totals.misused} of them misuse, by kind of misuse"
    table = Table(title=title)
    for heading in ("misuse", "episodes", "found", "recall"):
        table.add_column(heading, justify="left" if heading == "misuse" else "right")
    rows = [*sorted(totals.episodes.items()), ("all", totals.episodes.total())]
    for kind, planted in rows:
        found = totals.found.total() if kind == "all" else totals.found[kind]
        table.add_row(kind, str(planted), str(found), f"{found / planted:.2f}")
    return table


def _load(totals: Totals) -> Table:
    table = Table(
        title="Alerts a day in a town, and the recall if only the first of a day are read"
    )
    for heading in ("mean", "95th percentile", "most", *(f"first {n} a day" for n in _A_DAY)):
        table.add_column(heading, justify="right")
    within = (totals.found_within[n] / totals.episodes.total() for n in _A_DAY)
    table.add_row(
        f"{mean(totals.by_day):.1f}",
        f"{quantiles(totals.by_day, n=20)[-1]:.0f}",
        str(max(totals.by_day)),
        *(f"{recall:.2f}" for recall in within),
    )
    return table


if __name__ == "__main__":
    main()
