"""The page of figures, the alert rules and the board name what `/metrics` shows, and all of it."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any, Final

import pytest
import yaml

from gateway.http.metrics.described import METRICS, PROCESS_STEPS, Described
from gateway.model.figures import STAGES
from tests.support.docs.pages import ROOT, rows, text
from tests.support.patience import PATIENCE_S

PAGE: Final = text("docs/operate/metrics.md")
RULES: Final = ROOT / "deploy/monitoring/alerts.yml"
_OF_OURS: Final = re.compile(r"\b(?:teamaround|process)_\w+")
_PROMTOOL: Final = shutil.which("promtool")


def series(described: Described) -> set[str]:
    """What Prometheus calls the samples of a metric."""
    name = described.name
    of_kind = {
        "gauge": {name},
        "counter": {f"{name}_total"},
        "histogram": {f"{name}_bucket", f"{name}_sum", f"{name}_count"},
    }
    return of_kind[described.kind]


SERIES: Final = {*PROCESS_STEPS, *(each for one in METRICS.values() for each in series(one))}


def rules() -> list[dict[str, Any]]:
    read: dict[str, Any] = yaml.safe_load(RULES.read_text("utf-8"))
    (group,) = read["groups"]
    found: list[dict[str, Any]] = group["rules"]
    return found


def queries() -> Iterator[str]:
    """Every query of the board."""
    board = json.loads((ROOT / "deploy/monitoring/board.json").read_text("utf-8"))
    yield from (target["expr"] for panel in board["panels"] for target in panel["targets"])


def test_every_figure_stands_on_the_page_with_its_labels_and_no_other() -> None:
    told = {c[0].strip("`"): c[1] for c in rows(PAGE) if c[0].startswith("`teamaround_")}
    shown = {
        f"{each.name}_total" if each.kind == "counter" else each.name: ", ".join(each.labels)
        or "none"
        for each in METRICS.values()
    }
    assert told == shown
    assert all(f"`{name}`" in PAGE for name in PROCESS_STEPS)
    assert all(f"`{stage}`" in PAGE for stage in STAGES)


def test_every_alert_stands_on_the_page_with_what_to_do_and_no_other() -> None:
    told = [cells[0] for cells in rows(PAGE.split("## The alerts")[1])]
    assert told == [rule["alert"] for rule in rules()]


def test_every_alert_has_what_prometheus_and_whoever_is_woken_need() -> None:
    for rule in rules():
        assert rule.keys() - {"for"} == {"alert", "expr", "labels", "annotations"}
        assert rule["labels"]["severity"] in {"warning", "critical"}
        assert rule["annotations"]["summary"].endswith(".")


@pytest.mark.parametrize("query", [*(rule["expr"] for rule in rules()), *queries()])
def test_every_figure_of_a_query_is_one_that_is_shown(query: str) -> None:
    named = {name for name in _OF_OURS.findall(query) if name != "teamaround_"}
    assert named <= SERIES
    assert named or query.startswith("up{")


def test_no_alert_rests_on_a_figure_by_lot() -> None:
    by_lot = ("teamaround_agency_outcomes", "teamaround_source_call")
    asked = " ".join(rule["expr"] for rule in rules())
    assert not any(name in asked for name in by_lot)
    assert set(re.findall(r'stage="([\w-]+)"', asked)) == {"intent"}


def test_every_figure_is_on_the_board() -> None:
    asked = set(_OF_OURS.findall(" ".join(queries())))
    assert [each.name for each in METRICS.values() if not series(each) & asked] == []


@pytest.mark.skipif(_PROMTOOL is None, reason="promtool is not installed (Debian: prometheus)")
def test_prometheus_itself_takes_the_rules() -> None:
    ran = subprocess.run(  # noqa: S603 - the tool that was found
        [str(_PROMTOOL), "check", "rules", str(RULES)],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
