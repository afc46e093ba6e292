"""A policy of the form C2SP tlog-policy says whose signatures are enough, rule by rule."""

import base64
from hashlib import sha256
from itertools import combinations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.audit.verify.finding import Unreadable
from gateway.audit.verify.policy import WitnessPolicy


def vkey(number: int, kind: int = 4, name: str | None = None) -> str:
    named = name or f"w{number}.example"
    key = Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32).public_key()
    content = bytes([kind]) + key.public_bytes_raw()
    key_id = sha256(named.encode() + b"\n" + content).digest()[:4].hex()
    return f"{named}+{key_id}+{base64.b64encode(content).decode()}"


X = [f"witness X{n} {vkey(n)}" for n in (1, 2, 3)]
Y = [f"witness Y{n} {vkey(n + 9)}" for n in (1, 2, 3)]
THE_SPECS_OWN = "\n".join(
    (
        "# An example with two levels",
        f"log {vkey(1, 1, 'a.example/log')} https://a.example/log",
        *X,
        "\tgroup  X 2 X1 X2 X3 ",
        "",
        *Y,
        "  # indented comments are comments too",
        "group Y any Y1 Y2 Y3",
        "group both all X Y",
        "quorum both",
        "",
    )
)


def test_the_specs_example_needs_two_of_one_group_and_one_of_the_other() -> None:
    policy = WitnessPolicy.read(THE_SPECS_OWN.encode())
    keys = [each.key for each in policy.witnesses]
    assert policy.fewest == 3
    assert [each.url for each in policy.logs] == ["https://a.example/log"]
    for count in range(7):
        for signed in combinations(range(6), count):
            enough = sum(n < 3 for n in signed) >= 2 and any(n >= 3 for n in signed)
            assert policy.met([keys[n] for n in signed]) == enough


@pytest.mark.parametrize(
    ("text", "fewest"),
    [
        ("quorum none\n", 0),
        (f"witness a {vkey(1)}\nquorum none", 0),
        (f"witness a {vkey(1)} https://a.example/w\nquorum a\n", 1),
        (f"witness none-such {vkey(1)}\ngroup g 1 none-such\nquorum g\n", 1),
        (f"witness \u212a {vkey(1)}\nwitness K {vkey(2)}\ngroup g all K \u212a\nquorum g\n", 2),
    ],
)
def test_what_the_text_allows_is_read(text: str, fewest: int) -> None:
    policy = WitnessPolicy.read(text.encode())
    assert policy.fewest == fewest
    assert policy.met([each.key for each in policy.witnesses])
    assert policy.met([]) == (fewest == 0)


ONE = f"witness a {vkey(1)}\n"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no quorum line"),
        (ONE, "no quorum line"),
        ("quorum none\nquorum none\n", "line 2: one quorum line"),
        ("quorum a\n" + ONE, "line 1: the quorum's name"),
        (f"{ONE}quorum a b\n", "one name"),
        (f"{ONE}{ONE}quorum a\n", "line 2: a name is defined once"),
        (f"witness none {vkey(1)}\nquorum none\n", "is not none"),
        (f"{ONE}witness b {vkey(1, name='other.example')}\nquorum a\n", "one key is defined twice"),
        (f"log {vkey(1, 1)}\nlog {vkey(1, 1, 'other')}\nquorum none\n", "one key is defined twice"),
        (f"log {vkey(1)}\nquorum none\n", "wrong type"),
        (f"witness a {vkey(1, 1)}\nquorum a\n", "wrong type"),
        (f"witness a {vkey(1)[:-4]}AAA=\nquorum a\n", "line 1"),
        ("witness a\nquorum none\n", "verifier key"),
        (f"{ONE}group g 1 a a\nquorum g\n", "in one group alone"),
        (f"{ONE}group g 1 a\ngroup h 1 a\nquorum h\n", "in one group alone"),
        (f"{ONE}group g 1 none\nquorum g\n", "defined before"),
        (f"{ONE}group g 2 a\nquorum g\n", "as many as it has members"),
        (f"{ONE}group g 0 a\nquorum g\n", "as many as it has members"),
        (f"{ONE}group g 01 a\nquorum g\n", "as many as it has members"),
        (f"{ONE}group g any\nquorum g\n", "at least one member"),
        (f"{ONE}group g any g\nquorum g\n", "defined before"),
        (f"{ONE}quorum a\r\n", "no control characters"),
        (f"{ONE}trust a\nquorum a\n", "none of log, witness"),
    ],
)
def test_what_the_text_forbids_is_refused_with_its_line(text: str, says: str) -> None:
    with pytest.raises(Unreadable, match=says):
        WitnessPolicy.read(text.encode())


def test_as_many_logs_witnesses_and_groups_as_the_text_asks_for_are_read() -> None:
    lines = [f"log {vkey(n, 1)}" for n in range(32)]
    lines += [f"witness w{n} {vkey(n)}" for n in range(32)]
    lines += [f"group g{n} any w{n}" for n in range(32)]
    lines += ["group every all " + " ".join(f"g{n}" for n in range(32)), "quorum every"]
    assert WitnessPolicy.read("\n".join(lines).encode()).fewest == 32
