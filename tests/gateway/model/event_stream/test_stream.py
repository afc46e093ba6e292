"""What the gateway says of itself are codes and names of ours, as lines of JSON."""

import fcntl
import json
import logging
import os
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import structlog

from gateway.model import events
from gateway.model.event_stream.lines import Lines
from gateway.model.event_stream.said import OF_ANSWERS, SAID
from gateway.model.event_stream.sparing import Sparing
from gateway.model.event_stream.stream import to_standard_error


@pytest.fixture
def serve() -> Iterator[Callable[[], object]]:
    """Lets events be said as they are when serving; to be called once output is caught."""
    handlers = list(logging.getLogger().handlers)
    hooks = sys.excepthook, threading.excepthook, sys.unraisablehook
    yield to_standard_error
    sys.excepthook, threading.excepthook, sys.unraisablehook = hooks
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
    capsys: pytest.CaptureFixture[str], serve: Callable[[], object]
) -> None:
    serve()
    events.failed(failed_over("Jonah Smith"))
    (line,) = lines(capsys)
    assert (line["event"], line["error"]) == ("failed", "ValueError")
    assert line["place"].startswith("failed_over:")
    assert "Jonah" not in json.dumps(line)


class BrokenAtItsEnd:
    def __del__(self) -> None:
        int("Jonah Smith")


def test_what_nobody_caught_is_said_without_its_words(
    capsys: pytest.CaptureFixture[str], serve: Callable[[], object]
) -> None:
    serve()
    thread = threading.Thread(target=int, args=("Jonah Smith",))
    thread.start()
    thread.join()
    del (broken := [BrokenAtItsEnd()])[0]
    assert broken == []
    bug = failed_over("Jonah Smith")
    sys.excepthook(type(bug), bug, bug.__traceback__)
    said = lines(capsys)
    assert [(each["event"], each["error"]) for each in said] == [("failed", "ValueError")] * 3
    assert [each["place"].split(":")[0] for each in said] == ["run", "__del__", "failed_over"]
    assert "Jonah" not in json.dumps(said)


def test_an_adapters_bug_names_the_source(
    capsys: pytest.CaptureFixture[str], serve: Callable[[], object]
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
    capsys: pytest.CaptureFixture[str], serve: Callable[[], object]
) -> None:
    serve()
    events.serving("127.0.0.1", 8600, (), descriptors=1024, connections=512)
    events.log_unavailable(OSError(28, "Jonah"))
    assert [line["level"] for line in lines(capsys)] == ["info", "error"]


@pytest.mark.parametrize(
    "name", ["aiohttp.client", "asyncio", "sqlalchemy.engine", "uvicorn.error"]
)
def test_a_librarys_words_are_not_repeated(
    capsys: pytest.CaptureFixture[str], serve: Callable[[], object], name: str
) -> None:
    serve()
    logger = logging.getLogger(name)
    logger.error("cannot load cookies of %s", "Jonah Smith", exc_info=failed_over("Jonah"))
    logger.info("nothing to see")
    (line,) = lines(capsys)
    assert (line["event"], line["logger"], line["severity"]) == ("library", name, "ERROR")
    assert "Jonah" not in json.dumps(line)


def test_a_warnings_words_are_not_repeated(
    capsys: pytest.CaptureFixture[str], serve: Callable[[], object]
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


def test_a_full_disk_drops_lines_and_the_next_one_says_how_many(tmp_path: Path) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as disk:
        lines = Lines(disk)
        for number in range(3):
            lines.msg(json.dumps(lines(None, "info", {"event": f"lost-{number}"})))
        with (tmp_path / "events").open("w", encoding="utf-8") as room:
            os.dup2(room.fileno(), disk.fileno())  # the disk has room again
        for name in ("first", "second"):
            lines.msg(json.dumps(lines(None, "info", {"event": name})))
    written = [json.loads(line) for line in (tmp_path / "events").read_text().splitlines()]
    assert written == [{"event": "first", "dropped": 3}, {"event": "second"}]
    assert lines.dropped == 3


def test_a_lost_event_that_an_answer_brought_about_moves_no_figure() -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as disk:
        lines = Lines(disk, untold=OF_ANSWERS)
        for name in ("answer_not_read", "log_unavailable", "source_not_reached"):
            lines.msg(json.dumps(lines(None, "error", {"event": name})))
        assert lines.dropped == 1
        assert lines(None, "info", {"event": "next"})["dropped"] == 3


def test_a_line_that_was_cut_does_not_spoil_the_next() -> None:
    end, pipe = os.pipe()
    os.set_blocking(pipe, False)
    with os.fdopen(pipe, "w", encoding="utf-8") as full, os.fdopen(end, "rb") as reader:
        lines = Lines(full)
        lines.msg("x" * 1_000_000)  # a pipe takes some of it
        reader.read1(2_000_000)
        lines.msg("whole")
        assert reader.read1(100) == b"\nwhole\n"
    assert lines.dropped == 1


def test_a_pipe_that_nobody_reads_holds_nobody_and_is_told_once_it_is_read() -> None:
    end, pipe = os.pipe()
    with os.fdopen(pipe, "w", encoding="utf-8") as hung, os.fdopen(end, "rb") as reader:
        lines = Lines(hung, most=5)
        with lines.beside():
            said = 0
            while not lines.dropped:  # a line that waited would end this test by its timeout
                lines.msg("x" * 1_000)
                said += 1
            fcntl.fcntl(end, fcntl.F_SETPIPE_SZ, 1_048_576)  # there is room again
            lost = 0
            while lines.dropped > lost:  # until one of them is taken
                lost = lines.dropped
                lines.msg(json.dumps(lines(None, "info", {"event": "after"})))
                said += 1
        written = reader.read1(2_000_000).splitlines()
    assert len(written) == said - lines.dropped
    assert json.loads(written[-1]) == {"event": "after", "dropped": lines.dropped}


def test_who_never_reads_does_not_hold_the_end_either(monkeypatch: pytest.MonkeyPatch) -> None:
    # How long a stop waits for a reader: nobody reads, so the whole of it is waited.
    monkeypatch.setattr("gateway.model.event_stream.lines._LAST_WORDS_S", 0.05)
    end, pipe = os.pipe()
    os.set_blocking(pipe, False)
    with suppress(BlockingIOError):
        while True:
            os.write(pipe, b"x" * 1_000)
    os.set_blocking(pipe, True)
    with os.fdopen(pipe, "w", encoding="utf-8") as hung:
        lines = Lines(hung, most=2)
        with lines.beside():
            for _ in range(9):
                lines.msg("nobody reads this")
        lines.msg("nor this, after the end")
        assert lines.dropped >= 7
        os.close(end)  # the thread is let go


def test_every_event_is_counted_by_name_and_refusals_by_cause(
    capsys: pytest.CaptureFixture[str], serve: Callable[[], object]
) -> None:
    serve()
    before, refused = SAID.said["stopped", "info"], ("connections_refused", "malformed")
    of_cause = SAID.counted[refused]
    for _ in range(30):  # more than are written in a second
        events.stopped()
    events.connections_refused("malformed", 7)
    assert SAID.said["stopped", "info"] - before == 30
    assert SAID.counted[refused] - of_cause == 7
    assert len(lines(capsys)) < 31
