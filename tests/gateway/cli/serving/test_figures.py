"""A collector that is named needs the extra, and nothing else does."""

import sys

import pytest

from gateway.cli.serving.figures import counted_figures
from gateway.config.tables.collector import refuse_without_kit
from gateway.model.clock import Clock
from gateway.model.errors import ConfigurationInvalid
from tests.support.settings import settings_with


@pytest.mark.parametrize("lacking", ["opentelemetry", "opentelemetry.sdk"])
def test_a_collector_without_the_extra_is_told_with_what_to_install(
    lacking: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = settings_with(collector__url="https://collector.example", environment="development")
    assert counted_figures(named, Clock()).traces is not None
    monkeypatch.setitem(sys.modules, lacking, None)  # as where it is not installed
    for within in [name for name in sys.modules if name.startswith(f"{lacking}.")]:
        monkeypatch.delitem(sys.modules, within)  # what another test imported is not lacking
    with pytest.raises(ConfigurationInvalid, match=r"install teamaround\[otel\]"):
        counted_figures(named, Clock())
    with pytest.raises(ConfigurationInvalid, match=r"install teamaround\[otel\]"):
        refuse_without_kit(named.collector)


def test_figures_alone_are_counted_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    assert counted_figures(settings_with(metrics__port=0), Clock()).traces is None
