"""An agency that holds its own access log against ours sees what either lacks."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.audit.entry.entry import AuditedAgency, Entry
from gateway.audit.log.embedded import AuditLog
from gateway.audit.reports.reconciliation import AccessLogUnreadable, Call, read_calls, reconcile
from resolvers.outcome import Outcome
from tests.support.audit.examples import NOON, asked, released
from tests.support.audit.school_log import SCHOOL

DAY = (NOON - timedelta(hours=12), NOON + timedelta(hours=12))


def answered(query_id: str, outcome: Outcome) -> Entry:
    return replace(released(query_id), agencies=(AuditedAgency(SCHOOL, outcome),))


@pytest.fixture
async def written(log: AuditLog) -> AuditLog:
    """Three questions that reached the school, and one that did not get through."""
    for query_id in ("q1", "q2", "q3"):
        await log.append(asked(query_id))
        await log.append(answered(query_id, Outcome.NO_RECORD))
    await log.append(asked("q4"))
    await log.append(answered("q4", Outcome.UNAVAILABLE))
    return log


async def test_two_logs_of_the_same_calls_agree(written: AuditLog) -> None:
    calls = [Call(0, "q1"), Call(2, "q2"), Call(2, "q2"), Call(4, "q3")]
    found = await reconcile(written, SCHOOL, calls, *DAY)
    assert (found.matched, found.unlogged, found.unseen) == (3, (), ())


async def test_a_call_that_no_intent_allowed_is_listed(written: AuditLog) -> None:
    calls = [Call(0, "q1"), Call(2, "q2"), Call(4, "q3"), Call(2, "q9"), Call(99, "q1")]
    found = await reconcile(written, SCHOOL, calls, *DAY)
    assert found.unlogged == (Call(2, "q9"), Call(99, "q1"))


async def test_an_answer_that_the_agency_never_gave_is_listed(written: AuditLog) -> None:
    found = await reconcile(written, SCHOOL, [Call(0, "q1"), Call(4, "q3")], *DAY)
    assert found.unseen == (Call(2, "q2"),)


async def test_a_call_that_did_not_get_through_is_missed_by_nobody(written: AuditLog) -> None:
    calls = [Call(0, "q1"), Call(2, "q2"), Call(4, "q3")]
    without, within = calls, [*calls, Call(6, "q4")]
    for seen in (without, within):
        found = await reconcile(written, SCHOOL, seen, *DAY)
        assert (found.unlogged, found.unseen) == ((), ())


async def test_a_call_for_a_question_whose_stated_harm_the_officer_only_hears_is_listed(
    written: AuditLog,
) -> None:
    told = replace(asked("q5"), agencies=(AuditedAgency(SCHOOL, Outcome.NOT_ASKED),))
    index = await written.append(told)
    calls = [Call(0, "q1"), Call(2, "q2"), Call(4, "q3"), Call(index, "q5")]
    found = await reconcile(written, SCHOOL, calls, *DAY)
    assert (found.intents, found.unlogged) == (4, (Call(index, "q5"),))


async def test_other_agencies_and_other_days_are_left_out(written: AuditLog) -> None:
    nothing = await reconcile(written, "anywhere-gp", [], *DAY)
    tomorrow = await reconcile(written, SCHOOL, [], DAY[1], DAY[1] + timedelta(days=1))
    assert nothing.unseen == tomorrow.unseen == ()


@pytest.mark.parametrize(
    "text",
    [
        "query_id,log_index,status\nq1,0,200\nq2,2,404\n",
        '{"log_index": 0, "query_id": "q1"}\n{"log_index": "2", "query_id": "q2"}\n',
    ],
)
def test_an_access_log_is_read_from_csv_or_json_lines(text: str) -> None:
    assert read_calls(text) == [Call(0, "q1"), Call(2, "q2")]


@pytest.mark.parametrize(
    "text",
    [
        'query_id,log_index\n"q1, q2","0, 2"\n',
        '{"log_index": "0, 2", "query_id": "q1, q2"}\n',
    ],
)
def test_a_call_about_several_children_is_a_call_for_each(text: str) -> None:
    assert read_calls(text) == [Call(0, "q1"), Call(2, "q2")]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("query_id,log_index\nq1,\n", "line 2"),
        ("a,b\n1,2\n", "line 2"),
        ('{"log_index": 0, "query_id": "q1"}\n{"log_index"\n', "line 2"),
        ('{"log_index": -1, "query_id": "q1"}\n', "line 1"),
        ('query_id,log_index\nq1,"0, 2"\n', "line 2"),
        ('query_id,log_index\n"q1, ","0, 2"\n', "line 2"),
        ("query_id,log_index\nq1,\N{ARABIC-INDIC DIGIT ONE}\n", "line 2"),
    ],
)
def test_an_access_log_without_what_is_compared_names_the_line(text: str, line: str) -> None:
    with pytest.raises(AccessLogUnreadable, match=line):
        read_calls(text)


OBJECT = '{"log_index": 0, "query_id": "q1", "agent": "\u2028\u0085"}'
ENDS = "\u2028\u2029\u0085\x0b\x0c\x1c\x1d\x1e\x00"


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffquery_id,log_index\nq1,0\nq2,2\n",
        '\ufeff{"log_index": 0, "query_id": "q1"}\n{"log_index": 2, "query_id": "q2"}\n\n',
        f"query_id,log_index,agent\r\nq1,0,{ENDS}\r\nq2,2,x\r\n",
        f'query_id,log_index,agent\nq1,0,"x\n9,9,{ENDS}"\nq2,2,x\n',
        f'{OBJECT}\n{{"log_index": 2, "query_id": "q2"}}',
    ],
)
def test_what_a_caller_wrote_into_an_agencys_log_neither_adds_nor_hides_a_call(text: str) -> None:
    assert read_calls(text) == [Call(0, "q1"), Call(2, "q2")]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (f"query_id,log_index\nq1,{'9' * 5000}\n", "line 2"),
        (f"query_id,log_index,agent\nq1,0,{'z' * 200_000}\n", "line 2"),
        (f'{{"log_index": 0, "query_id": "q1", "agent": {"[" * 100_000}}}\n', "line 1"),
        ('query_id,log_index,agent\nq1,0,x\nq2,2,"x\nq3,4,x\n', "line 3"),
    ],
)
def test_a_log_that_hides_calls_or_overburdens_the_reader_names_the_line(
    text: str, line: str
) -> None:
    with pytest.raises(AccessLogUnreadable, match=line):
        read_calls(text)
