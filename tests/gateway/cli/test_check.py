"""Whatever an operator writes wrong is told by file, line and key, before anybody is asked."""

import json
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from typer.testing import CliRunner, Result

from gateway.cli.checking.every_fault import every_fault
from gateway.cli.main import app
from gateway.model.errors import ConfigurationFault
from tests.support.gateway.sound_place import VARIABLE, sound_place
from tests.support.spoilt_files import (
    Spoil,
    add,
    change,
    make_folder,
    open_to_others,
    remove,
    write,
)
from tests.support.verify.authority import certificate

SETTINGS, OPERATOR, ISSUERS = "settings.toml", "operator.toml", "issuers.toml"
ROLL, CLINIC, TOKEN = "manifests/school-roll.toml", "manifests/clinic.toml", "secrets/school-roll"


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong, and what has to be told of it.

    The line is the one that begins with `at` in `file`; none is told where `at` is empty.
    """

    spoil: Spoil
    file: str
    at: str
    key: str
    said: str


def wrong(spoil: Spoil, file: str, at: str, key: str, said: str) -> Wrong:
    """A case, shorter to read."""
    return Wrong(spoil, file, at, key, said)


def settings(was: str, is_now: str, key: str, said: str) -> Wrong:
    """A line of the settings file that says something else."""
    at = is_now.strip().splitlines()[-1]
    return Wrong(change(SETTINGS, was, is_now), SETTINGS, at, key, said)


def another_certificate(folder: Path) -> None:
    certificate(folder / "other")
    (folder / "gateway.pem").write_bytes((folder / "other.pem").read_bytes())


def twin(folder: Path) -> None:
    (folder / "manifests" / "twin.toml").write_bytes((folder / ROLL).read_bytes())


def link_elsewhere(folder: Path) -> None:
    (folder / TOKEN / "token").rename(folder / "elsewhere")
    (folder / TOKEN / "token").symlink_to(folder / "elsewhere")


def leave_documents_unsaid(folder: Path) -> None:
    change(SETTINGS, '\n[documents]\nallow = "trusted"\n', "")(folder)
    change(SETTINGS, 'documents = "documents"\n', "")(folder)


RULES: Final = "manifests/school-roll.cedar"
RULE: Final = (
    '@id("all")\npermit (principal,\n action == Action::"release",\n'
    ' resource in Source::"school-roll")'
)
GRANT: Final = '[[grant]]\nsource = "clinic"\nagency = "other"\norigins = ["https://x.example"]\n'
AREA: Final = '[[area]]\ncode = "E09990001"\nname = "Again"\n'
WITNESSES: Final = "[witnesses]\n"
DECIDED: Final = (
    'none_decided_by = "R. Example, Caldicott guardian"\n'
    'none_because = "No regulator runs a witness yet."\n'
)

FORTY: Final[dict[str, Wrong]] = {
    # -- settings
    "a flat name": wrong(
        change(SETTINGS, "environment =", 'host = "::"\nenvironment ='),
        *(SETTINGS, 'host = "::"', "host", "write it as host below [server]"),
    ),
    "more connections of a person than in all": wrong(
        add(SETTINGS, "[connections]\nin_all = 100\nper_peer = 50\nper_person = 101"),
        *(SETTINGS, "per_person = 101", "connections.per_person", "at most in_all"),
    ),
    "a proxy's header from nobody": wrong(
        add(SETTINGS, "[connections]\nproxy_protocol = true"),
        *(SETTINGS, "proxy_protocol", "connections.proxy_protocol", "name them as proxies"),
    ),
    "a proxy that is no address": wrong(
        add(SETTINGS, '[connections]\nproxies = ["proxy.example"]'),
        *(SETTINGS, "proxies =", "connections.proxies[0]", "a network such as"),
    ),
    "a misspelt key": settings("port = 0", "prot = 0", "server.prot", "did you mean port?"),
    "a misspelt table": settings("[alerts]", "[alert]", "alert", "did you mean [alerts]?"),
    "a key in another's table": settings(
        "[alerts]", "[alerts]\nport = 1", "alerts.port", "port below [server]"
    ),
    "a number that is none": settings(
        "port = 0", 'port = "http"', "server.port", "write a whole number"
    ),
    "a port beyond all ports": settings("port = 0", "port = 70000", "server.port", "at most 65535"),
    "a number with a unit": settings("port = 0", "port = 8600s", "", "a number without a unit"),
    "a key that stands twice": settings("port = 0", "port = 0\nport = 1", "", "keep one of them"),
    "a table that stands twice": settings("[alerts]", "[files]", "", "[files] appears twice"),
    "a path in the home folder": settings(
        'state = "state"', 'state = "~/state"', "files.state", "write the whole path"
    ),
    "an address with a query": wrong(
        change(SETTINGS, 'graphql"', 'graphql?a=1"'),
        *(SETTINGS, "public_url", "server.public_url", "without a query"),
    ),
    "no address for proofs": wrong(
        change(SETTINGS, 'public_url = "https://teamaround.example/graphql"\n', ""),
        *(SETTINGS, "[server]", "server.public_url", "demands proofs of possession"),
    ),
    "an alarm after the stop": wrong(
        change(SETTINGS, WITNESSES, f"{WITNESSES}alarm_after = 60\nstop_after = 60\nevery = 1\n"),
        *(SETTINGS, "alarm_after", "witnesses.alarm_after", "less than stop_after"),
    ),
    "no word on the documents that production answers": wrong(
        leave_documents_unsaid,
        *(SETTINGS, "", "documents.allow", "production has to say which documents it answers"),
    ),
    "documents of a third kind": settings(
        'allow = "trusted"', 'allow = "some"', "documents.allow", "trusted"
    ),
    "trusted documents in no folder": wrong(
        change(SETTINGS, 'documents = "documents"\n', ""),
        *(SETTINGS, "", "files.documents", "name the folder"),
    ),
    "a folder of trusted documents where any is answered": wrong(
        change(SETTINGS, 'allow = "trusted"', 'allow = "free"'),
        *(SETTINGS, "documents =", "files.documents", "say so there"),
    ),
    "a folder of documents that is none": settings(
        'documents = "documents"', 'documents = "documnts"', "files.documents", "is not a folder"
    ),
    "a manifest of documents that is none": wrong(
        write("documents/screen.json", b"[1]"),
        *("documents/screen.json", "", "", "is no manifest"),
    ),
    "a trusted document that does not fit the schema": wrong(
        write("documents/screen.json", b'{"1": "query Screen { agencies { nam } }"}'),
        *("documents/screen.json", "", "", "Screen: query: Cannot query field"),
    ),
    "looks seldomer than the lease": wrong(
        add(SETTINGS, "[replicas]\nlease = 10\nlook_every = 11\n"),
        *(SETTINGS, "look_every", "replicas.look_every", "at most half of lease"),
    ),
    "more witnesses wanted than there are": wrong(
        change(SETTINGS, DECIDED, "quorum = 1\n"),
        *(SETTINGS, "quorum", "witnesses.quorum", "more than there are"),
    ),
    "a witness without its key": wrong(
        change(SETTINGS, WITNESSES, f'{WITNESSES}trusted = ["https://w.example"]\n'),
        *(SETTINGS, "trusted", "witnesses.trusted[0]", "a space, its verifier key"),
    ),
    "no witness in production, and nobody who decided so": wrong(
        change(SETTINGS, DECIDED, ""),
        *(SETTINGS, "[witnesses]", "witnesses.quorum", "production needs at least one witness"),
    ),
    "a decision that nobody made": wrong(
        change(SETTINGS, DECIDED, 'none_because = "It is dear."\n'),
        *(SETTINGS, "[witnesses]", "witnesses.none_decided_by", "who decided, and why"),
    ),
    "a password that others may read": wrong(
        add(SETTINGS, '[log]\ndsn = "postgresql://log:hunter2@127.0.0.1/log"\n'),
        *(SETTINGS, "dsn", "log.dsn", "chmod 0600"),
    ),
    "questions in the clear": wrong(
        change(SETTINGS, 'certificate = "gateway.pem"\nkey = "gateway.key"\n', ""),
        *(SETTINGS, "[tls]", "tls.certificate", "ends_at_proxy = true"),
    ),
    "half of what TLS needs": wrong(
        change(SETTINGS, 'key = "gateway.key"\n', ""),
        *(SETTINGS, "certificate", "tls.certificate", "add key"),
    ),
    "keys beside the log": wrong(
        change(SETTINGS, 'service = "unix:keys.socket"\ncredential = "credential"\n', ""),
        *(SETTINGS, "[keys]", "keys.service", "teamaround keys serve"),
    ),
    "a database without a host": wrong(
        add(SETTINGS, '[log]\ndsn = "postgresql://"\n'),
        *(SETTINGS, "dsn", "log.dsn", "write postgresql://user@host"),
    ),
    "a Valkey at no port": wrong(
        add(SETTINGS, '[replicas]\nvalkey = "valkey://h:port"\n'),
        *(SETTINGS, "valkey", "replicas.valkey", "write valkey://"),
    ),
    "a role that anybody has": wrong(
        add(SETTINGS, '[roles]\noperator = ""\n'),
        *(SETTINGS, 'operator = ""', "roles.operator", "not empty"),
    ),
    "several tables where one is": settings("[alerts]", "[[alerts]]", "alerts", "write a table"),
    # -- files that the settings name
    "a certificate that is not there": wrong(
        remove("gateway.pem"),
        *(SETTINGS, "certificate", "tls.certificate", "No such file"),
    ),
    "a certificate of another key": wrong(
        another_certificate,
        SETTINGS,
        "certificate",
        "tls.certificate",
        "does not belong to this key",
    ),
    "a key that others may read": wrong(
        open_to_others("gateway.key"), SETTINGS, "key", "tls.key", "set mode 0600"
    ),
    "a credential that is empty": wrong(
        write("credential", b"\n"), SETTINGS, "credential", "keys.credential", "is empty"
    ),
    "a collector's credential that is not there": wrong(
        add(SETTINGS, '[collector]\nurl = "https://c.example:4318"\ncredential = "none"\n'),
        *(SETTINGS, 'credential = "none"', "collector.credential", "No such file"),
    ),
    "a collector's authority that is none": wrong(
        add(SETTINGS, '[collector]\nurl = "https://c.example"\nauthority = "operator.toml"\n'),
        *(SETTINGS, "authority", "collector.authority", "holds no certificate"),
    ),
    "more traces than may be sent": wrong(
        add(SETTINGS, '[collector]\nurl = "https://c.example"\ntraces = 0.5\n'),
        *(SETTINGS, "traces", "collector.traces", "at most 0.05"),
    ),
    "a state folder that is a file": wrong(
        write("state", b""), SETTINGS, "state", "files.state", "a folder is needed"
    ),
    "a revocation of nothing": wrong(
        add("revocations.txt", "usr jo\n"), "revocations.txt", "usr", "", "write user, organisation"
    ),
    "a list that an editor marked": wrong(
        write("revocations.txt", b"\xef\xbb\xbfuser jo\n"),
        *("revocations.txt", "", "", "byte order mark"),
    ),
    "an issuer that stands twice": wrong(
        lambda folder: (folder / ISSUERS).write_text((folder / ISSUERS).read_text() * 2),
        *(ISSUERS, "issuer =", "issuer[1].issuer", "keep one of them"),
    ),
    "a claim that cannot be read": wrong(
        add(ISSUERS, '[issuer.claims]\nroles = { path = "a[[" }\n'),
        *(ISSUERS, "[issuer.claims]", "issuer[0].claims", "is not a JMESPath"),
    ),
    "a profile that there is not": wrong(
        change(ISSUERS, 'proof = "dpop"', 'proof = "dpop"\nprofile = "azure"'),
        *(ISSUERS, "profile", "issuer[0].profile", "the profiles are"),
    ),
    "a staff list with a name": wrong(
        add("staff.txt", "Jo Smith\n"),
        *(SETTINGS, "staff_children", "alerts.staff_children", "line 2: must be a pseudonym"),
    ),
    "issuers that are not there": wrong(
        remove(ISSUERS), SETTINGS, "issuers", "tokens.issuers", "cannot be read: No such file"
    ),
    "a misspelt key of an issuer": wrong(
        change(ISSUERS, "audience =", "audiance ="),
        *(ISSUERS, "audiance", "issuer[0].audiance", "did you mean audience?"),
    ),
    "a sector that there is not": wrong(
        change(ISSUERS, "SOCIAL_CARE", "SOCIAL"),
        *(ISSUERS, "sectors", "issuer[0].may_assert[0].sectors[0]", '"SOCIAL_CARE"'),
    ),
    "an issuer that may vouch for anybody": wrong(
        change(ISSUERS, "[issuer.may_assert]", "[issuer.may_asert]"),
        *(ISSUERS, "[issuer.may_asert]", "issuer[0].may_asert", "did you mean may_assert?"),
    ),
    "issuers' keys that are none": wrong(
        write("keys.json", b"{}"), ISSUERS, "jwks", "issuer[0].jwks", "keys.json is not a JWKS"
    ),
    "an issuer's authority that is none": wrong(
        change(
            ISSUERS,
            'file = "keys.json"',
            'url = "https://sign-in.example/keys", authority = "keys.json"',
        ),
        *(ISSUERS, "jwks", "issuer[0].jwks", "holds no certificate in PEM"),
    ),
    # -- the operator's file
    "an operator's file that is a folder": wrong(
        make_folder(OPERATOR), SETTINGS, "operator", "files.operator", "Is a directory"
    ),
    "a misspelt key of a grant": wrong(
        change(OPERATOR, 'origins = ["https://roll.example"]', 'orgins = ["https://roll.example"]'),
        *(OPERATOR, "orgins", "grant[0].orgins", "did you mean origins?"),
    ),
    "a telephone that nobody can dial": wrong(
        change(OPERATOR, "01632 960999", "ask Jo"),
        *(OPERATOR, "telephone", "shield_team.telephone", "write it as it is dialled"),
    ),
    "an area that stands twice": wrong(
        add(OPERATOR, AREA), OPERATOR, 'code = "E09990001"', "area[1].code", "keep one of them"
    ),
    "a source that is granted twice": wrong(
        add(OPERATOR, GRANT), OPERATOR, 'source = "clinic"', "grant[2].source", "keep one of them"
    ),
    "an officer of an unknown agency": wrong(
        change(OPERATOR, 'agency = "hillside-school"\nplace', 'agency = "hilside-school"\nplace'),
        *(OPERATOR, 'agency = "hilside', "privacy_officer[0].agency", "mean hillside-school?"),
    ),
    "mail without a mail hook": wrong(
        change(OPERATOR, "https://school.example/officer", "mailto:officer@school.example"),
        *(OPERATOR, "place", "privacy_officer[0].place", "add mail_hook"),
    ),
    # -- manifests, rules and secrets
    "a manifest's misspelt key": wrong(
        change(ROLL, "timeout =", "timeuot ="),
        *(ROLL, "timeuot", "limits.timeuot", "did you mean timeout?"),
    ),
    "a manifest in another encoding": wrong(
        write(ROLL, b"manifest = 1\n# caf\xe9\n"), ROLL, "", "", "save it as UTF-8"
    ),
    "two manifests of one source": wrong(
        twin, "manifests/twin.toml", "id", "source.id", "two manifests are of source school-roll"
    ),
    "a manifest without a grant": wrong(
        change(ROLL, 'id = "school-roll"', 'id = "school-rol"'),
        *(ROLL, "id", "source.id", "no [[grant]] for source school-rol"),
    ),
    "an area that there is not": wrong(
        change(ROLL, "E09990001", "E09990009"),
        *(ROLL, "areas", "agency.areas", "no [[area]] of code E09990009"),
    ),
    "an address that is not granted": wrong(
        change(ROLL, "https://roll.example", "https://rol.example"),
        *(ROLL, "base_url", "source.base_url", "not among the origins listed"),
    ),
    "a manifest by the name of a text": wrong(
        write("manifests/gp.toml.txt", b""),
        *("manifests/gp.toml.txt", "", "", "have its name end in .toml"),
    ),
    "rules without a manifest": wrong(
        write("manifests/school-rol.cedar", b""),
        *("manifests/school-rol.cedar", "", "", "its rules do not count"),
    ),
    "rules that are none": wrong(
        write("manifests/school-roll.cedar", b"permit everything;"),
        *("manifests/school-roll.cedar", "permit", "", "unexpected token"),
    ),
    "a word of a rule that is misspelt": wrong(
        write(RULES, f"// who is given what\n{RULE};\n{RULE}\nwhen {{ true }} unles;\n".encode()),
        *(RULES, "when", "", "is no Cedar: unexpected token"),
    ),
    "a rule about what there is not": wrong(
        write(RULES, f"{RULE};\n\n{RULE.replace('all', 'b')} when {{ context.x == 1 }};".encode()),
        *(RULES, '@id("b")', "", "rule b: for policy"),
    ),
    "a rule about another's source": wrong(
        write(RULES, RULE.replace("school-roll", "clinic").encode() + b";"),
        *(RULES, "@id", "", "rule all: names a Source that is not its agency's own"),
    ),
    "a secret that is not there": wrong(
        remove(f"{TOKEN}/token"), ROLL, "token", "auth.token", "cannot be read"
    ),
    "a secret that is empty": wrong(
        write(f"{TOKEN}/token", b""), ROLL, "token", "auth.token", "is empty"
    ),
    "a secret that others may read": wrong(
        open_to_others(f"{TOKEN}/token"), ROLL, "token", "auth.token", "chmod 0600"
    ),
    "a folder of secrets that others may list": wrong(
        open_to_others(TOKEN, 0o755), ROLL, "token", "auth.token", "chmod 0700"
    ),
    "a secret that is a link elsewhere": wrong(
        link_elsewhere, ROLL, "token", "auth.token", "outside the folder"
    ),
    "a variable of another name": wrong(
        change(CLINIC, VARIABLE, f"{VARIABLE}S"),
        *(CLINIC, "token", "auth.token", f"the variable {VARIABLE}S is not set"),
    ),
}


@pytest.fixture(autouse=True)
def variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "a token")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return sound_place(tmp_path)


def line_at(file: Path, text: str) -> int:
    """The last line that begins so, from 1; 0 for none."""
    lines = file.read_text().splitlines() if text else []
    return max((n for n, line in enumerate(lines, 1) if line.startswith(text)), default=0)


def found_at(file: Path, faults: tuple[ConfigurationFault, ...]) -> list[ConfigurationFault]:
    return [fault for fault in faults if fault.file == str(file)]


def test_where_nothing_is_wrong_nothing_is_told(file: Path) -> None:
    assert every_fault(file) == ()


@pytest.mark.parametrize("what", FORTY)
def test_it_is_told_where_it_is_and_what_to_write(file: Path, what: str) -> None:
    case = FORTY[what]
    case.spoil(file.parent)
    faults = every_fault(file)
    told = found_at(file.parent / case.file, faults)
    fitting = [one for one in told if one.key == case.key and case.said in one.what]
    assert fitting, faults
    if case.at:
        assert fitting[0].line == line_at(file.parent / case.file, case.at), fitting
    assert not any("hunter2" in str(fault) for fault in faults)


def test_there_are_more_than_forty() -> None:
    assert len(FORTY) > 40


def test_what_is_wrong_in_several_files_is_told_at_once(file: Path) -> None:
    for what in ("a secret that is empty", "a misspelt key of a grant", "a revocation of nothing"):
        FORTY[what].spoil(file.parent)
    change(CLINIC, "timeout =", "timeuot =")(file.parent)
    told = {fault.file.rpartition("/")[2] for fault in every_fault(file)}
    assert told == {"operator.toml", "revocations.txt", "clinic.toml"}
    change(OPERATOR, "orgins", "origins")(file.parent)
    assert "school-roll.toml" in {fault.file.rpartition("/")[2] for fault in every_fault(file)}


def carriage_returns(folder: Path) -> None:
    for name in (SETTINGS, OPERATOR, ISSUERS, ROLL, "revocations.txt", "staff.txt"):
        (folder / name).write_bytes((folder / name).read_bytes().replace(b"\n", b"\r\n"))


def links(folder: Path) -> None:
    for name in (SETTINGS, "manifests"):
        (folder / name).rename(folder / f"real-{name}")
        (folder / name).symlink_to(folder / f"real-{name}")


@pytest.mark.parametrize(
    "harmless",
    [
        carriage_returns,
        links,
        change(SETTINGS, "port = 0", 'port = "8600"'),
        change(SETTINGS, 'key = "gateway.key"', 'key = "gateway.key"\nends_at_proxy = "false"'),
        add(SETTINGS, '[log]\ndsn = "postgresql:///log?host=/run/postgresql"'),
        write("manifests/.school-roll.toml.swp", b"\x00"),
        write("manifests/notes.txt", b"ring Jo"),
    ],
)
def test_what_harms_nobody_is_let_be(file: Path, harmless: Spoil) -> None:
    harmless(file.parent)
    assert every_fault(file) == ()


def test_a_variable_of_a_source_that_nobody_asks_for_is_told(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"{VARIABLE}S", "a token")
    (fault,) = every_fault(file)
    assert fault == ConfigurationFault(
        f"no manifest asks for it; did you mean {VARIABLE}?", key=f"{VARIABLE}S"
    )


@pytest.fixture
def unheard(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever opens a connection fails the test."""

    def refuse(*_: Any) -> None:
        raise AssertionError("a connection was opened")

    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, refuse)


