"""The gateway has its log witnessed, hears a refusal, and knows how long it has been silent."""

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.audit.errors import KeysUnreadable
from gateway.audit.opening import trusted_witnesses
from gateway.audit.publish.publication import Publication
from gateway.audit.publish.quorum import at_least, quorum_of
from gateway.audit.publish.witness_at import WitnessAt, open_session, refuse_doubles
from gateway.audit.publish.witness_watch import Patience, WitnessWatch
from gateway.audit.publish.witnesses import Countersigned, HistoryConflict, Witnessing
from gateway.audit.tree.note import NoteSigner
from gateway.audit.verify.key import VerifierKey
from gateway.audit.verify.receipt import ReceiptProof
from gateway.audit.verify.state import State, Trust
from gateway.audit.witness.cosigner import Cosigner
from gateway.audit.witness.witness import Witness
from gateway.config.settings_tables import WitnessSettings
from gateway.model.clock import Clock
from gateway.model.errors import ConfigurationInvalid, TryLater
from tests.support.audit.publishing import ORIGIN, Minutes, publishing, write
from tests.support.audit.signing import copy_key
from tests.support.verify.witnessed import new_witness, serving_app, serving_witness
from tests.support.verify.witnesses import witness_of


def at(url: str, witness: Witness) -> WitnessAt:
    return WitnessAt.read(f"{url} {witness.cosigner.verifier_key}")


@asynccontextmanager
async def witnessed(
    publication: Publication, folder: Path, time: Minutes, *names: str, silent: int = 0
) -> AsyncIterator[Witnessing]:
    """The log with its witnesses; the last `silent` of them do not answer."""
    made = [witness_of(publication, folder, name, time) for name in names]
    async with (
        serving_witness(made[0]) as one,
        serving_witness(made[-1]) as other,
        open_session() as session,
    ):
        publication.witnesses = tuple(VerifierKey.read(w.cosigner.verifier_key) for w in made)
        urls = [one, other][: len(made)]
        urls = [
            url if n < len(made) - silent else "http://127.0.0.1:9" for n, url in enumerate(urls)
        ]
        listed = [at(url, witness) for url, witness in zip(urls, made, strict=True)]
        yield Witnessing(publication, listed, session, time)


def trusting(publication: Publication, folder: Path, *names: str) -> Trust:
    keys = [new_witness(folder, name).cosigner.verifier_key for name in names]
    witnesses = tuple(map(VerifierKey.read, keys))
    return Trust(VerifierKey.read(publication.signer.verifier_key), witnesses, len(names))


async def test_two_witnesses_sign_what_the_log_says(tmp_path: Path) -> None:
    time = Minutes()
    async with (
        publishing(tmp_path, 5) as publication,
        witnessed(publication, tmp_path, time, "w1", "w2") as witnessing,
    ):
        assert await witnessing.ask_all() == (Countersigned("w1"), Countersigned("w2"))
        checkpoint = await publication.newest()
        trust = trusting(publication, tmp_path, "w1", "w2")
        assert State.read(checkpoint.note.encode(), trust).size == 5
        assert checkpoint.cosigners == ("w1", "w2")
        await write(publication.log, 300)
        assert await witnessing.ask_all() == (Countersigned("w1"), Countersigned("w2"))
        (leaf,) = await publication.log.entries(7, 1)
        proof = await publication.proof(7, leaf=leaf.leaf, cosigned_by=2)
        assert ReceiptProof.read(proof.encode()).check(trust).state.size == 305


async def test_a_log_restored_from_an_old_copy_or_rewritten_is_denied(tmp_path: Path) -> None:
    time = Minutes()
    async with (
        publishing(tmp_path / "log", 9) as publication,
        witnessed(publication, tmp_path, time, "w1") as witnessing,
    ):
        await witnessing.ask_all()
    for entries, user in ((4, "j.okafor"), (9, "x.meddler"), (20, "x.meddler")):
        folder = tmp_path / f"{entries}-{user}"
        await copy_key(tmp_path / "log", folder, ORIGIN)
        async with (
            publishing(folder, entries, user=user) as other,
            witnessed(other, tmp_path, time, "w1") as witnessing,
        ):
            (said,) = await witnessing.ask_all()
            assert said == HistoryConflict("w1", entries, 9)
            assert await witnessing.signed_since(at_least(1)) is None


