"""A batch is shown with two children before anybody relies on it: who mixes them up is named."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
from aiohttp import web

from adapters.conformance.kit import Level, RuleVerdict, check_offline, level_of
from adapters.conformance.online_check import check_online
from adapters.conformance.rules import KitRule
from adapters.validation.loading import parse_manifest
from tests.support.adapters.aliased import ALIASED
from tests.support.adapters.asking import NOW, manifest_text, opened
from tests.support.adapters.batches import ANN, BEA, BULK, BUNDLED, CAT, NHS, POSTED, child
from tests.support.adapters.in_list import DSN, PERSON
from tests.support.loopback import serving

EXAMPLES: Final = f"""
[[example]]
operation = "child"
given = {{ nhs_number = "{ANN}" }}
reply = "ann.json"
live = true
[[example]]
operation = "child"
given = {{ nhs_number = "{BEA}" }}
reply = "bea.json"
live = true
"""
TOGETHER: Final = f"""
[[together]]
operation = "child"
numbers = ["{ANN}", "{BEA}"]
reply = "both.json"
"""


def row(number: str, family: str) -> dict[str, Any]:
    return {"record_id": family, "nhs": number, "family": family, "born": "2015-03-09"}


def people(*some: tuple[str, str]) -> dict[str, Any]:
    """The part of a GraphQL answer that is each child's."""
    parts: dict[str, Any] = {}
    for place, (number, family) in enumerate(some):
        one = {"nhs": number, "surname": family, "dob": "2015-03-09"}
        parts |= {f"c{place}_people": [one], f"c{place}_total": 1}
    return {"data": parts}


def alone(number: str, family: str) -> dict[str, Any]:
    return {"data": {n.removeprefix("c0_"): p for n, p in people((number, family))["data"].items()}}


def patient(number: str, family: str) -> dict[str, Any]:
    identifier = [{"system": NHS, "value": number}]
    found = {"resourceType": "Patient", "identifier": identifier, "name": [{"family": family}]}
    entry = [{"resource": {**found, "birthDate": "2015-03-09"}}]
    return {"resourceType": "Bundle", "type": "searchset", "total": 1, "entry": entry}


def bundle(*parts: dict[str, Any]) -> dict[str, Any]:
    entry = [{"response": {"status": "200"}, "resource": part} for part in parts]
    return {"resourceType": "Bundle", "type": "batch-response", "entry": entry}


def listed(*some: dict[str, Any]) -> dict[str, Any]:
    return {"children": list(some), "total": len(some)}


KINDS: Final[dict[str, tuple[str, Callable[[str, str], Any], Callable[..., Any]]]] = {
    "post-ids": (
        manifest_text("rest", "https://a.example", POSTED, BULK),
        lambda number, family: listed(child(number, family)),
        lambda *some: listed(*(child(number, family) for number, family in some)),
    ),
    "fhir-bundle": (
        manifest_text("fhir", "https://a.example", BUNDLED, BULK),
        patient,
        lambda *some: bundle(*(patient(number, family) for number, family in some)),
    ),
    "graphql-alias": (
        manifest_text("graphql", "https://a.example", ALIASED, BULK),
        alone,
        people,
    ),
    "in-list": (
        manifest_text("sql", "", PERSON, f"{BULK}\n{DSN}"),
        lambda number, family: [row(number, family)],
        lambda *some: [row(number, family) for number, family in some],
    ),
}


async def checked(
    folder: Path, name: str, *both: tuple[str, str], more: str = TOGETHER
) -> RuleVerdict:
    """What the check says of a batch whose recorded reply says so of both."""
    text, one, several = KINDS[name]
    (folder / "ann.json").write_text(json.dumps(one(ANN, "Hill")))
    (folder / "bea.json").write_text(json.dumps(one(BEA, "Vale")))
    (folder / "both.json").write_text(json.dumps(several(*both)))
    manifest = parse_manifest(text + EXAMPLES + more, folder / "source.toml")
    verdicts = await check_offline(manifest, folder, lambda: NOW)
    assert {v.rule: v.what for v in verdicts}[KitRule.READ] == ""
    return next(v for v in verdicts if v.rule == KitRule.TOGETHER)


@pytest.mark.parametrize("name", KINDS)
async def test_two_children_who_are_told_apart_keep_the_rule(tmp_path: Path, name: str) -> None:
    assert (await checked(tmp_path, name, (ANN, "Hill"), (BEA, "Vale"))).passed


