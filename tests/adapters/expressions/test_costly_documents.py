"""What an agency's document costs to read is bounded by its parts, before it is read."""

import gc
import json
import time
from typing import Final

import pytest

from adapters.contract.contract import Malformed
from adapters.expressions.json_document import (
    MOST_CONTAINERS,
    MOST_PARTS,
    has_doubled_key,
    parse_json,
)
from adapters.expressions.xml_document import MOST_ELEMENTS, parse_xml
from adapters.mapping.beside.more import says_more
from adapters.mapping.beside.told import ToldBeside

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
    before = time.thread_time()
    assert parse_json(TOO_MUCH[name]) == Malformed("too_large")
    assert time.thread_time() - before < LONGEST_S


@pytest.mark.parametrize("said", ["[", "]", "{", ",", '"[,', "\\", "\\["])
def test_what_stands_in_texts_is_no_part(said: str) -> None:
    written = json.dumps({"x": said * (MIB // 4), "y": [said]}).encode()
    before = time.thread_time()
    assert parse_json(written) == json.loads(written)
    assert time.thread_time() - before < LONGEST_S


def test_as_many_parts_as_may_be_are_read_in_no_time() -> None:
    lists = f"[{','.join(['[]'] * (MOST_CONTAINERS - 1))}]".encode()
    numbers = f"[{','.join(['1'] * MOST_PARTS)}]".encode()
    for written in (lists, numbers):
        before = time.thread_time()
        assert isinstance(parse_json(written), list)
        assert not has_doubled_key(written)
        assert time.thread_time() - before < LONGEST_S


@pytest.mark.parametrize("written", [b'{"x": [1]}', b'{"x": [1'])
def test_garbage_is_collected_again_after_a_document(written: bytes) -> None:
    parse_json(written)
    assert gc.isenabled()


def test_xml_of_too_many_elements_is_refused_before_it_is_read() -> None:
    before = time.thread_time()
    assert parse_xml(b"<a>" + b"<b/>" * (10 * MOST_ELEMENTS) + b"</a>") == Malformed("too_large")
    assert time.thread_time() - before < LONGEST_S


def test_whoever_says_too_much_beside_the_records_may_say_that_there_are_more() -> None:
    assert says_more(ToldBeside(scope={f"n{one}": 1 for one in range(60_000)}), 0) is True
    assert says_more(ToldBeside(scope={f"n{one}": 1 for one in range(50)}), 0) is None
