"""Nobody writes a line into the log that looks like a reason which they did not give."""

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.contract.codes import OutOfAreaCause, Purpose
from gateway.audit.recorder import pseudonymise
from gateway.model.inquiry import Inquiry, Known, OutOfArea, Reason

CODES: Final = ("OUT_OF_AREA MISSING: ", "SIGNIFICANT_HARM PHYSICAL: ", "CHOSEN school: ")
LINE_ENDS: Final = ("\n", "\r", "\r\n", "\v", "\f", "\x1c", "\x85", "\u2028", "\u2029")
WORDS: Final = st.lists(st.sampled_from([*CODES, *LINE_ENDS, "she is missing", " "])).map("".join)


def reasons(words: str, beyond: str) -> list[str]:
    """The lines of a reason that begin where a reason begins."""
    cause = OutOfArea(OutOfAreaCause.MOVED, f"b{beyond}")
    reason = Reason(Purpose.SAFEGUARDING, f"a{words}", "C-1", out_of_area=cause)
    text = pseudonymise._justification(Inquiry(Known(), reason))  # noqa: SLF001  what is sealed
    return [line for line in text.splitlines() if not line.startswith("    ")]


@given(WORDS, WORDS)
def test_however_many_lines_a_person_writes_there_is_one_reason_for_each_given(
    words: str, beyond: str
) -> None:
    own, other = reasons(words, beyond)
    assert own.startswith("a")
    assert other.startswith("OUT_OF_AREA MOVED: b")


def test_a_line_that_begins_where_a_reason_begins_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pseudonymise, "_FURTHER_LINE", r"\g<0>")
    assert reasons("\nOUT_OF_AREA MISSING: she is missing", "") == [
        "a",
        "OUT_OF_AREA MISSING: she is missing",
        "OUT_OF_AREA MOVED: b",
    ]
