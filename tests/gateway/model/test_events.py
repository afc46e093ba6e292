"""What the gateway says of itself are codes and names of ours, as lines of JSON."""

import json
import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
import structlog

from gateway.model import events
from gateway.model.events import Sparing


@pytest.fixture
def serve() -> Iterator[Callable[[], None]]:
    """Lets events be said as they are when serving; to be called once output is caught."""
    handlers = list(logging.getLogger().handlers)
    yield events.to_standard_error
    logging.getLogger().handlers = handlers
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()


def failed_over(text: str) -> ValueError:
    with pytest.raises(ValueError, match=text) as caught:
        int(text)
    return caught.value


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, str]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_a_bug_is_said_by_its_type_and_place(
    capsys: pytest.CaptureFixture[str], serve: Callable[[], None]
) -> None:
    serve()
    events.failed(failed_over("Jonah Smith"))
    (line,) = lines(capsys)
    assert (line["event"], line["error"]) == ("failed", "ValueError")
    assert line["place"].startswith("failed_over:")
    assert "Jonah" not in json.dumps(line)


def test_an_adapters_bug_names_the_source(
    capsys: pytest.CaptureFixture[str], serve: Callable[[], None]
) -> None:
    serve()
    events.adapter_failed("spine", failed_over("Jonah Smith"))
    (line,) = lines(capsys)
    assert (line["event"], line["source"], line["error"]) == (
        "adapter_failed",
        "spine",
        "ValueError",
    )
    assert "Jonah" not in json.dumps(line)


def test_every_line_has_a_time_and_a_level(
    capsys: pytest.CaptureFixture[str], serve: Callable[[], None]
) -> None:
    serve()
    events.serving("127.0.0.1", 8600, (), descriptors=1024, connections=512)
    events.log_unavailable(OSError(28, "Jonah"))
    assert [line["level"] for line in lines(capsys)] == ["info", "error"]


@pytest.mark.parametrize(
    "name", ["aiohttp.client", "asyncio", "sqlalchemy.engine", "uvicorn.error"]
)
def test_a_librarys_words_are_not_repeated(
    capsys: pytest.CaptureFixture[str], serve: Callable[[], None], name: str
) -> None:
    serve()
    logger = logging.getLogger(name)
    logger.error("cannot load cookies of %s", "Jonah Smith", exc_info=failed_over("Jonah"))
    logger.info("nothing to see")
    (line,) = lines(capsys)
    assert (line["event"], line["logger"], line["severity"]) == ("library", name, "ERROR")
    assert "Jonah" not in json.dumps(line)


def test_a_warnings_words_are_not_repeated(
    capsys: pytest.CaptureFixture[str], serve: Callable[[], None]
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        serve()
        warnings.warn("Jonah Smith", stacklevel=1)
    (line,) = lines(capsys)
    assert line["logger"] == "py.warnings"
    assert "Jonah" not in json.dumps(line)


def test_a_kind_of_event_is_said_some_times_a_second_and_then_how_often_it_was_not() -> None:
    moments = iter([0.0] * 30 + [1.5])
    spare = Sparing(lambda: next(moments), most=3)
    said = []
    for _ in range(31):
        with suppress(structlog.DropEvent):
            said.append(spare(None, "warning", {"event": "source_failed"}))
    assert [each.get("kept_back") for each in said] == [None, None, None, 27]


def test_one_kind_of_event_keeps_no_other_back() -> None:
    spare = Sparing(lambda: 0.0, most=1)
    said = [spare(None, "info", {"event": name}) for name in ("reload", "stopping")]
    assert [each["event"] for each in said] == ["reload", "stopping"]
