"""Somebody wary checks the log: who counts, which times are possible, what is proved."""

import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from shutil import rmtree
from threading import Thread

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from typer.testing import Result

from gateway.audit.entry.entry import stamp
from gateway.audit.tree.checkpoint import checkpoint_text
from gateway.audit.tree.merkle import Edge, grown, leaf_hash
from gateway.audit.tree.note import NoteSigner
from gateway.audit.verify.finding import LogRefused, Unreadable
from gateway.audit.verify.key import VerifierKey
from gateway.audit.verify.place import open_place
from gateway.audit.verify.published import check_log
from gateway.audit.verify.receipt import ReceiptProof
from gateway.audit.verify.state import State, Trust
from gateway.audit.verify.times import Bounds, dated, span_seconds, spoken
from gateway.audit.witness.cosigner import Cosigner
from tests.support.audit.cli import run
from tests.support.audit.examples import NOON
from tests.support.verify.published import LEAVES, ORIGIN, REAL, TRUST, note, write, write_log
from tests.support.verify.receipts import receipt

NOW = int(NOON.timestamp())
DAY, YEAR = 86_400, 31_536_000
AS_OF = ["--key", REAL.verifier_key, "--as-of", "2026-11-22T12:00:00"]
BOUNDS = Bounds(NOW, 7 * DAY)


def witness(letter: bytes, name: str = "regulator.example/w1") -> Cosigner:
    return Cosigner(name, Ed25519PrivateKey.from_private_bytes(letter * 32))


ONE, OTHER = witness(b"1"), witness(b"2", "regulator.example/w2")
TWICE = witness(b"1", "regulator.example/again")
ITSELF = witness(b"r", "regulator.example/itself")  # the seed of the log's own key
AS_A_LOG = NoteSigner("regulator.example/w1", ONE.key)


def signed(*by: tuple[Cosigner, int], leaves: Sequence[bytes] = LEAVES) -> str:
    text, _, _ = note(leaves).rpartition("\n\n")
    return note(leaves) + "".join(each.cosign(f"{text}\n", at) for each, at in by)


def checked(folder: Path, content: str, *more: str) -> Result:
    file = folder / "checkpoint"
    file.write_text(content)
    return run("verify", file, *AS_OF, *more)


def named(*keys: Cosigner | NoteSigner) -> list[str]:
    return [part for key in keys for part in ("--witness", key.verifier_key)]


def test_each_witness_that_is_named_must_have_signed(tmp_path: Path) -> None:
    for content, names, missing in (
        (note(LEAVES), [ONE], "0 of 1 (regulator.example/w1: it did not sign)"),
        (signed((ONE, NOW)), [ONE, OTHER], "1 of 2 (regulator.example/w2: it did not sign)"),
    ):
        found = checked(tmp_path, content, *named(*names))
        assert (found.exit_code, found.stdout) == (1, "")
        assert f"too few witnesses signed the checkpoint: {missing}" in found.stderr
    assert checked(tmp_path, signed((ONE, NOW), (OTHER, NOW)), *named(ONE, OTHER)).exit_code == 0
    enough = checked(tmp_path, signed((ONE, NOW)), *named(ONE, OTHER), "--quorum", "1")
    assert "not counted: regulator.example/w2: it did not sign" in enough.stdout


@pytest.mark.parametrize(
    ("names", "by", "why"),
    [
        ([ONE, TWICE], [(ONE, NOW), (TWICE, NOW)], "the same key as regulator.example/w1"),
        ([TWICE, ONE], [(TWICE, NOW), (ONE, NOW)], "the same key as regulator.example/again"),
        ([ITSELF], [(ITSELF, NOW)], "the same key as the log itself"),
        ([AS_A_LOG], [(ONE, NOW)], "its key is of the kind that logs have"),
        ([REAL], [], "its key is of the kind that logs have"),
        ([ONE, witness(b"2")], [(ONE, NOW), (witness(b"2"), NOW)], "another key of that name"),
        ([ONE, ONE], [(ONE, NOW)], "another key of that name"),
    ],
    ids=["twice", "twice-turned", "the-log", "kind", "log-key", "one-name", "typed-twice"],
)
def test_a_key_that_is_nobody_elses_does_not_count(
    tmp_path: Path,
    names: list[Cosigner | NoteSigner],
    by: list[tuple[Cosigner, int]],
    why: str,
) -> None:
    found = checked(tmp_path, signed(*by), *named(*names))
    assert (found.exit_code, found.stdout) == (1, "")
    assert why in found.stderr