async def test_a_quorum_is_as_old_as_its_last_member(tmp_path: Path) -> None:
    time = Minutes()
    async with publishing(tmp_path, 3) as publication:
        async with witnessed(publication, tmp_path, time, "w1", "w2") as both:
            await both.ask_all()
        began = int(time().timestamp())
        time.pass_by(30)
        async with witnessed(publication, tmp_path, time, "w1", "w2", silent=1) as one:
            assert await one.ask_all() == (Countersigned("w1"),)
            assert await one.signed_since(at_least(1)) == began + 1800
            assert await one.signed_since(at_least(2)) == began
            assert await one.signed_since(at_least(3)) is None


async def test_without_a_fresh_quorum_the_gateway_stops_and_goes_on_when_it_is_back(
    tmp_path: Path,
) -> None:
    time = Minutes()
    patience = Patience(quorum=at_least(1), every=60, alarm_after=3600, stop_after=4 * 3600)
    async with publishing(tmp_path, 3) as publication:
        async with witnessed(publication, tmp_path, time, "w1", silent=1) as silent:
            watch = WitnessWatch(silent, patience, Clock(now=time))
            await watch.ask()
            with pytest.raises(TryLater, match="witnesses"):
                watch.refuse_unwitnessed()
        async with witnessed(publication, tmp_path, time, "w1") as signing:
            watch = WitnessWatch(signing, patience, Clock(now=time))
            await watch.ask()
            watch.refuse_unwitnessed()
            time.pass_by(239)
            watch.refuse_unwitnessed()
            time.pass_by(2)
            with pytest.raises(TryLater, match="witnesses"):
                watch.refuse_unwitnessed()
            await watch.ask()
            watch.refuse_unwitnessed()


@pytest.mark.parametrize("quorum", [0, 1])
async def test_a_gateway_that_wants_no_witnesses_serves_without_an_alarm(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], quorum: int
) -> None:
    async with publishing(tmp_path) as publication, open_session() as session:
        patience = Patience(quorum=at_least(quorum), every=60, alarm_after=1, stop_after=1)
        watch = WitnessWatch(Witnessing(publication, [], session, Minutes()), patience, Clock())
        await watch.ask()
        with pytest.raises(TryLater) if quorum else nullcontext():
            watch.refuse_unwitnessed()
    assert ("witnesses_silent" in "".join(capfd.readouterr())) == bool(quorum)


@pytest.mark.parametrize(
    "text", ["", "https://w.example", "https://w.example w+00000000+BAAA", "ftp://w x+y+z"]
)
def test_a_witness_that_was_mistyped_is_refused(text: str) -> None:
    with pytest.raises(KeysUnreadable, match="verifier key"):
        WitnessAt.read(text)


async def test_a_proof_stands_under_the_newest_state_that_was_witnessed(tmp_path: Path) -> None:
    time = Minutes()
    async with (
        publishing(tmp_path, 5) as publication,
        witnessed(publication, tmp_path, time, "w1", "w2", silent=1) as witnessing,
    ):
        await witnessing.ask_all()
        await write(publication.log, 3)
        await publication.newest()
        covered = await publication.proof(4, leaf=b"", cosigned_by=1)
        newer = await publication.proof(7, leaf=b"", cosigned_by=1)
        assert await publication.cosigned(at_least(2)) is None
    assert "\n5\n" in covered
    assert "w1" in covered
    assert "\n8\n" in newer


async def test_rows_that_nobody_signed_give_a_silent_witness_no_time_back(tmp_path: Path) -> None:
    time = Minutes()
    async with (
        publishing(tmp_path, 3) as publication,
        witnessed(publication, tmp_path, time, "w1", silent=1) as silent,
    ):
        checkpoint = await publication.newest()
        later = int(time().timestamp()) + 300
        text = checkpoint.note.partition("\n\n")[0] + "\n"
        stranger = Cosigner.at(tmp_path / "a-strangers-key", "w1").cosign(text, later)
        made_up = f"\N{EM DASH} w1 {base64.b64encode(b'x' * 76).decode()}\n"
        ours = new_witness(tmp_path, "w1").cosigner
        elsewhere = ours.cosign(text.replace("\n3\n", "\n2\n"), later)
        moved = [ours.cosign(text, later - n) for n in range(2)]
        for number, line in enumerate((made_up, stranger, elsewhere, "", moved[0][:-9] + "\n")):
            await publication.log.cosign(3, "w1", later + number, line)
        assert await silent.signed_since(at_least(1)) is None
        assert (await publication.newest()).cosigners == ()
        assert await publication.cosigned(at_least(1)) is None
        await publication.log.cosign(3, "w1", later + 9, moved[1])
        assert await silent.signed_since(at_least(1)) == later - 1