def ran(*words: str) -> Result:
    return CliRunner().invoke(app, words)


@pytest.mark.usefixtures("unheard")
def test_the_command_says_that_all_is_well_and_asks_nobody(file: Path) -> None:
    done = ran("check", "--settings", str(file))
    assert (done.exit_code, done.stderr) == (0, "")
    assert "can be used" in done.stdout
    assert not (file.parent / "state").exists()
    assert json.loads(ran("check", "--json", "--settings", str(file)).stdout) == {
        "ok": True,
        "faults": [],
    }


@pytest.mark.usefixtures("unheard")
def test_the_command_lists_faults_for_people_and_for_scripts(file: Path) -> None:
    change(SETTINGS, "port = 0", "prot = 0")(file.parent)
    line = line_at(file, "prot")
    done = ran("check", "--settings", str(file))
    said = "unknown key; did you mean port?"
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == f"{file}:{line}: server.prot: {said}\n"
    listed = ran("check", "--json", "--settings", str(file))
    assert listed.exit_code == 2
    fault = {"file": str(file), "line": line, "key": "server.prot", "what": said}
    assert json.loads(listed.stdout) == {"ok": False, "faults": [fault]}


@pytest.mark.parametrize("what", ["a secret that is empty", "a certificate of another key"])
def test_a_gateway_that_is_started_says_the_same_and_starts_nothing(file: Path, what: str) -> None:
    FORTY[what].spoil(file.parent)
    checked, served = (ran(word, "--settings", str(file)) for word in ("check", "serve"))
    assert (served.exit_code, served.stderr) == (2, checked.stderr)
    assert checked.stderr
    assert not (file.parent / "state").exists()