@pytest.mark.parametrize(
    ("at", "why"),
    [
        (NOW - 400 * DAY, "its signature is from 400 days ago"),
        (NOW - 7 * DAY - 1, "its signature is from 7 days ago"),
        (NOW + YEAR, "its signature is dated 365 days ahead of now"),
        (NOW + 601, "its signature is dated 10 minutes ahead of now"),
        (0, "its signature has no time"),
        (2**63 - 1, "ahead of now"),
    ],
)
def test_a_signature_of_an_impossible_time_does_not_count(
    tmp_path: Path, at: int, why: str
) -> None:
    found = checked(tmp_path, signed((ONE, at)), *named(ONE))
    assert (found.exit_code, why in found.stderr) == (1, True)


@pytest.mark.parametrize("at", [NOW - 7 * DAY, NOW - 90, NOW, NOW + 600])
def test_the_time_of_each_signature_is_printed(tmp_path: Path, at: int) -> None:
    found = checked(tmp_path, signed((ONE, at)), *named(ONE))
    assert f"witnessed by regulator.example/w1 at {dated(at)} ({spoken(at, NOW)})" in found.stdout


def test_how_old_a_signature_may_be_is_for_whoever_checks(tmp_path: Path) -> None:
    old = signed((ONE, NOW - 400 * DAY))
    assert checked(tmp_path, old, *named(ONE), "--max-age", "401d").exit_code == 0
    fresh = signed((ONE, NOW - 7200))
    assert checked(tmp_path, fresh, *named(ONE), "--max-age", "1h").exit_code == 1
    assert checked(tmp_path, fresh, *named(ONE), "--max-age", "two hours").exit_code == 2


def test_an_impossible_time_hides_no_signature_that_counts(tmp_path: Path) -> None:
    both = signed((ONE, NOW + YEAR), (ONE, NOW - 60))
    assert "(1 minute ago)" in checked(tmp_path, both, *named(ONE)).stdout


def test_a_time_past_what_the_format_allows_is_a_false_signature() -> None:
    trust = Trust(TRUST.log, (VerifierKey.read(ONE.verifier_key),))
    with pytest.raises(LogRefused, match="does not hold"):
        State.read(signed((ONE, 2**63)).encode(), trust)


def test_whoever_names_no_witness_is_told_what_that_leaves_open(tmp_path: Path) -> None:
    assert (
        "no witness was required: a person with the log's key"
        in run("verify", write_log(tmp_path, LEAVES), *AS_OF).stdout
    )


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--quorum", "1"], "--quorum 1 needs as many --witness, not 0"),
        (["--max-back", "soon"], "'soon' is not a length of time"),
    ],
)
def test_what_cannot_be_asked_is_not_checked(tmp_path: Path, options: list[str], why: str) -> None:
    found = checked(tmp_path, note(LEAVES), *options)
    assert (found.exit_code, why in found.stderr) == (2, True)


def test_a_witnesses_key_is_no_logs(tmp_path: Path) -> None:
    (tmp_path / "checkpoint").write_text(note(LEAVES))
    found = run("verify", tmp_path / "checkpoint", "--key", ITSELF.verifier_key)
    assert (found.exit_code, "--key is a witness's key" in found.stderr) == (2, True)


@pytest.mark.parametrize("name", ["", "two words", "a\u2003b"])
def test_a_key_without_a_proper_name_is_refused(name: str) -> None:
    text = replace(VerifierKey.read(REAL.verifier_key), name=name)
    encoded = REAL.verifier_key.rpartition("+")[2]
    with pytest.raises(Unreadable):
        VerifierKey.read(f"{name}+{text.id.hex()}+{encoded}")


def extended(*lines: str) -> str:
    edge, _ = grown(Edge(), map(leaf_hash, LEAVES))
    return REAL.sign(checkpoint_text(ORIGIN, edge.size, edge.root) + "".join(lines))


