"""A setting is right, or the operator is told which one, where, and what to change."""

import re
from pathlib import Path
from typing import Any

import pytest

from gateway.config.settings import Settings, read_settings, together
from gateway.config.settings_names import NEW_PLACE, settings_of
from gateway.model.errors import ConfigurationInvalid
from tests.support.settings import settings_with


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "settings.toml"


def refusal(file: Path | None) -> str:
    with pytest.raises(ConfigurationInvalid) as refused:
        read_settings(file)
    return str(refused.value)


def test_without_a_file_it_is_production(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TEAMAROUND_ENVIRONMENT", raising=False)
    assert read_settings(None).environment == "production"


def test_paths_are_beside_the_file_that_names_them(file: Path) -> None:
    file.write_text('[files]\nstate = "kept"\nmanifests = "/elsewhere"\n')
    settings = read_settings(file)
    assert settings.files.state == file.parent / "kept"
    assert settings.files.manifests == Path("/elsewhere")


def test_a_variable_overrules_the_file_and_leaves_the_rest_of_its_table(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text('[server]\nport = 1\nhost = "0.0.0.0"\n')
    monkeypatch.setenv("TEAMAROUND_SERVER__PORT", "2")
    server = read_settings(file).server
    assert (server.port, server.host) == (2, "0.0.0.0")  # noqa: S104  as in the file


def test_a_list_in_a_variable_is_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEAMAROUND_BROWSER__ORIGINS", '["https://screen.example"]')
    assert read_settings(None).browser.origins == ("https://screen.example",)


@pytest.mark.parametrize("old", NEW_PLACE)
def test_a_flat_name_is_refused_with_its_new_place(
    file: Path, monkeypatch: pytest.MonkeyPatch, old: str
) -> None:
    table, _, now = NEW_PLACE[old].partition(".")
    file.write_text(f"{old} = []\n")
    assert refusal(file) == (
        f"{file}:1: {old}: the settings are in tables now: write it as {now} below [{table}]"
    )
    monkeypatch.setenv(f"TEAMAROUND_{old.upper()}", "anything")
    variable = f"TEAMAROUND_{old.upper()}: is called TEAMAROUND_{table.upper()}__{now.upper()} now"
    assert refusal(None) == variable


def test_every_setting_that_was_flat_has_its_place_in_a_table() -> None:
    places = [tuple(now.split(".")) for now in NEW_PLACE.values()]
    assert len(set(places)) == len(places) == 52
    assert {*places} <= {*settings_of(Settings)}


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ('enviroment = "production"', 1, "enviroment: unknown key; did you mean environment?"),
        ("[sever]\nport = 1", 1, "sever: unknown key; did you mean [server]?"),
        ("[server]\nprot = 1", 2, "server.prot: unknown key; did you mean port?"),
        ("[limits]\nport = 1", 2, "limits.port: unknown key; did you mean port below [server]?"),
        (
            '[files]\nenvironment = "production"',
            2,
            (
                "files.environment: unknown key; it belongs to no table:"
                " write it above the first heading"
            ),
        ),
        (
            "[files]\nserver.port = 1",
            2,
            "files.server: unknown key; [server] is a table of its own: write it below no other",
        ),
        (
            "[log]\nlimits_url = 1",
            2,
            "log.limits_url: unknown key; did you mean valkey below [replicas]?",
        ),
        (
            "[log]\nxyzzy = 1",
            2,
            "log.xyzzy: unknown key; known here: dsn, sign_every, sign_unmarked, tunnelled",
        ),
        ("log = 1", 1, "log: write a table, as { name = ... } or under a heading in brackets"),
    ],
)
def test_an_unknown_key_is_named_with_the_nearest_one(
    file: Path, text: str, line: int, said: str
) -> None:
    file.write_text(text)
    assert refusal(file) == f"{file}:{line}: {said}"


