"""Every text of an answer is understood alone, says what to do, and gives the right number."""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, product
from typing import Any, Final

import orjson
import pytest

from adapters.contract.codes import Claim, ReleaseClass, Sector
from adapters.contract.contract import (
    Fault,
    Malformed,
    NoRecord,
    Records,
    Refused,
    Reply,
    TooMany,
    Unavailable,
)
from adapters.contract.contract import Question as SourceQuestion
from gateway.config.operator_file import ShieldTeam
from gateway.model.agency import AgencyCard, Contact
from gateway.policy.decide import SAID_BY_REASON
from gateway.questions.wording.contact import of_shield
from gateway.questions.wording.details import listed
from gateway.questions.wording.kept_back import for_shield, worded
from gateway.questions.wording.outcomes import (
    CUT,
    PARTLY,
    UNREAD,
    UNREAD_PAGE,
    lacking,
    of_sensitive_services,
    resting,
    sentence,
    shielded,
)
from resolvers.child.child import Withheld, WithheldReason
from resolvers.child_need import SENTENCES as NEEDED
from resolvers.matching.reasons.codes import SENTENCES as REASONS
from resolvers.outcome import Outcome
from tests.support.agencies import AUTHORITY, LOCAL
from tests.support.gateway.whole_gateway import TODAY, whole_gateway
from tests.support.plain_sources import Answering, file_of, record
from tests.support.virtual_time import run, sleep

TEAM: Final = of_shield(ShieldTeam(name="Shield team", telephone="01632 960999"))
DUTY: Final = Contact(telephone="01632 960100", hours="24/7")
HOUSING: Final = AgencyCard("housing", "Mill Housing", Sector.HOUSING, ("E1",), duty_contact=DUTY)
NEEDS: Final = ("nhs_number", "postcode", "birth_date")
TO_DO: Final = ("Ring ", "Contact ", "Ask ", "Tell ", "Check ", "If you know ", "A person must ")
NUMBER: Final = re.compile(r"\d{4,5} \d{6}")
LONGEST: Final = 25  # words of a sentence


def sentences(text: str) -> list[str]:
    return re.split(r"(?<=[.!?]) (?=[A-Z])", text)


def unclear(text: str, number: str | None) -> list[str]:
    """What is wrong with a text that a screen shows by itself."""
    parts = sentences(text)
    wrong = [p for p in parts if not (p[0].isupper() and p.endswith(".")) or "; " in p or "`" in p]
    wrong += [p for p in parts if len(p.split()) > LONGEST]
    wrong += [] if any(p.startswith(TO_DO) for p in parts) else ["says nothing to do"]
    told = NUMBER.findall(text)
    return wrong + ([] if told == ([number] if number else []) else ["another number"])


def of_rows(card: AgencyCard) -> Iterator[str]:
    some = [c for n in range(len(NEEDS) + 1) for c in combinations(NEEDS, n)]
    for outcome, needs in product(Outcome, some):
        text = sentence(card, outcome, needs)
        if text is None:
            assert outcome in (Outcome.HAS_RECORD, Outcome.NO_RECORD)
        else:
            yield text
    yield resting(card, 7.2)
    yield from (lacking(card, said) for said in (CUT, PARTLY, UNREAD, UNREAD_PAGE))
    yield from (of_sensitive_services(card, involved=each) for each in (True, False))


def of_withheld(card: AgencyCard) -> Iterator[str]:
    words = (*SAID_BY_REASON, "ask the family", "state reason.outOfArea.")
    for name, reason, said in product(ReleaseClass, WithheldReason, words):
        yield worded(Withheld(name, reason, said), card)


def test_every_text_of_a_row_is_a_whole_sentence_with_what_to_do_and_the_number() -> None:
    for text in (*of_rows(HOUSING), *of_withheld(HOUSING)):
        assert unclear(text, DUTY.telephone) == [], text
        assert "Mill Housing" in text


def test_an_agency_that_gave_no_number_is_to_be_contacted_otherwise() -> None:
    mute = replace(HOUSING, duty_contact=None)
    for text in (*of_rows(mute), *of_withheld(mute)):
        assert unclear(text, None) == [], text