@pytest.mark.parametrize("name", KINDS)
async def test_a_batch_that_mixes_two_children_up_is_named(tmp_path: Path, name: str) -> None:
    verdict = await checked(tmp_path, name, (ANN, "Vale"), (BEA, "Hill"))
    assert verdict.passed is False
    assert "numbers[0]: beside others this child's record is read differently" in verdict.what
    assert "Vale" not in verdict.what


@pytest.mark.parametrize("name", ["fhir-bundle", "graphql-alias"])
async def test_a_batch_whose_places_are_swapped_is_named(tmp_path: Path, name: str) -> None:
    verdict = await checked(tmp_path, name, (BEA, "Vale"), (ANN, "Hill"))
    assert "numbers[1]: beside others this child's record cannot be told apart" in verdict.what


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ((f'"{BEA}"]', f'"{CAT}"]'), "numbers: each needs an [[example]] of child"),
        ((f'"{BEA}"]', '"9434765919"]'), "numbers: a number that may be a real person's"),
        ((f'"{BEA}"]', f'"{ANN}"]'), "numbers: name different children"),
        (('"child"', '"chld"'), "operation: none called chld has a batch"),
        (("both.json", "none.json"), "reply: the file none.json cannot be read"),
    ],
    ids=["no example", "somebody's", "twice", "no operation", "no file"],
)
async def test_what_is_wrong_with_the_example_itself_is_said(
    tmp_path: Path, change: tuple[str, str], what: str
) -> None:
    more = TOGETHER.replace(*change)
    verdict = await checked(tmp_path, "post-ids", (ANN, "Hill"), (BEA, "Vale"), more=more)
    assert (verdict.passed, what in verdict.what) == (False, True), verdict.what


async def test_a_batch_that_nobody_has_seen_working_is_not_dependable(tmp_path: Path) -> None:
    for file in ("ann.json", "bea.json"):
        (tmp_path / file).write_text("{}")
    manifest = parse_manifest(KINDS["post-ids"][0] + EXAMPLES, tmp_path / "source.toml")
    verdicts = await check_offline(manifest, tmp_path, lambda: NOW)
    missing = next(v for v in verdicts if v.rule == KitRule.EXAMPLES)
    assert (missing.passed, missing.what) == (False, "add a [[together]] for child")
    assert level_of(verdicts) != Level.DEPENDABLE


class Roll:
    """A system that keeps two test children; `mixes` them up when asked about both."""

    def __init__(self, *, mixes: bool) -> None:
        self.names = {ANN: "Hill", BEA: "Vale"}
        self.at_once = {ANN: "Vale", BEA: "Hill"} if mixes else self.names

    async def answer(self, request: web.Request) -> web.Response:
        if request.path == "/children/search":
            numbers = (await request.json())["numbers"]
            return web.json_response(listed(*(child(n, self.at_once[n]) for n in numbers)))
        number = request.path.rpartition("/")[2]
        return web.json_response(listed(child(number, self.names[number])))


@pytest.mark.parametrize("mixes", [False, True])
async def test_a_real_system_that_mixes_two_children_up_is_named(*, mixes: bool) -> None:
    async with serving(Roll(mixes=mixes).answer) as base:
        text = KINDS["post-ids"][0].replace("https://a.example", base) + EXAMPLES
        quick = text.replace("[limits]", '[limits]\nrate = "1000/s"')
        async with opened(quick) as adapter:
            manifest = parse_manifest(quick, Path("source.toml"))
            verdicts = await check_online(manifest, adapter.source)
    verdict = next(v for v in verdicts if v.rule == f"{KitRule.APART} (child)")
    assert (verdict.level, verdict.passed) == (Level.DEPENDABLE, not mixes)


async def test_a_system_that_keeps_one_test_child_is_not_asked_about_two() -> None:
    async with serving(Roll(mixes=True).answer) as base:
        text = KINDS["post-ids"][0].replace("https://a.example", base)
        one = text + EXAMPLES[: EXAMPLES.rindex("[[example]]")]
        async with opened(one) as adapter:
            manifest = parse_manifest(one, Path("source.toml"))
            verdicts = await check_online(manifest, adapter.source)
    verdict = next(v for v in verdicts if v.rule == f"{KitRule.APART} (child)")
    assert (verdict.passed, "needs two [[example]]s" in verdict.what) == (None, True)
