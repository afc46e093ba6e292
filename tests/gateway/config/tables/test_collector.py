"""A collector that could be told too much, or that cannot be reached so, is refused by its key."""

from typing import Any

import pytest

from gateway.config.settings import together
from gateway.config.tables.collector import MOST_TRACED
from tests.support.settings import settings_with

URL = "https://collector.example:4318"


def faults(**settings: Any) -> list[str]:
    found = together(settings_with(**settings))
    return [".".join(key) for key, _ in found if key[0] == "collector"]


def test_production_sends_over_tls_alone_unless_a_tunnel_protects_the_way() -> None:
    assert faults(collector__url=URL) == []
    assert faults(collector__url="http://collector.example:4318") == ["collector.url"]
    assert faults(collector__url="http://collector.example", collector__tunnelled=True) == []
    assert faults(collector__url="http://127.0.0.1:4318") == []
    assert faults(collector__url="http://localhost:4318") == []
    assert faults(collector__url="http://c.example", environment="development") == []


def test_production_traces_no_more_than_one_question_in_twenty() -> None:
    assert faults(collector__url=URL, collector__traces=MOST_TRACED) == []
    assert faults(collector__url=URL, collector__traces=0.06) == ["collector.traces"]
    assert faults(collector__url=URL, collector__traces=1.0, environment="development") == []


@pytest.mark.parametrize(
    "url",
    [
        *("collector.example:4318", "https://", "https://user:word@c.example", "ftp://c.example"),
        *("https://c.example?key=1", "https://c.example:99999", "https://[::1", "unix:/socket"),
    ],
)
def test_an_address_of_another_form_is_refused(url: str) -> None:
    assert faults(collector__url=url) == ["collector.url"]


def test_what_belongs_to_a_collector_is_refused_where_none_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert faults(collector__credential="file") == ["collector.credential"]
    assert faults(collector__link_callers=True) == ["collector.link_callers"]
    named = {"collector__url": URL, "collector__credential_variable": "OF_THE_COLLECTOR"}
    monkeypatch.delenv("OF_THE_COLLECTOR", raising=False)
    assert faults(**named) == ["collector.credential_variable"]
    monkeypatch.setenv("OF_THE_COLLECTOR", "plover-12")
    assert faults(**named) == []
    assert faults(**named, collector__credential="file") == ["collector.credential"]


def test_no_source_may_be_reached_at_the_collector_s_address() -> None:
    assert ("collector.example", 4318) in settings_with(collector__url=URL).own_stores
