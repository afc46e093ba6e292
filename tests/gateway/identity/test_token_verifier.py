"""Keys rotate, people leave, machines speak for people: what the verifier makes of it."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from gateway.identity.proof_of_possession import Presented
from gateway.identity.revocations import open_revocations
from gateway.model.caller import Caller
from gateway.model.errors import ConfigurationInvalid, SignIn, TryLater
from tests.support.gateway.sign_in import NOW, Moment, Provider, verifier_for


def shown(token: str) -> Presented:
    return Presented(f"Bearer {token}")


async def refusal(verifier: object, token: str) -> str:
    with pytest.raises(SignIn) as refused:
        await verifier.caller(shown(token))  # type: ignore[attr-defined]
    return refused.value.code


async def test_keys_are_fetched_once_for_many_callers() -> None:
    provider = Provider()
    verifier = verifier_for(provider, Moment())
    callers = {(await verifier.caller(shown(provider.token(sub=name)))).user for name in "abc"}
    assert (callers, provider.fetched) == ({*"abc"}, 1)


async def test_a_new_key_is_learned_when_a_token_names_it() -> None:
    provider, moment = Provider(), Moment()
    verifier = verifier_for(provider, moment)
    await verifier.caller(shown(provider.token()))
    provider.rotate("k-2")
    moment.at += 31
    assert (await verifier.caller(shown(provider.token()))).user == "s.worker"


async def test_made_up_key_names_do_not_make_us_ask_without_end() -> None:
    provider, moment = Provider(), Moment()
    verifier = verifier_for(provider, moment)
    stranger = Provider()
    for kid in ("x", "y", "z"):
        stranger.rotate(kid)
        await refusal(verifier, stranger.token())
        await refusal(verifier, stranger.token())
    took_s = moment.at - NOW
    assert 1 <= provider.fetched - 1 <= took_s / 2


async def test_strangers_who_wait_for_made_up_keys_leave_everybody_else_alone() -> None:
    provider, moment, gate = Provider(), Moment(), asyncio.Event()
    verifier = verifier_for(provider, moment)
    known = provider.token()
    await verifier.caller(shown(known))
    provider.gate, provider.begun = gate, asyncio.Event()
    flood = []
    for number in range(40):
        stranger = Provider()
        stranger.rotate(f"made-up-{number}")
        flood.append(asyncio.create_task(verifier.caller(shown(stranger.token()))))
    await provider.begun.wait()
    verifier.forget()
    assert (await verifier.caller(shown(known))).user == "s.worker"
    gate.set()
    ends = [type(each) for each in await asyncio.gather(*flood, return_exceptions=True)]
    assert (ends.count(SignIn), ends.count(TryLater)) == (32, 8)


async def test_a_key_that_is_published_between_two_fetches_is_learned_at_once() -> None:
    provider = Provider()
    verifier = verifier_for(provider, Moment())
    await verifier.caller(shown(provider.token()))
    provider.rotate("k-2")
    tokens = [provider.token(sub=name, jti=name) for name in "abcdefgh"]
    callers = await asyncio.gather(*(verifier.caller(shown(token)) for token in tokens))
    assert [caller.user for caller in callers] == [*"abcdefgh"]
    assert provider.fetched == 2


async def test_a_key_that_is_published_during_a_fetch_is_looked_for_once_more() -> None:
    provider, moment = Provider(), Moment()
    verifier = verifier_for(provider, moment)
    old = provider.token()
    await verifier.caller(shown(old))
    provider.gate, provider.begun = asyncio.Event(), asyncio.Event()
    moment.at += 121
    waits = asyncio.create_task(verifier.caller(shown(old)))
    await provider.begun.wait()  # its answer is on its way, with the keys of this moment
    provider.rotate("k-2")
    new = asyncio.create_task(verifier.caller(shown(provider.token())))
    await asyncio.sleep(0)
    provider.gate.set()
    assert (await waits).user == (await new).user == "s.worker"
    assert provider.fetched == 3


async def test_while_no_key_is_held_nobody_is_called_wrong_and_each_is_told_at_once() -> None:
    provider, moment = Provider(away=True), Moment()
    verifier = verifier_for(provider, moment)
    good, forged = shown(provider.token()), shown(Provider().token())
    for _ in range(5):
        for each in (good, forged):
            with pytest.raises(TryLater) as refused:
                await verifier.caller(each)
            assert refused.value.code == "KEYS_UNAVAILABLE"
        moment.at += 0.3
    assert provider.fetched == 1
    provider.away = False
    moment.at += 0.6
    assert (await verifier.caller(good)).user == "s.worker"
    assert await refusal(verifier, Provider().token()) == "UNAUTHENTICATED"


async def test_a_key_that_its_issuer_took_out_is_out_two_minutes_later_by_itself() -> None:
    provider, moment = Provider(), Moment()
    verifier = verifier_for(provider, moment)
    old = provider.token(exp=int(NOW) + 10_000)
    await verifier.caller(shown(old))
    provider.rotate("k-2")
    moment.at += 119
    await verifier.caller(shown(old))
    moment.at += 1  # within the seconds for which a verified token is remembered
    assert await refusal(verifier, old) == "UNAUTHENTICATED"


async def test_a_key_that_its_issuer_took_out_is_out_at_once_when_keys_are_read_anew() -> None:
    provider = Provider()
    verifier = verifier_for(provider, Moment())
    old = provider.token()
    await verifier.caller(shown(old))
    provider.rotate("k-2")
    await verifier.renew()
    assert await refusal(verifier, old) == "UNAUTHENTICATED"


async def test_while_the_issuer_is_away_its_keys_go_on_for_an_hour_and_then_nobody_knows() -> None:
    provider, moment = Provider(), Moment()
    verifier = verifier_for(provider, moment)
    token = provider.token(exp=int(NOW) + 9000)
    await verifier.caller(shown(token))
    provider.away = True
    for _ in range(35):
        moment.at += 100
        assert (await verifier.caller(shown(token))).user == "s.worker"
    moment.at = NOW + 3598
    await verifier.caller(shown(token))
    moment.at = NOW + 3600  # remembered two seconds ago, and refused all the same
    with pytest.raises(TryLater, match="keys") as refused:
        await verifier.caller(shown(token))
    assert refused.value.code == "KEYS_UNAVAILABLE"
    provider.away = False
    moment.at += 31
    assert (await verifier.caller(shown(token))).user == "s.worker"


async def test_a_new_key_of_an_issuer_that_is_away_is_not_called_wrong() -> None:
    provider, moment = Provider(), Moment()
    verifier = verifier_for(provider, moment)
    await verifier.caller(shown(provider.token()))
    provider.rotate("k-2")
    provider.away = True
    moment.at += 31
    with pytest.raises(TryLater):
        await verifier.caller(shown(provider.token()))


async def test_everybody_who_waits_for_an_issuers_keys_shares_one_fetch() -> None:
    provider, gate = Provider(), asyncio.Event()
    provider.gate = gate
    verifier = verifier_for(provider, Moment())
    asking = [
        asyncio.create_task(verifier.caller(shown(provider.token(sub=name)))) for name in "abcdef"
    ]
    await provider.begun.wait()
    asking[0].cancel()  # whoever goes away takes nothing from the others
    gate.set()
    found = await asyncio.gather(*asking, return_exceptions=True)
    assert isinstance(found[0], asyncio.CancelledError)
    assert [each.user for each in found[1:] if isinstance(each, Caller)] == [*"bcdef"]
    assert provider.fetched == 1


async def test_nobody_waits_for_an_issuer_that_is_away_while_their_key_is_good() -> None:
    provider, moment = Provider(), Moment()
    verifier = verifier_for(provider, moment)
    token = provider.token(exp=int(NOW) + 9000)
    await verifier.caller(shown(token))
    provider.away = True
    moment.at += 121
    await verifier.caller(shown(token))
    provider.gate = asyncio.Event()  # and never opens
    moment.at += 31
    assert (await verifier.caller(shown(token))).user == "s.worker"
    await verifier.aclose()


@pytest.mark.parametrize("exp", [int(NOW) + 12 * 3600 + 31, int(NOW) + 10**9, 1e300])
async def test_a_token_that_is_good_for_more_than_twelve_hours_is_refused(exp: float) -> None:
    provider = Provider()
    token = provider.token(exp=exp)
    assert await refusal(verifier_for(provider, Moment()), token) == "TOKEN_LASTS_TOO_LONG"


@pytest.mark.parametrize("exp", [float("nan"), float("inf"), "", True])
async def test_a_token_whose_end_is_no_number_is_refused(exp: object) -> None:
    provider = Provider()
    token = provider.token(exp=exp)
    assert await refusal(verifier_for(provider, Moment()), token) == "UNAUTHENTICATED"


async def test_a_token_of_twelve_hours_is_good() -> None:
    provider = Provider()
    token = provider.token(exp=int(NOW) + 12 * 3600)
    assert (await verifier_for(provider, Moment()).caller(shown(token))).user == "s.worker"


async def test_a_token_of_a_time_to_come_is_refused() -> None:
    provider = Provider()
    token = provider.token(iat=int(NOW) + 31)
    assert await refusal(verifier_for(provider, Moment()), token) == "UNAUTHENTICATED"


async def test_an_issuer_that_never_gave_keys_lets_nobody_in() -> None:
    provider = Provider(away=True)
    with pytest.raises(TryLater):
        await verifier_for(provider, Moment()).caller(shown(provider.token()))


async def test_what_was_verified_is_remembered_for_seconds_and_never_past_its_end() -> None:
    provider, moment = Provider(), Moment()
    verifier = verifier_for(provider, moment)
    token = provider.token(exp=int(NOW) + 1)
    await verifier.caller(shown(token))
    moment.at += 4
    assert (await verifier.caller(shown(token))).user == "s.worker"  # within the leeway of clocks
    moment.at += 30
    assert await refusal(verifier, token) == "UNAUTHENTICATED"


@pytest.mark.parametrize(
    "line",
    [
        "user s.worker",
        "organisation northbrook",
        "role practitioner",
        "token t-1",
        "key k-1",
        "issuer https://sign-in.example",
        "user s.worker https://sign-in.example",
        "organisation northbrook https://sign-in.example",
        "role practitioner https://sign-in.example",
        "token t-1 https://sign-in.example",
        "key k-1 https://sign-in.example",
    ],
)
async def test_the_revoked_are_refused_at_their_next_question(tmp_path: Path, line: str) -> None:
    provider, file = Provider(), tmp_path / "revoked"
    file.write_text("# who left\n")
    verifier = verifier_for(provider, Moment())
    verifier.heed(open_revocations(file, verifier.forget))
    token = provider.token()
    await verifier.caller(shown(token))
    file.write_text(f"# who left\n{line}\n")
    assert await refusal(verifier, token) == "REVOKED"


@pytest.mark.parametrize(
    ("claims", "line"),
    [
        ({"sub": " s.worker "}, "user s.worker"),
        ({"sub": "s.worker "}, "user s.worker https://sign-in.example"),
        ({"organisation": "northbrook "}, "organisation northbrook"),
    ],
)
async def test_nobody_is_missed_by_the_list_for_how_their_issuer_writes_it(
    tmp_path: Path, claims: dict[str, Any], line: str
) -> None:
    provider, file = Provider(), tmp_path / "revoked"
    file.write_text(f"{line}\n")
    verifier = verifier_for(provider, Moment())
    verifier.heed(open_revocations(file, verifier.forget))
    assert await refusal(verifier, provider.token(**claims)) == "REVOKED"


@pytest.mark.parametrize(
    "line",
    [
        "issuer https://elsewhere.example",
        "user s.worker https://elsewhere.example",
        "key k-1 https://elsewhere.example",
        "key k-2",
    ],
)
async def test_what_is_revoked_at_another_issuer_is_good_here(tmp_path: Path, line: str) -> None:
    provider, file = Provider(), tmp_path / "revoked"
    file.write_text(f"{line}\n")
    verifier = verifier_for(provider, Moment())
    verifier.heed(open_revocations(file, verifier.forget))
    assert (await verifier.caller(shown(provider.token()))).user == "s.worker"


async def test_a_list_that_cannot_be_read_lets_nobody_in(tmp_path: Path) -> None:
    provider, file = Provider(), tmp_path / "revoked"
    file.write_text("")
    verifier = verifier_for(provider, Moment())
    verifier.heed(open_revocations(file, verifier.forget))
    file.write_text("everybody\n")
    with pytest.raises(TryLater):
        await verifier.caller(shown(provider.token()))
    with pytest.raises(ConfigurationInvalid, match=r"revoked:1: write user"):
        open_revocations(file, verifier.forget)


async def test_a_service_may_speak_for_a_named_person_if_it_is_known_to() -> None:
    provider = Provider()
    verifier = verifier_for(provider, Moment(), services=frozenset({"portal"}))
    token = provider.token(act={"sub": "portal"}, client_id="portal")
    assert (await verifier.caller(shown(token))).user == "s.worker"


@pytest.mark.parametrize(
    "claims",
    [
        {"act": {"sub": "another"}},
        {"act": "portal"},
        {"sub": "portal", "client_id": "portal"},
        {"sub": "portal", "azp": "portal"},
    ],
)
async def test_no_service_speaks_for_itself_nor_one_that_nobody_knows(
    claims: dict[str, object],
) -> None:
    provider = Provider()
    verifier = verifier_for(provider, Moment(), services=frozenset({"portal"}))
    assert await refusal(verifier, provider.token(**claims)) == "NO_HUMAN"
