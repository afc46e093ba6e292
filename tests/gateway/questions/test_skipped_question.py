"""A question that a document leaves out is not asked: no agency hears of the child."""

from pathlib import Path
from typing import Any, Final

import pytest

from gateway.graphql.documents import DocumentOperation
from tests.support.agencies import AUTHORITY, AgencyServer, rest_source
from tests.support.edge import logged
from tests.support.loopback import serving
from tests.support.town import KNOWN, REASON, small_town

HEAD: Final = "query Ask($known: KnownDetails!, $reason: AccessReason!, $on: Boolean! = true) "
ASKED: Final = "child(known: $known, reason: $reason)"
CHILD: Final = f"{ASKED} {{ restriction }}"
LEFT_OUT: Final = (
    f"{HEAD} {{ {ASKED} @skip(if: $on) {{ restriction }} me {{ name }} }}",
    f"{HEAD} {{ {ASKED} @include(if: false) {{ restriction }} me @include(if: $on) {{ name }} }}",
    f"{HEAD} {{ ... @skip(if: $on) {{ {ASKED} {{ restriction }} }} me {{ name }} }}",
    f"{HEAD} {{ ...F @skip(if: $on) me {{ name }} }} fragment F on Query {{ {CHILD} }}",
    f"{HEAD} {{ {ASKED} @skip(if: $on) {{ restriction }} }}",
)


async def asked(folder: Path, query: str, **more: Any) -> tuple[dict[str, Any], int, int]:
    """What is answered, how often the agency was asked, and how many entries the log has more."""
    spine = AgencyServer()
    async with serving(spine.answer) as url:
        source = rest_source("spine", url, claims=AUTHORITY)
        async with small_town(folder, [source]) as town:
            before = len(logged(town.settings.files.state))
            variables = {"known": KNOWN, "reason": REASON, **more}
            answer = await town.post({"query": query, "variables": variables}, town.headers())
            entries = len(logged(town.settings.files.state)) - before
    return answer.body, len(spine.asked), entries


@pytest.mark.parametrize("query", LEFT_OUT)
async def test_nobody_is_asked_about_a_child_whom_the_document_leaves_out(
    tmp_path: Path, query: str
) -> None:
    body, calls, entries = await asked(tmp_path, query)
    assert "child" not in body["data"]
    assert (calls, entries) == (0, 0)


@pytest.mark.parametrize("query", [each for each in LEFT_OUT if "skip" in each])
async def test_with_the_other_variable_the_child_is_asked_about(tmp_path: Path, query: str) -> None:
    body, calls, entries = await asked(tmp_path, query, on=False)
    assert body["data"]["child"]
    assert calls > 0
    assert entries >= len(["intent", "release"])


async def test_a_gateway_that_asks_whatever_is_left_out_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DocumentOperation, "asks", lambda self, _: self.question is not None)
    _, _, entries = await asked(tmp_path, LEFT_OUT[0])
    assert entries > 0
