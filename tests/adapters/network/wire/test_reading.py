"""What is read of an answer depends on its bytes alone, and is never less than was sent."""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import pytest
from httptools import HttpResponseParser
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.network.bounds.bounded_answer import AnswerRefused
from adapters.network.wire import reading
from adapters.network.wire.reading import ResponseReader

MOST: Final = 4096
RECORDS: Final = tuple(b'{"id": %d}\n' % n for n in range(5))
CONTENT: Final = b"".join(RECORDS)
Outcome = tuple[object, ...]
# An answer in parts: the true ones are content, the false ones are what is around it.
Parts = tuple[tuple[bytes, bool], ...]


@dataclass(frozen=True)
class Framed:
    """One honest answer; `ends` says that its end is that of the connection."""

    parts: Parts
    ends: bool = False

    @property
    def whole(self) -> bytes:
        return b"".join(part for part, _ in self.parts)


@st.composite
def answers(draw: st.DrawFn) -> Framed:
    early = draw(st.sampled_from([b"", b"HTTP/1.1 102 Processing\r\n\r\n"]))
    extra = draw(st.sampled_from([b"", b"X-Empty:\r\n", b"Link: </a>\r\nLink: </b>\r\n"]))
    version = draw(st.sampled_from([b"1.0", b"1.1"]))
    head = early + b"HTTP/%b 200 OK\r\n%b" % (version, extra)
    match draw(st.sampled_from(["length", "chunks", "end"])):
        case "length":
            return Framed(((head + b"Content-Length: %d\r\n\r\n" % len(CONTENT), False), BODY))
        case "end":
            return Framed(((head + b"\r\n", False), BODY), ends=True)
        case _:
            return Framed(_in_chunks(draw, head + b"Transfer-Encoding: chunked\r\n\r\n"))


BODY: Final = (CONTENT, True)


def _in_chunks(draw: st.DrawFn, head: bytes) -> Parts:
    places = draw(st.sets(st.integers(1, len(CONTENT) - 1), max_size=4))
    parts = [(head, False)]
    for start, end in zip([0, *sorted(places)], [*sorted(places), len(CONTENT)], strict=True):
        extension = draw(st.sampled_from([b"", b";a=b"]))
        parts += [(b"%x%b\r\n" % (end - start, extension), False), (CONTENT[start:end], True)]
        parts.append((b"\r\n", False))
    trailer = draw(st.sampled_from([b"", b"Server-Timing: total\r\n"]))
    return (*parts, (b"0\r\n" + trailer + b"\r\n", False))


def read(pieces: Iterable[bytes]) -> Outcome:
    """What comes of an answer in these pieces, after which the connection ends in good order."""
    reader = ResponseReader(MOST, frozenset({503}))
    try:
        for piece in pieces:
            reader.feed(piece)
            if reader.over:
                break
        over = reader.ended(clean=True)
    except AnswerRefused as refused:
        return ("refused", refused.rule)
    if not over:
        return ("cut",)
    return ("read", reader.status, tuple(reader.headers.items()), reader.content)


def cut_at(whole: bytes, places: Iterable[int]) -> list[bytes]:
    bounds = [0, *sorted({place for place in places if place < len(whole)}), len(whole)]
    return [whole[a:b] for a, b in pairwise(bounds)]


AWFUL: Final = {
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 5\r\n\r\nabcde",
    "the same length twice": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nab",
    "a list of lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nab",
    "a length with a sign": b"HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nab",
    "a length in hex": b"HTTP/1.1 200 OK\r\nContent-Length: 0x2\r\n\r\nab",
    "an empty length": b"HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\nab",
    "a length and chunks": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n",
    "chunks and a length": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
    b"Content-Length: 2\r\n\r\n2\r\nab\r\n0\r\n\r\n",
    "chunked twice": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n",
    "packed chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "chunks, then packed": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, gzip\r\n\r\nab",
    "nearly chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "a zero in a header": b"HTTP/1.1 200 OK\r\nX-A: a\0b\r\nContent-Length: 2\r\n\r\nab",
    "a space in a name": b"HTTP/1.1 200 OK\r\nContent Length: 2\r\n\r\nab",
    "a status of zeros": b"HTTP/1.1 000 OK\r\nContent-Length: 2\r\n\r\n[]"
    b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab",
    "a status below all": b"HTTP/1.1 099 OK\r\nContent-Length: 2\r\n\r\nab",
    "a chunk of a sign": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-2\r\nab\r\n",
    "a chunk longer than it says": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"2\r\nabc\r\n0\r\n\r\n",
    "a chunk size of 20 digits": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"fffffffffffffffffffff\r\nab",
    "129 headers": b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 129 + b"Content-Length: 2\r\n\r\nab",
    "129 trailers": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"
    + b"A: b\r\n" * 130,
}


@pytest.mark.parametrize("name", AWFUL)
def test_what_contradicts_itself_is_refused_however_it_is_cut(name: str) -> None:
    whole = AWFUL[name]
    assert read([whole])[0] == "refused"
    assert read(whole[at : at + 1] for at in range(len(whole)))[0] == "refused"