def test_no_text_about_a_shielded_child_has_a_local_number_or_place() -> None:
    reasons = (WithheldReason.SHIELD, WithheldReason.SHIELD_UNKNOWN)
    texts = [for_shield(name, reason, TEAM) for name, reason in product(ReleaseClass, reasons)]
    for text in (*texts, shielded(TEAM)):
        assert unclear(text, TEAM.telephone) == [], text
        assert not any(each in text for each in (*HOUSING.areas, str(DUTY.telephone)))


def test_three_classes_that_are_kept_back_are_three_sentences() -> None:
    kept = [Withheld(name, WithheldReason.POLICY, "") for name in ReleaseClass]
    assert len({worded(each, HOUSING) for each in kept}) == len(ReleaseClass)


def test_what_is_asked_about_the_child_and_why_a_record_is_doubtful_are_sentences() -> None:
    for text in NEEDED.values():
        assert unclear(text, None) == [], text
    for text in REASONS.values():
        assert all(part[0].isupper() and part.endswith(".") for part in sentences(text)), text


def test_details_have_names_that_people_use() -> None:
    assert listed(["upn", "nhs_number", "postcode"]) == "the NHS number, the postcode or the UPN"
    assert listed(["hair_colour"]) == "hair colour"


@pytest.mark.parametrize(
    "text",
    [
        "no answer: this says nothing about whether it knows the child; ring",
        "the agency does not give this to your organisation or role",
        "Mill Housing did not answer in time.",
        "It cannot search. See `needs`. Ring Mill Housing on 01632 960100.",
        "Mill Housing did not answer. Ring Mill Housing on 01632 960101.",
    ],
)
def test_a_text_that_does_not_say_it_is_seen(text: str) -> None:
    assert unclear(text, DUTY.telephone)


REPLIES: Final[tuple[Reply, ...]] = (
    Records((record(),)),
    Records((record(),), whole=False),
    NoRecord(TODAY),
    TooMany(),
    Refused(),
    Malformed("json"),
    *(Unavailable(fault) for fault in Fault),
)
QUERY: Final = """
query ($known: KnownDetails!, $reason: AccessReason!) {
  child(known: $known, reason: $reason) {
    restriction
    child { withheld { message } }
    answers { agency { id national } outcome detail ring { name telephone } areas
      withheld { message } involvements { role } }
  }
}
"""


def saying(reply: Reply) -> Answering:
    async def answer(_: SourceQuestion) -> Reply:
        await sleep(0.1)
        return reply

    return answer


async def answered(reply: Reply, *, restricted: bool) -> dict[str, Any]:
    member = LOCAL | {Claim.SHIELD_SET}
    marked = saying(Records((record(restricted=restricted),)))
    gateway = whole_gateway(
        [
            (file_of("spine", claims=AUTHORITY), marked),
            (file_of("clinic", claims=member, says_restricted=True), marked),
            (file_of("school"), saying(reply)),
            (file_of("housing", classes=("IDENTITY",)), saying(Records((record(),)))),
            (file_of("police", claims=frozenset()), saying(NoRecord(TODAY))),
        ]
    )
    found: dict[str, Any] = orjson.loads(await gateway.ask(QUERY))["data"]["child"]
    return found


@pytest.mark.parametrize("restricted", [False, True])
def test_every_text_of_a_whole_answer_gives_the_number_of_its_row(*, restricted: bool) -> None:
    for reply in REPLIES:
        found = run(answered(reply, restricted=restricted))
        for row in found["answers"]:
            texts = [w["message"] for w in row["withheld"]] + (
                [row["detail"]] * bool(row["detail"])
            )
            numbers = {row["ring"]["telephone"], "01632 960999"}
            assert row["ring"]["name"]
            for text in texts:
                told = NUMBER.search(text)
                assert told is not None
                assert told.group() in numbers
                assert unclear(text, told.group()) == [], text
            hidden = row["outcome"] == "NOTHING_TO_SHARE"
            assert (row["ring"]["telephone"] == "01632 960999") is hidden
            assert (row["areas"] == []) is (hidden or row["agency"]["national"])
