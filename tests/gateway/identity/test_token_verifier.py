"""Keys rotate, people leave, machines speak for people: what the verifier makes of it."""

from pathlib import Path

import pytest

from gateway.identity.proof_of_possession import Presented
from gateway.identity.revocations import open_revocations
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
    assert provider.fetched == 1


async def test_an_old_key_is_good_no_more_an_hour_after_it_was_rotated_away() -> None:
    provider, moment = Provider(), Moment()
    verifier = verifier_for(provider, moment)
    old = provider.token(exp=int(NOW) + 10_000)
    await verifier.caller(shown(old))
    provider.rotate("k-2")
    moment.at += 3601
    assert await refusal(verifier, old) == "UNAUTHENTICATED"


async def test_while_the_issuer_is_away_its_known_keys_go_on() -> None:
    provider, moment = Provider(), Moment()
    verifier = verifier_for(provider, moment)
    await verifier.caller(shown(provider.token()))
    provider.away = True
    moment.at += 3601
    assert (await verifier.caller(shown(provider.token(exp=int(NOW) + 9000)))).user == "s.worker"


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
    "line", ["user s.worker", "organisation northbrook", "role practitioner", "token t-1"]
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


async def test_a_list_that_cannot_be_read_lets_nobody_in(tmp_path: Path) -> None:
    provider, file = Provider(), tmp_path / "revoked"
    file.write_text("")
    verifier = verifier_for(provider, Moment())
    verifier.heed(open_revocations(file, verifier.forget))
    file.write_text("everybody\n")
    with pytest.raises(TryLater):
        await verifier.caller(shown(provider.token()))
    with pytest.raises(ConfigurationInvalid, match="each line is user"):
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