READ: Final = {
    "an old server that closes": (b"HTTP/1.0 200 OK\r\n\r\nab", b"ab"),
    "one that names no framing": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\nab",
        b"ab",
    ),
    "line ends without returns": (b"HTTP/1.1 200 OK\nContent-Length: 2\n\nab", b"ab"),
    "a folded header": (b"HTTP/1.1 200 OK\r\nX-A: b\r\n c\r\nContent-Length: 2\r\n\r\nab", b"ab"),
    "a length before a blank": (b"HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\nab", b"ab"),
    "nothing to say": (b"HTTP/1.1 204 No\r\n\r\n", b""),
    "nothing to say at length": (b"HTTP/1.1 204 No\r\nContent-Length: 2\r\n\r\n", b""),
    "not modified": (b"HTTP/1.1 304 No\r\nContent-Length: 2\r\n\r\n", b""),
    "an empty answer": (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", b""),
    "busy, at length": (b"HTTP/1.1 503 No\r\nContent-Length: 99999\r\n\r\n", b""),
}


@pytest.mark.parametrize("name", READ)
def test_what_an_honest_server_sends_is_read_however_it_is_cut(name: str) -> None:
    whole, content = READ[name]
    for pieces in ([whole], [whole[at : at + 1] for at in range(len(whole))]):
        outcome = read(pieces)
        assert (outcome[0], outcome[-1]) == ("read", content)


def test_an_answer_to_head_has_no_content_whatever_length_it_names() -> None:
    reader = ResponseReader(MOST, frozenset())
    reader.begin(head_only=True)
    reader.feed(b"HTTP/1.1 200 OK\r\nContent-Length: 26\r\n\r\n")
    assert (reader.over, reader.content, reader.reusable) == (True, b"", False)


@pytest.mark.parametrize("behind", [b"HTTP/1.1 200 OK\r\n", b"junk", b"\0"])
def test_a_connection_that_says_more_than_it_was_asked_is_not_used_again(behind: bytes) -> None:
    reader = ResponseReader(MOST, frozenset())
    reader.feed(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab" + behind)
    assert (reader.over, reader.content, reader.reusable) == (True, b"ab", False)


@given(answers(), st.sets(st.integers(1, 300), max_size=12))
@settings(max_examples=150)
def test_the_same_bytes_are_the_same_answer_however_the_network_cut_them(
    answer: Framed, places: set[int]
) -> None:
    outcome = read([answer.whole])
    assert (outcome[0], outcome[-1]) == ("read", CONTENT)
    assert read(cut_at(answer.whole, places)) == outcome


@given(answers().filter(lambda answer: not answer.ends))
@settings(max_examples=25)
def test_an_answer_that_was_cut_off_anywhere_is_no_answer(answer: Framed) -> None:
    assert all(read([answer.whole[:end]]) == ("cut",) for end in range(len(answer.whole)))


@pytest.mark.parametrize(
    "framed",
    [b"Content-Length : 9\r\n\r\n[]", b"Transfer-Encoding : chunked\r\n\r\n2\r\n[]\r\n"],
    ids=["a length", "chunks"],
)
def test_an_empty_list_that_was_cut_off_is_none_however_its_framing_is_spelt(framed: bytes) -> None:
    assert read([b"HTTP/1.1 200 OK\r\n" + framed]) == ("cut",)


def test_the_law_would_find_a_reader_that_takes_every_end_for_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cut = b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n" + RECORDS[0]
    assert read([cut]) == ("cut",)
    monkeypatch.setattr(ResponseReader, "ended", lambda reader, **_: bool(reader.status))
    assert read([cut]) != ("cut",)


@given(answers(), st.data())
@settings(max_examples=250)
def test_nothing_wrong_around_the_content_makes_a_shorter_list_of_it(
    answer: Framed, data: st.DataObject
) -> None:
    assert not lost_records(broken(answer, data))


def lost_records(whole: bytes) -> bool:
    """Whether a good answer was read that is shorter than what was sent."""
    outcome = read([whole])
    good = outcome[:2] == ("read", 200)
    content = outcome[-1]
    return good and isinstance(content, bytes) and len(content) < len(CONTENT)


def broken(answer: Framed, data: st.DataObject) -> bytes:
    """The answer with a few bytes around its content changed, lost or put in.

    The number of a length is left as it is: nothing else says how long the content was meant to be.
    """
    around = [at for at, (part, content) in enumerate(answer.parts) if part and not content]
    parts = [part for part, _ in answer.parts]
    for at in data.draw(st.lists(st.sampled_from(around), min_size=1, max_size=3)):
        part = parts[at]
        most = part.find(b"Length: ") if b"Length: " in part else len(part)
        place = data.draw(st.integers(0, most))
        lost = min(data.draw(st.integers(0, 3)), most - place)
        put = data.draw(st.binary(max_size=2) | st.sampled_from([b"\r\n", b"0", b":", b" "]))
        parts[at] = part[:place] + put + part[place + lost :]
    return b"".join(parts)


class Believing(HttpResponseParser):
    """A planted fault: of a length and chunks it believes the length."""

    def feed_data(self, data: "bytes | bytearray | memoryview | array[int]") -> None:
        super().feed_data(bytes(data).replace(b"Transfer-Encoding", b"X-Nothing-Of-It"))


def test_the_law_would_find_a_reader_that_believes_the_shorter_of_two_framings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n"
    whole = b"HTTP/1.1 200 OK\r\n" + said + b"\r\n" + CONTENT
    assert not lost_records(whole)
    monkeypatch.setattr(reading, "HttpResponseParser", Believing)
    assert lost_records(whole)