@pytest.mark.parametrize(
    ("table", "name", "value"),
    [
        ("server", "port", '"http"'),
        ("server", "port", "70000"),
        ("questions", "deadline", "0"),
        ("questions", "deadline", "nan"),
        ("questions", "max_body", "1"),
        ("questions", "under_way", "0"),
        ("files", "state", "7"),
        ("files", "state", '""'),
        ("files", "state", '"~/state"'),
        ("documents", "max_depth", "[]"),
        ("witnesses", "quorum", "false"),
        ("tls", "ends_at_proxy", '"perhaps"'),
        ("browser", "origins", '"https://screen.example"'),
        ("log", "dsn", "[]"),
        ("log", "dsn", '"mysql://h/log"'),
        ("keys", "service", '"http://keys.example"'),
        ("log", "dsn", '"postgresql://one,/log"'),
        ("log", "dsn", '"postgresql://one/log?host=two"'),
        ("log", "dsn", '"postgresql://one,two/log?target_session_attrs=any"'),
        ("log", "dsn", '"postgresql://one/log?target_session_attrs=prefer-standby"'),
        ("replicas", "valkey", '"valkey.example"'),
        ("replicas", "valkey", '"valkey://one,two"'),
        ("replicas", "valkey", '"valkey+sentinel://one,two"'),
    ],
)
def test_a_setting_of_a_wrong_kind_is_named(file: Path, table: str, name: str, value: str) -> None:
    file.write_text(f"[{table}]\n{name} = {value}\n")
    assert refusal(file).startswith(f"{file}:2: {table}.{name}: ")
    assert "Input should" not in refusal(file)


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("TEAMAROUND_QUESTIONS__DEADLINE", "4s", "write a number"),
        ("TEAMAROUND_SERVER__PORT", "", "is set and empty"),
        ("TEAMAROUND_LOG__DSN", " ", "is set and empty"),
        ("TEAMAROUND_BROWSER__ORIGINS", "https://x.example", "as JSON"),
        ("TEAMAROUND_TOKENS__MAY_ASSERT", "[{}]", "is needed here"),
        ("TEAMAROUND_SERVER_PORT", "1", "did you mean TEAMAROUND_SERVER__PORT?"),
        ("TEAMAROUND_LOG", "{}", "did you mean TEAMAROUND_LOG__DSN?"),
        ("TEAMAROUND_XYZZY", "1", "unknown variable: unset it"),
        ("TEAMAROUND_PORT", "tcp://10.0.0.1:8600", "enableServiceLinks: false"),
        ("TEAMAROUND_PORT_8600_TCP_ADDR", "10.0.0.1", "enableServiceLinks: false"),
        ("TEAMAROUND_SERVICE_HOST", "10.0.0.1", "enableServiceLinks: false"),
        ("teamaround_server__prot", "1", "did you mean TEAMAROUND_SERVER__PORT?"),
    ],
)
def test_a_wrong_variable_is_named(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, said: str
) -> None:
    monkeypatch.setenv(variable, value)
    told = refusal(None)
    assert told.startswith(f"{variable}: ")
    assert said in told


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("[replicas]\nlease = 10\nlook_every = 5.1", "replicas.look_every"),
        ("[witnesses]\nevery = 3600", "witnesses.every"),
        ("[witnesses]\nstop_after = 3600", "witnesses.alarm_after"),
        ("[witnesses]\nquorum = 1", "witnesses.quorum"),
        ('[witnesses]\ntrusted = ["https://w.example k", "https://w.example k"]', ".trusted"),
        ("[server]\nworkers = 2", "server.workers"),
        ("[limits]\nquestions_per_minute = 1201", "limits.questions_per_minute"),
        ("[limits]\nchildren_per_hour_organisation = 59", "limits.children_per_hour"),
        ('[keys]\ncredential = "credential"', "keys.credential"),
        ('[keys]\nauthority = "authority.pem"', "keys.authority"),
        ('[tls]\ncertificate = "chain.pem"', "tls.certificate"),
        ('[tls]\nkey = "key.pem"', "tls.key"),
        ('[tls]\nclient_authorities = "ca.pem"', "tls.client_authorities"),
    ],
)
def test_what_two_settings_cannot_say_together_is_refused(file: Path, text: str, key: str) -> None:
    file.write_text(text)
    told = refusal(file)
    assert f"{key}: " in told
    assert told.count("\n") == 0


