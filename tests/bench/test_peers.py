"""The bench of the peers checks every answer before it counts, and draws what it measured."""

import json

import pytest
from lxml import etree

from bench.peers.drawn import drawn
from bench.peers.load import AnswerDiffersError, look
from bench.peers.question import Shape, subgraph_of
from bench.peers.stub import Agency
from bench.peers.tables import AIMS, costs, tables
from bench.processes.gateway_process import HERE

SHAPE = Shape(2, ("9000000009", "9000000017"))
MEDIANS = {
    "1 child x 7 agencies": {"Team Around": 6.0, "Grafbase": 0.5},
    "1 child x 20 agencies": {"Team Around": 19.0, "Grafbase": 1.8},
}


def test_the_agencies_together_say_the_right_answer() -> None:
    body = json.dumps(SHAPE.body).encode()
    for name in SHAPE.names:
        _, _, content = Agency(name).answer(b"POST / HTTP/1.1", body).partition(b"\r\n\r\n")
        own = {key: one for key, one in SHAPE.answer["data"].items() if key.startswith(name)}
        assert json.loads(content)["data"].items() >= own.items()


def test_an_agency_says_the_same_by_rest() -> None:
    line = b"GET /children?nhs=9000000017&born=2015-03-09 HTTP/1.1"
    _, _, content = Agency("agency_01").answer(line, b"").partition(b"\r\n\r\n")
    assert json.loads(content)["children"] == [SHAPE.answer["data"]["agency_01_1"]]


def test_an_agency_says_several_children_by_their_numbers() -> None:
    asked = json.dumps({"numbers": SHAPE.children}).encode()
    _, _, content = (
        Agency("agency_01").answer(b"POST /children HTTP/1.1", asked).partition(b"\r\n\r\n")
    )
    own = [SHAPE.answer["data"][f"agency_01_{at}"] for at in range(2)]
    assert json.loads(content) == {"asAt": "2026-11-20T06:00:00Z", "total": 2, "children": own}


def test_a_peer_that_says_something_else_ends_its_part() -> None:
    order = {"whole": True, "answer": SHAPE.answer}
    look(order, 200, json.dumps(SHAPE.answer).encode())
    with pytest.raises(AnswerDiffersError):
        look(order, 200, b'{"data": {}}')
    with pytest.raises(AnswerDiffersError):
        look({**order, "whole": False}, 500, b"")


def test_what_a_further_agency_costs_is_the_slope() -> None:
    assert costs(MEDIANS)["a further agency"] == pytest.approx(
        {"Team Around": 1.0, "Grafbase": 0.1}
    )
    assert [table.row_count for table in tables(MEDIANS)] == [2, 2]
    assert all(aim.what in costs(MEDIANS) for aim in AIMS)


def test_a_picture_has_a_bar_for_each_server() -> None:
    pictures = drawn(MEDIANS)
    assert {*pictures} == {"peers-first-screen.svg", "peers-agency.svg"}
    for picture in pictures.values():
        texts = [
            each.text for each in etree.fromstring(picture).iter() if each.tag.endswith("text")
        ]
        assert {"Team Around", "Grafbase"} <= {*texts}


def test_a_subgraph_shares_its_types() -> None:
    assert subgraph_of("agency_01").count("@shareable {") == 3


def test_the_lock_of_the_peers_names_no_registry() -> None:
    lock = (HERE / "bench/peers/node/package-lock.json").read_text("utf-8")
    assert '"resolved"' not in lock
    assert "integrity" in lock