def test_an_extension_line_is_shown_and_steers_no_terminal(tmp_path: Path) -> None:
    found = checked(tmp_path, extended("more\u202e\u009b2J\n"))
    line = "an extension line, for which no witness vouches: more\\u202e\\x9b2J"
    assert line in found.stdout.splitlines()


@pytest.mark.parametrize("lines", [("\n",), ("a\n", "\n"), ("\n", "a\n")])
def test_an_empty_extension_line_is_refused(lines: tuple[str, ...]) -> None:
    with pytest.raises(LogRefused, match=r"not a (checkpoint|signed note)"):
        State.read(extended(*lines).encode(), TRUST)


def test_sixteen_signatures_of_five_kilobytes_are_read() -> None:
    more = "".join(f"\N{EM DASH} quantum{n}.example {'A' * 6668}\n" for n in range(15))
    assert State.read((note(LEAVES) + more).encode(), TRUST).size == 600


def entry(at: datetime, **more: object) -> bytes:
    return json.dumps({"at": stamp(at), "kind": "INTENT", **more}, separators=(",", ":")).encode()


def minutes(*given: float) -> list[bytes]:
    return [entry(NOON + timedelta(minutes=each)) for each in given]


def verified(folder: Path, leaves: list[bytes], *more: str) -> Result:
    return run("verify", write_log(folder, leaves), *AS_OF, *more)


def test_the_times_of_the_entries_are_printed(tmp_path: Path) -> None:
    found = verified(tmp_path, [*minutes(-90, -30, -31, -5), b"{}", b"[]", b'{"at":"soon"}'])
    assert "entries dated from 2026-11-22T10:30:00.000000Z to 2026-11-22T11:55" in found.stdout
    assert "1 entries dated before an earlier one: entry 2 by 60 s" in found.stdout
    assert "3 entries have no time that this verifier reads" in found.stdout


def test_an_entry_dated_years_before_the_one_before_it_is_named(tmp_path: Path) -> None:
    leaves = [*minutes(-3, -2), entry(datetime(2019, 1, 1, tzinfo=UTC)), *minutes(-1)]
    found = verified(tmp_path, leaves)
    assert (found.exit_code, "(entry 2)" in found.stderr) == (1, True)
    assert "entry 1 before it is dated 2026-11-22T11:58" in found.stderr
    assert verified(tmp_path, leaves, "--max-back", "4000d").exit_code == 0


def test_an_entry_from_after_now_is_named(tmp_path: Path) -> None:
    found = verified(tmp_path, minutes(-1, 11))
    assert (found.exit_code, "after now (entry 1)" in found.stderr) == (1, True)
    assert verified(tmp_path, minutes(-1, 10)).exit_code == 0


def test_an_entry_from_after_its_witnesses_signed_is_named(tmp_path: Path) -> None:
    leaves = minutes(-300, -60)
    folder = write_log(tmp_path, leaves)
    write(folder / "checkpoint", signed((ONE, NOW - 7200), leaves=leaves).encode())
    found = run("verify", folder, *AS_OF, *named(ONE))
    assert (found.exit_code, "after the witnesses signed for it (entry 1)" in found.stderr) == (
        *(1, True),
    )


def test_a_proof_prints_the_entry_that_it_proves(tmp_path: Path) -> None:
    (tmp_path / "proof").write_text(receipt(7))
    found = run("verify", tmp_path / "proof", *AS_OF)
    assert 'entry 7: {"made-up entry":7}' in found.stdout.splitlines()


def test_a_proof_may_be_as_old_as_what_it_proves(tmp_path: Path) -> None:
    head, _, _ = receipt(7).partition("\n\n")
    old = (ONE, NOW - 3 * YEAR)
    (tmp_path / "proof").write_text(f"{head}\n\n{signed(old, leaves=LEAVES[:40])}")
    given = [*AS_OF, *named(ONE)]
    assert "(1095 days ago)" in run("verify", tmp_path / "proof", *given).stdout
    assert run("verify", tmp_path / "proof", *given, "--max-age", "30d").exit_code == 1


