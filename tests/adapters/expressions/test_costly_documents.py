"""What an agency's document costs to read is bounded by its parts, before it is read."""

import gc
import json
from typing import Any, Final

import pytest

from adapters.contract.contract import Malformed
from adapters.expressions.json_document import (
    MOST_CONTAINERS,
    MOST_PARTS,
    has_doubled_key,
    parse_json,
)
from adapters.expressions.xml_document import MOST_ELEMENTS, parse_xml
from adapters.http.kinds.fhir_bundle import Resources, TooMuchReferred
from adapters.http.kinds.json_api import put_included
from adapters.mapping.beside.more import says_more
from adapters.mapping.beside.told import ToldBeside
from adapters.mapping.rows import merged
from tests.support.processor_time import cheap

MIB: Final = 1024 * 1024
# A machine under load, many times what each takes; each took 0.7 s and more before it was bounded.
LONGEST_S: Final = 0.3


def filled(item: str) -> bytes:
    """A JSON list of a mebibyte."""
    return f'{{"x": [{",".join([item] * (MIB // (len(item) + 1)))}]}}'.encode()


TOO_MUCH: Final = {
    "empty lists": filled("[]"),
    "empty objects": filled("{}"),
    "lists in lists": filled("[" * 40 + "]" * 40),
    "numbers": filled("1"),
    "keys": b"{" + b",".join(b'"%x":1' % one for one in range(90_000)) + b"}",
}


@pytest.mark.parametrize("name", TOO_MUCH)
def test_a_document_of_too_many_parts_is_refused_before_it_is_read(name: str) -> None:
    with cheap(LONGEST_S):
        assert parse_json(TOO_MUCH[name]) == Malformed("too_large")


@pytest.mark.parametrize("said", ["[", "]", "{", ",", '"[,', "\\", "\\["])
def test_what_stands_in_texts_is_no_part(said: str) -> None:
    written = json.dumps({"x": said * (MIB // 4), "y": [said]}).encode()
    with cheap(LONGEST_S):
        assert parse_json(written) == json.loads(written)


def test_as_many_parts_as_may_be_are_read_in_no_time() -> None:
    lists = f"[{','.join(['[]'] * (MOST_CONTAINERS - 1))}]".encode()
    numbers = f"[{','.join(['1'] * MOST_PARTS)}]".encode()
    for written in (lists, numbers):
        with cheap(LONGEST_S):
            assert isinstance(parse_json(written), list)
            assert not has_doubled_key(written)


@pytest.mark.parametrize("written", [b'{"x": [1]}', b'{"x": [1'])
def test_garbage_is_collected_again_after_a_document(written: bytes) -> None:
    parse_json(written)
    assert gc.isenabled()


def test_xml_of_too_many_elements_is_refused_before_it_is_read() -> None:
    with cheap(LONGEST_S):
        assert parse_xml(b"<a>" + b"<b/>" * (10 * MOST_ELEMENTS) + b"</a>") == Malformed(
            "too_large"
        )


def test_whoever_says_too_much_beside_the_records_may_say_that_there_are_more() -> None:
    assert says_more(ToldBeside(scope={f"n{one}": 1 for one in range(60_000)}), 0) is True
    assert says_more(ToldBeside(scope={f"n{one}": 1 for one in range(50)}), 0) is None


LINKS: Final = 2_000


def linked_to_one(name: str, below: str) -> dict[str, Any]:
    """A resource that links many times to one, which links as often to another."""
    data = [{"type": below, "id": "1"}] * LINKS
    return {"type": name, "id": "1", "relationships": {below: {"data": data}}}


def test_what_thousands_link_to_is_put_together_once() -> None:
    pupil, body = linked_to_one("pupils", "workers"), {"included": [{"type": "workers", "id": "1"}]}
    with cheap(LONGEST_S):
        put_included(body, [pupil], ["workers"])
        assert len(pupil["workers"]) == LINKS
        assert all(each is pupil["workers"][0] for each in pupil["workers"])


def test_links_to_links_that_come_to_too_much_are_left_out() -> None:
    included = [linked_to_one("workers", "teams"), {"type": "teams", "id": "1"}]
    pupil, body = linked_to_one("pupils", "workers"), {"included": included}
    put_included(body, [pupil], ["workers.teams"])
    assert "workers" not in pupil


def referring(kind: str, to: str) -> dict[str, Any]:
    return {"resourceType": kind, "id": "1", "x": [{"reference": f"{to}/1"}] * LINKS}


def test_references_to_references_that_come_to_too_much_are_refused() -> None:
    patient, role = referring("Patient", "PractitionerRole"), referring("PractitionerRole", "Team")
    few = Resources([patient, role], {}).resolved(role)
    assert few is not role
    with pytest.raises(TooMuchReferred):
        Resources([patient, role, {"resourceType": "Team", "id": "1"}], {}).resolved(patient)


def test_a_detail_of_many_rows_is_gone_through_once_for_all_records() -> None:
    rows = [{"record_id": record} for record in range(200)]
    detail = [{"record_id": place % 200, "worker": place} for place in range(20_000)]
    with cheap(LONGEST_S):
        found = merged(rows, {"workers": detail})
    assert [each["worker"] for each in found[7].documents[0]["workers"]] == [*range(7, 20_000, 200)]
