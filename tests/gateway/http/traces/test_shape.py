"""A trace shows what named sources took, and is the same whatever others did beside them."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from gateway.http.traces.request_record import RecordedCall, RecordedStage, RequestRecord
from gateway.http.traces.shape import CALL, coarse, shown
from gateway.model.figures import ANSWER, INTENT, RELEASE, SIGN_IN

NAMED = {"school", "council"}
HIDDEN = "clinic"
SECONDS = st.floats(0.001, 3.0).map(coarse)
WAVES = st.lists(
    st.lists(st.tuples(st.sampled_from(sorted(NAMED)), SECONDS), min_size=1, max_size=3),
    max_size=4,
)
WAITS = st.lists(SECONDS, min_size=5, max_size=5)


def recording(waves: list[list[tuple[str, float]]], waits: list[float]) -> RequestRecord:
    """Waves of calls, each after the one before it and a wait, in which a hidden source answers."""
    made, now = RequestRecord(0.0, result="answered"), 0.5
    made.stage(SIGN_IN, 0.0, 0.1)
    made.stage(INTENT, 0.2, 0.2)
    for wave, wait in zip([*waves, []], waits, strict=False):
        if wait:
            made.called(HIDDEN, "ok", now, wait)
        now += wait
        for source, took in wave:
            made.called(source, "ok", now, took)
        now += max((took for _, took in wave), default=0.0)
    made.stage(RELEASE, now, 0.25)
    made.stage(ANSWER, 0.5, now - 0.5)
    return made


@given(waves=WAVES, waits=WAITS)
def test_a_source_without_a_name_leaves_neither_a_span_nor_a_gap(
    waves: list[list[tuple[str, float]]], waits: list[float]
) -> None:
    assert shown(recording(waves, waits), NAMED) == shown(recording(waves, [0.0] * 5), NAMED)


def test_the_same_question_as_it_was_would_show_the_gap() -> None:
    waves = [[("school", 0.1)], [("school", 0.1)]]
    hidden, usual = recording(waves, [0.0, 0.7, 0.0]), recording(waves, [0.0] * 3)
    shown_by_time = [
        [call.at_s for call in each.calls if call.source in NAMED] for each in (hidden, usual)
    ]
    assert shown_by_time[0] != shown_by_time[1]


def test_calls_stand_side_by_side_and_the_next_wave_behind_them() -> None:
    waves = [[("school", 0.1), ("council", 0.3)], [("school", 0.2)]]
    calls = [each for each in shown(recording(waves, [0.0] * 3), NAMED).spans if each.name == CALL]
    assert [(each.source, round(each.at_s, 3)) for each in calls] == [
        ("school", 0.5),
        ("council", 0.5),
        ("school", 0.8),
    ]


def test_a_part_that_came_alone_is_no_span_more() -> None:
    once = recording([[("school", 0.1)]], [0.0, 0.0])
    parts = replace(once, stages=[*once.stages, RecordedStage(RELEASE, 3.0, 0.2)])
    assert shown(parts, NAMED) == shown(once, NAMED)


def test_a_request_that_was_refused_shows_the_stages_it_came_to() -> None:
    refused = RequestRecord(0.0, result="SIGN_IN")
    refused.stage(SIGN_IN, 0.0, 0.012345)
    trace = shown(refused, NAMED)
    assert [(each.name, each.took_s) for each in trace.spans] == [(SIGN_IN, 0.012)]
    assert trace.took_s == 0.012


def test_no_duration_has_more_than_two_digits() -> None:
    assert [coarse(s) for s in (0.0000123456, 0.123456, 12.3456, -1.0)] == [0.000012, 0.12, 12, 0]


def test_a_call_is_as_it_went() -> None:
    made = recording([], [0.0])
    made.calls.append(RecordedCall("school", "failed", 0.5, 0.1))
    assert [(e.source, e.went) for e in shown(made, NAMED).spans if e.source] == [
        ("school", "failed")
    ]