async def test_a_witness_that_shows_another_history_halts_the_gateway_at_once(
    tmp_path: Path,
) -> None:
    time = Minutes()
    patience = Patience(quorum=at_least(1), every=60, alarm_after=3600, stop_after=4 * 3600)
    async with (
        publishing(tmp_path / "log", 9) as publication,
        witnessed(publication, tmp_path, time, "w1") as witnessing,
    ):
        await witnessing.ask_all()
    await copy_key(tmp_path / "log", tmp_path / "other", ORIGIN)
    async with (
        publishing(tmp_path / "other", 4) as restored,
        witnessed(restored, tmp_path, time, "w1") as witnessing,
    ):
        watch = WitnessWatch(witnessing, patience, Clock(now=time))
        restored.refuse_halted()
        await watch.ask()
        with pytest.raises(TryLater, match="does not accept the log's history"):
            restored.refuse_halted()


def answering(status: int, text: str, kind: str) -> Starlette:
    async def add_checkpoint(_: Request) -> Response:
        return Response(text, status, headers={"Content-Type": kind})

    return Starlette(routes=[Route("/add-checkpoint", add_checkpoint, methods=["POST"])])


@pytest.mark.parametrize(
    ("status", "text", "kind"),
    [(409, "999\n", "text/x.tlog.size"), (422, "no growth\n", "text/plain")],
)
@pytest.mark.parametrize("others", [0, 1])
async def test_a_witness_that_lies_and_shows_nothing_halts_only_where_no_quorum_signs_beside_it(
    tmp_path: Path, status: int, text: str, kind: str, others: int
) -> None:
    time = Minutes()
    patience = Patience(quorum=at_least(1), every=60, alarm_after=3600, stop_after=4 * 3600)
    async with (
        publishing(tmp_path, 5) as publication,
        serving_app(answering(status, text, kind)) as liar,
        serving_witness(witness_of(publication, tmp_path, "w1", time)) as honest,
        open_session() as session,
    ):
        listed = [at(liar, new_witness(tmp_path, "w2"))]
        listed += [at(honest, new_witness(tmp_path, "w1"))] * others
        publication.witnesses = tuple(each.key for each in listed)
        watch = WitnessWatch(
            Witnessing(publication, listed, session, time), patience, Clock(now=time)
        )
        await watch.ask()
        with nullcontext() if others else pytest.raises(TryLater):
            publication.refuse_halted()


def test_the_logs_own_key_and_one_key_under_two_names_are_no_witnesses(tmp_path: Path) -> None:
    one = new_witness(tmp_path, "w1").cosigner
    other = Cosigner("w2", one.key)
    log = NoteSigner(ORIGIN, one.key)
    listed = [WitnessAt.read(f"https://w.example {each.verifier_key}") for each in (one, other)]
    with pytest.raises(KeysUnreadable, match="count twice"):
        refuse_doubles(listed, NoteSigner.at(tmp_path / "key", ORIGIN).verifier_key)
    with pytest.raises(KeysUnreadable, match="own key"):
        refuse_doubles(listed[:1], log.verifier_key)


def test_a_policy_names_the_witnesses_and_their_quorum(tmp_path: Path) -> None:
    log_key = NoteSigner.at(tmp_path / "key", ORIGIN).verifier_key
    keys = [new_witness(tmp_path, f"w{n}").cosigner.verifier_key for n in (1, 2)]
    lines = [f"witness W{n} {key} https://w{n}.example" for n, key in enumerate(keys)]
    file = tmp_path / "policy"
    file.write_text("\n".join((f"log {log_key}", *lines, "group g any W0 W1", "quorum g", "")))
    settings = WitnessSettings(policy=file)
    assert [each.url for each in trusted_witnesses(settings, log_key)] == [
        "https://w0.example",
        "https://w1.example",
    ]
    quorum = quorum_of(settings)
    assert (quorum.needed, quorum.met(["w2"]), quorum.met(["w3"])) == (1, True, False)
    other = NoteSigner.at(tmp_path / "other-key", ORIGIN).verifier_key
    with pytest.raises(ConfigurationInvalid, match="other logs"):
        trusted_witnesses(settings, other)
    file.write_text(file.read_text().replace(" https://w1.example", ""))
    with pytest.raises(ConfigurationInvalid, match="URL of every witness"):
        trusted_witnesses(settings, log_key)
    file.write_text("quorum nobody\n")
    with pytest.raises(ConfigurationInvalid, match=r"witnesses\.policy: line 1"):
        quorum_of(settings)