def test_all_that_is_wrong_is_told_at_once_by_line(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEAMAROUND_LOG_DSN", "postgresql://log@h/log")
    file.write_text('host = "::"\n[server]\nport = "x"\n[tls]\nkye = 1\n')
    assert re.findall(r"^(?:\S+toml:(\d):|) ?([\w.]+): ", refusal(file), re.MULTILINE) == [
        ("", "TEAMAROUND_LOG_DSN"),
        ("1", "host"),
        ("3", "server.port"),
        ("5", "tls.kye"),
    ]


@pytest.mark.parametrize(
    ("content", "line", "said"),
    [
        (b"[server]\nport = ", 2, "is not TOML here"),
        (b"port: 1", 1, "is not TOML here"),
        (b"[server]\nport = 8600s\n", 2, "a number without a unit"),
        (b"[server]\nport = 1\nport = 2\n", 3, "this key appears twice"),
        (b"[log]\n[server]\n[log]\n", 3, "the table [log] appears twice"),
        (b'[files]\nstate = "C:\\state"\n', 2, "between single quotes"),
        (b"[tls]\nends_at_proxy = True\n", 2, "true or false in small letters"),
        (b"\xef\xbb\xbf[log]\n", 1, "byte order mark"),
        ("[log]\n".encode("utf-16"), 1, "byte order mark"),
        ("# a\n# caf\N{LATIN SMALL LETTER E WITH ACUTE}\n".encode("cp1252"), 2, "save it as UTF-8"),
        (b'[log]\r\ndsn = "x"\r\n', 2, "write postgresql://"),
        ('# \N{LINE SEPARATOR}\x85\n[log]\ndsn = "x"'.encode(), 3, "write postgresql://"),
    ],
)
def test_the_line_is_told_whatever_the_file_was_written_with(
    file: Path, content: bytes, line: int, said: str
) -> None:
    file.write_bytes(content)
    assert re.match(rf"{re.escape(str(file))}:{line}: ", refusal(file)), refusal(file)
    assert said in refusal(file)


def test_a_file_that_is_not_there_or_is_a_folder_is_named(tmp_path: Path) -> None:
    for unreadable in (tmp_path, tmp_path / "none.toml"):
        assert refusal(unreadable).startswith(f"{unreadable}: cannot be read")


def test_settings_do_not_change_while_the_gateway_runs() -> None:
    settings: Any = Settings()
    with pytest.raises(ValueError, match="frozen"):
        settings.questions.deadline = 9


@pytest.mark.parametrize(
    ("text", "mode", "refused"),
    [
        ('[log]\ndsn = "postgresql://log:hunter2@127.0.0.1/log"', 0o640, True),
        ('[log]\ndsn = "postgresql://log@127.0.0.1/log?password=hunter2"', 0o640, True),
        ('[replicas]\nvalkey = "redis://:hunter2@127.0.0.1"', 0o604, True),
        ('[replicas]\nvalkey = "valkeys+sentinel://a/s?sentinel_password=hunter2"', 0o640, True),
        ('[log]\ndsn = "postgresql://log:hunter2@127.0.0.1/log"', 0o600, False),
        ('[log]\ndsn = "postgresql://log@127.0.0.1/log"', 0o644, False),
    ],
)
def test_a_password_in_the_settings_is_for_the_gateway_alone_to_read(
    file: Path, text: str, mode: int, *, refused: bool
) -> None:
    file.write_text(f"{text}\n")
    file.chmod(mode)
    if refused:
        assert refusal(file).startswith(f"{file}:2: ")
        assert "chmod 0600" in refusal(file)
        assert "hunter2" not in refusal(file)
    else:
        assert read_settings(file).log.dsn


def test_one_word_says_which_documents_are_answered(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('documents = "free"\n')
    assert read_settings(file).documents.allow == "free"
    file.write_text('documents = "any"\n')
    with pytest.raises(ConfigurationInvalid, match=r"documents.*trusted"):
        read_settings(file)


@pytest.mark.parametrize(
    ("key", "value", "refused"),
    [
        ("log__dsn", "postgresql://log@db.example/log", True),
        ("log__dsn", "postgresql://log@db.example/log?sslmode=require", True),
        ("log__dsn", "postgresql://log@db.example/log?sslmode=verify-full", False),
        ("log__dsn", "postgresql://log@127.0.0.1,db.example/log", True),
        ("log__dsn", "postgresql://log@127.0.0.1:5432,[::1]:5433/log", False),
        ("log__dsn", "postgresql://log@127.0.0.1/log?host=db.example", True),
        ("log__dsn", "postgresql:///log?host=/run/postgresql", False),
        ("log__dsn", "postgresql:///log?host=one.example,two.example&port=5432,5433", True),
        ("log__dsn", "postgresql://log@one.example:5433,two.example/log?sslmode=require", True),
        ("log__dsn", "postgresql://log@one.example,two.example/log?sslmode=verify-full", False),
        ("replicas__valkey", "valkey://v.example:6379", True),
        ("replicas__valkey", "valkeys://v.example:6379", False),
        ("replicas__valkey", "valkeys://v.example:6379?ssl_cert_reqs=none", True),
        ("replicas__valkey", "valkeys://v.example:6379?ssl_check_hostname=false", True),
        ("replicas__valkey", "valkey://localhost:6379", False),
        ("replicas__valkey", "unix:///run/valkey", False),
        ("replicas__valkey", "valkey+sentinel://127.0.0.1:26379/counts", True),
        ("replicas__valkey", "valkeys+sentinel://one.example,two.example/counts", False),
    ],
)
def test_production_reaches_no_store_on_another_machine_in_the_clear(
    key: str,
    value: str,
    refused: bool,  # noqa: FBT001
) -> None:
    table, _, name = key.partition("__")

    def told(**more: Any) -> list[tuple[str, ...]]:
        given = settings_with(**{key: value, **more})
        return [place for place, what in together(given) if "TLS" in what]

    assert told() == ([(table, name)] if refused else [])
    assert told(**{f"{table}__tunnelled": True}) == []
    assert told(environment="development") == []
