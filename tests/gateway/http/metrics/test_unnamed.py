"""No figure tells that a sensitive or silent source is there, or that it was asked."""

from typing import Final

from adapters.contract.contract import NoRecord, Question, Reply
from gateway.http.metrics.counted import CountedFigures
from gateway.http.metrics.exposition import Exposition
from gateway.http.metrics.loop_lag import LoopLag
from gateway.http.metrics.readings import OTHERS, Readings, openly_named
from gateway.model.event_stream.said import OF_ANSWERS, SaidEvents
from gateway.model.figures import ANSWER, EVERY_S, QUESTIONS
from tests.support.gateway.whole_gateway import TODAY, whole_gateway
from tests.support.plain_sources import file_of

SILENT: Final = '\n[[withhold]]\nfrom = { sectors = ["SOCIAL_CARE"], roles = ["practitioner"] }\n'


async def nobody(_: Question) -> Reply:
    return NoRecord(TODAY)


def named_of_a_town() -> frozenset[str]:
    clinic, mute, hushed = file_of("clinic"), file_of("mute"), file_of("hushed")
    files = (
        clinic,
        mute.with_(operations=mute.operations + SILENT),
        hushed.with_(where=hushed.where + "\nsensitive = true"),
    )
    return openly_named(whole_gateway([(file, nobody) for file in files]).pipeline.active)


def text_after_calls_to(*sources: str) -> str:
    """What is shown once each of these was called by every question of a full batch."""
    now = [0.0]
    figures = CountedFigures(lambda: now[0], lambda: 0.0)
    now[0] = EVERY_S
    for _ in range(QUESTIONS):
        for source in sources:
            figures.called(source, "ok", 0.1)
        with figures.stage(ANSWER):
            pass
    return shown_of(figures, SaidEvents())


def shown_of(figures: CountedFigures, said: SaidEvents, waiting: int = 0) -> str:
    exposition = Exposition(figures, LoopLag(), said, places=1, connections_allowed=1)
    breakers = {"clinic": 0, OTHERS: 0}
    read = Readings({}, 1, named_of_a_town(), breakers, waiting, 0.0, 0.0, {}, {}, 0)
    shown = exposition.text(read).decode()
    return "\n".join(line for line in shown.splitlines() if "process_" not in line)


def test_a_source_has_a_name_unless_it_is_sensitive_or_silent() -> None:
    assert named_of_a_town() == {"clinic"}


def test_nothing_tells_that_a_source_without_a_name_was_asked() -> None:
    usual = text_after_calls_to("clinic")
    assert 'source="clinic"' in usual
    assert text_after_calls_to("clinic", "mute", "hushed") == usual
    assert text_after_calls_to("clinic", "hushed") == usual


def test_nobody_counts_the_entries_that_one_question_writes() -> None:
    shown = {waiting: shown_of(idle(), SaidEvents(), waiting) for waiting in (0, 1, 3, 20)}
    assert shown[1] == shown[3] == shown[0]
    assert "teamaround_log_waiting 20.0" in shown[20]


def idle() -> CountedFigures:
    return CountedFigures(lambda: 0.0, lambda: 0.0)


def test_an_event_that_an_answer_brings_about_is_not_counted() -> None:
    said = SaidEvents()
    for event in (*OF_ANSWERS, "reloaded"):
        said(None, "", {"event": event, "level": "warning", "source": "hushed"})
    shown = shown_of(CountedFigures(lambda: 0.0, lambda: 0.0), said)
    counted = [line for line in shown.splitlines() if line.startswith("teamaround_events_total")]
    assert counted == ['teamaround_events_total{event="reloaded",level="warning"} 1.0']
