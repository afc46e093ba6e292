"""A candidate's key opens for the caller and purpose it was made for, and for ten minutes."""

from dataclasses import dataclass, replace

import pytest

from adapters.contract.codes import Purpose
from gateway.model.caller import Caller
from gateway.model.candidate_key import LIFETIME_S, CandidateKeySealer, SealedRecord
from tests.support.town import PRACTITIONER

SAFEGUARDING = Purpose.SAFEGUARDING


@dataclass
class Watch:
    """A clock that the test sets."""

    seconds: float = 1_000_000.0

    def __call__(self) -> float:
        return self.seconds


def sealed(seal: CandidateKeySealer, record_id: str | None = "p-1") -> str:
    return seal.bound_to(PRACTITIONER, SAFEGUARDING)("police", "niche", record_id)


def test_a_key_opens_for_whom_it_was_made() -> None:
    seal = CandidateKeySealer()
    opened = seal.opened(sealed(seal), PRACTITIONER, SAFEGUARDING)
    assert opened == SealedRecord("police", "niche", "p-1")


@pytest.mark.parametrize(
    ("caller", "purpose"),
    [
        (replace(PRACTITIONER, user="another"), SAFEGUARDING),
        (replace(PRACTITIONER, issuer="https://hospital.example"), SAFEGUARDING),
        (replace(PRACTITIONER, organisation="elsewhere"), SAFEGUARDING),
        (PRACTITIONER, Purpose.EARLY_HELP),
    ],
)
def test_a_key_opens_for_nobody_else_and_nothing_else(caller: Caller, purpose: Purpose) -> None:
    seal = CandidateKeySealer()
    assert seal.opened(sealed(seal), caller, purpose) is None


def test_a_key_lives_ten_minutes() -> None:
    watch = Watch()
    seal = CandidateKeySealer(watch)
    key = sealed(seal)
    watch.seconds += LIFETIME_S
    assert seal.opened(key, PRACTITIONER, SAFEGUARDING) is not None
    watch.seconds += 1
    assert seal.opened(key, PRACTITIONER, SAFEGUARDING) is None


@pytest.mark.parametrize("key", ["", "not a key", "\ud800", "gAAAAA=="])
def test_what_is_no_key_opens_nothing(key: str) -> None:
    assert CandidateKeySealer().opened(key, PRACTITIONER, SAFEGUARDING) is None


def test_another_gateways_key_opens_nothing() -> None:
    assert (
        CandidateKeySealer().opened(sealed(CandidateKeySealer()), PRACTITIONER, SAFEGUARDING)
        is None
    )


def test_a_record_without_an_id_cannot_be_chosen() -> None:
    seal = CandidateKeySealer()
    assert seal.opened(sealed(seal, None), PRACTITIONER, SAFEGUARDING) is None