@pytest.mark.parametrize("text", ["9" * 20, "\u0667", "+7", "007", "7 "])
def test_an_index_that_is_no_plain_number_is_refused(text: str) -> None:
    with pytest.raises(LogRefused):
        ReceiptProof.read(receipt(7).replace("index 7", f"index {text}").encode())


@contextmanager
def serving(answers: Mapping[str, tuple[int, Mapping[str, str], bytes]]) -> Iterator[str]:
    """A web server that answers so at these paths, and notes who sent it a token."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = answers.get(self.path, (404, {}, b""))
            tokens.append(self.headers.get("Authorization", ""))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    tokens: list[str] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def as_served(folder: Path, **headers: str) -> dict[str, tuple[int, Mapping[str, str], bytes]]:
    files = (each for each in folder.rglob("*") if each.is_file())
    pack = gzip.compress if headers else bytes
    return {f"/{f.relative_to(folder)}": (200, headers, pack(f.read_bytes())) for f in files}


def test_a_log_behind_a_proxy_that_packs_is_read(tmp_path: Path) -> None:
    packed = as_served(write_log(tmp_path, LEAVES), **{"Content-Encoding": "gzip"})
    with serving(packed) as url:
        assert check_log(open_place(url), TRUST).state.size == 600


def test_a_small_body_that_unpacks_without_end_is_refused(tmp_path: Path) -> None:
    packed = as_served(write_log(tmp_path, LEAVES), **{"Content-Encoding": "gzip"})
    bomb = gzip.compress(bytes(200_000_000), 1)
    packed["/tile/entries/000"] = (200, {"Content-Encoding": "gzip"}, bomb)
    with serving(packed) as url, pytest.raises(LogRefused):
        check_log(open_place(url), TRUST)


def test_a_log_that_grows_while_it_is_read_is_read_to_where_it_was_signed(tmp_path: Path) -> None:
    write_log(tmp_path, LEAVES)
    folder = write_log(tmp_path, [*LEAVES, *LEAVES])
    for part in list(folder.rglob("002.p")):  # of which there is the full one by now
        rmtree(part)
    write(folder / "checkpoint", note(LEAVES).encode())
    assert check_log(open_place(str(folder)), TRUST).state.size == 600


def test_a_token_goes_to_nobody_else(tmp_path: Path) -> None:
    with serving(as_served(write_log(tmp_path, LEAVES))) as elsewhere:
        moved = {"/checkpoint": (302, {"Location": f"{elsewhere}/checkpoint"}, b"")}
        with serving(moved) as url, pytest.raises(Unreadable, match="names another address"):
            check_log(open_place(url, "secret"), TRUST)


def test_a_token_is_not_sent_in_the_clear() -> None:
    with pytest.raises(Unreadable, match="https alone"):
        open_place("http://gateway.example/log", "secret")
    open_place("http://gateway.example/log")


@pytest.mark.parametrize("url", ["http://[", "http://localhost:99999", "http://127.0.0.1:1"])
def test_an_address_that_is_none_is_unreadable(url: str) -> None:
    with pytest.raises(Unreadable) as failure:
        check_log(open_place(url, "to\nken" if url.endswith("9") else None), TRUST)
    assert "to\nken" not in str(failure.value)


def test_a_log_of_one_entry_is_proved_without_a_hash() -> None:
    found = ReceiptProof.read(receipt(0, 1).encode())
    assert (found.path, found.check(TRUST).leaf) == ((), LEAVES[0])


def test_an_empty_log_holds_and_shows_nothing_of_a_longer_one(tmp_path: Path) -> None:
    folder = write_log(tmp_path, [])
    assert check_log(open_place(str(folder)), TRUST).state.size == 0
    with pytest.raises(LogRefused, match="shorter"):
        check_log(open_place(str(folder)), TRUST, [State.read(note(LEAVES).encode(), TRUST)])


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("10m", 600), ("4h", 14_400)])
def test_lengths_of_time_are_read(text: str, seconds: int) -> None:
    assert span_seconds(text) == seconds


def test_times_that_no_calendar_has_are_said_so() -> None:
    assert dated(2**62) == "a time that no calendar has"
    assert BOUNDS.objection(2**62) is not None
