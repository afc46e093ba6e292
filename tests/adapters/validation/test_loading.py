"""A manifest that cannot be used says which line to change, and to what."""

from pathlib import Path

import pytest

from adapters.kinds import OPENED_BY
from adapters.validation.loading import ManifestInvalid, read_manifest
from adapters.validation.operation_rules import KINDS
from tests.support.adapters.asking import PUPIL, manifest_of, manifest_text
from tests.support.adapters.problems import problems

GOOD = manifest_text("rest", "https://roll.example")
SQL = """
[[operation]]
name = "by-number"
sql = "SELECT id AS record_id FROM person WHERE nhs = :nhs_number"
[operation.map]
record_id = "record_id"
"""
DSN = 'dsn = { env = "TEAMAROUND_SOURCE_SOME_SOURCE_DSN" }'
GOOD_SQL = manifest_text("sql", rest=SQL, source=DSN)


def test_a_good_manifest_is_read() -> None:
    assert manifest_of(GOOD).operation[0].card.needs == {"upn"}
    assert manifest_of(GOOD_SQL).operation[0].card.needs == {"nhs_number"}


@pytest.mark.parametrize(
    ("good", "bad", "line", "what"),
    [
        ('surname"\n', 'surname"\nsurnam = "x"\n', 'surnam = "x"', "[0].map.surnam: unknown key"),
        (
            "effects",
            "efects",
            'efects = "none"',
            "source.efects: unknown key; did you mean effects",
        ),
        (
            "path = ",
            "pth = ",
            'pth = "/pupils/{upn}"',
            "operation[0].pth: unknown key; did you mean pa",
        ),
        ('timeout = "60s"', "timeout = 2", "timeout = 2", 'limits.timeout: write it like "1500ms"'),
        (
            'id = "some-source"',
            'id = "../another-source"',
            'id = "../another-source"',
            "source.id: write it with small letters",
        ),
        (
            'agency = "some-agency"',
            'agency = "some-agency\\nother"',
            'agency = "some-agency\\nother"',
            "source.agency: write it with small letters",
        ),
        (
            'effects = "none"',
            'effects = "none"\nheaders = { "X-Id" = "{upn}" }',
            'headers = { "X-Id" = "{upn}" }',
            "source.headers.X-Id: its one placeholder is {uuid}",
        ),
        ("manifest = 1", "manifest = 2", "manifest = 2", "manifest: write 1"),
        ('kind = "rest"', 'kind = "soap12"', 'kind = "soap12"', "kind: no such kind"),
        ('"body.pupils"', '"body.["', 'records = "body.["', "operation[0].records: not a JMESPath"),
        (
            '"body.pupils"',
            '"lenght(body)"',
            'records = "lenght(body)"',
            "there is no function lenght",
        ),
        ('"body.pupils"', '"length()"', 'records = "length()"', "length takes 1 arguments"),
        (
            "https://roll",
            "ftp://roll",
            'base_url = "ftp://roll.example"',
            "source.base_url: an address",
        ),
        ("https://roll", "https://me:pw@roll", None, "no user name or password"),
        ("roll.example", "roll.example/?a=1", None, "no query and no fragment"),
        ("/pupils/{upn}", "/../{upn}", 'path = "/../{upn}"', "operation[0].path: no . or .."),
        ("/pupils/{upn}", "/pupils?upn={upn}", None, "a path has no query"),
        ("/pupils/{upn}", "/{upn}/{sex?}", None, "an optional placeholder works only in query"),
        ("/pupils/{upn}", "/{name}", None, "name is not a key"),
        ("/pupils/{upn}", "/pupils", None, "an operation without a key would read every child"),
        ("&& body.code == 'NO_SUCH_PUPIL'", "", None, "it must look at body"),
        (
            'records = "body',
            'quotes = "doubled"\nrecords = "body',
            'quotes = "doubled"',
            "no placeholder is between quotes",
        ),
        (
            'records = "body',
            """query = { q = "a eq ''{upn}''" }\nrecords = "body""",
            None,
            "operation[0].query.q: the quotes have closed before the placeholder",
        ),
    ],
)
def test_a_mistake_is_named_with_its_line(good: str, bad: str, line: str | None, what: str) -> None:
    assert good in GOOD
    found = problems(GOOD.replace(good, bad, 1))
    assert any(what in text for _, text in found), found
    assert line is None or any(place == line for place, _ in found), found


@pytest.mark.parametrize(
    ("sql", "what"),
    [
        ("DELETE FROM person WHERE nhs = :nhs_number", "one SELECT"),
        ("SELECT 1; SELECT :nhs_number", "one statement without ;"),
        ("SELECT '%s' WHERE nhs = %s AND :nhs_number <> ''", "named binds"),
        ("SELECT 1 WHERE nhs = ? AND :nhs_number <> ''", "named binds"),
        ("SELECT 1 WHERE nhs = '{nhs_number}' AND {x} AND :nhs_number <> ''", "named binds"),
        ("WITH gone AS (DELETE FROM p RETURNING *) SELECT :nhs_number", "no DELETE"),
        ("SELECT * INTO copy FROM p WHERE :nhs_number <> ''", "no INTO"),
        ("SELECT * FROM p WHERE nhs = :nhs_number FOR UPDATE", "no UPDATE"),
        ("SELECT * FROM p WHERE surname LIKE :family_name", "compare with ="),
        ("SELECT * FROM p WHERE lower(surname) ILIKE lower(:family_name) || 'x'", "compare with ="),
        ("SELECT * FROM p WHERE surname ~ :family_name AND id = 1", "compare with ="),
        ("SELECT * FROM p WHERE surname SIMILAR TO (:family_name)", "compare with ="),
        ("SELECT * FROM p WHERE surname GLOB :family_name", "compare with ="),
    ],
)
def test_sql_is_one_select_with_named_binds(sql: str, what: str) -> None:
    good = "SELECT id AS record_id FROM person WHERE nhs = :nhs_number"
    found = problems(GOOD_SQL.replace(good, sql))
    assert any(what in text for _, text in found), found
    assert all(place.startswith("sql = ") for place, _ in found)


def test_a_pattern_of_the_manifests_own_is_no_mistake() -> None:
    sql = "SELECT id FROM person WHERE kind NOT LIKE 'x%' AND nhs = :nhs_number"
    good = "SELECT id AS record_id FROM person WHERE nhs = :nhs_number"
    assert manifest_of(GOOD_SQL.replace(good, sql)).operation[0].sql == sql


@pytest.mark.parametrize(
    ("query", "key"),
    [
        ('upn = "{upn}", born = "{birth_date?}"', "birth_date"),
        ('record = "{record_id}"', "record_id"),
        ('family = "{family_name}"', "family_name"),
    ],
)
def test_what_does_not_identify_proves_no_absence(query: str, key: str) -> None:
    asked = f'path = "/pupils"\nquery = {{ {query} }}\nconclusive = true'
    found = problems(GOOD.replace('path = "/pupils/{upn}"', asked))
    assert found == [
        (
            "conclusive = true",
            f"operation[0].conclusive: {key} identifies nobody; ask by a number alone",
        )
    ]


def test_a_fhir_filter_of_a_language_of_its_own_takes_no_value() -> None:
    fhir = GOOD.replace('kind = "rest"', 'kind = "fhir"')
    asked = 'path = "/Patient"\nquery = { _filter = "family eq {upn}" }'
    found = problems(fhir.replace('path = "/pupils/{upn}"', asked))
    assert any("use plain search parameters" in text for _, text in found), found


def test_words_inside_sql_texts_and_comments_are_no_mistake() -> None:
    sql = "SELECT 'a;b?{delete}' AS record_id /* update; */ WHERE :nhs_number <> ''"
    good = "SELECT id AS record_id FROM person WHERE nhs = :nhs_number"
    assert manifest_of(GOOD_SQL.replace(good, sql)).operation[0].sql == sql


@pytest.mark.parametrize(
    ("secret", "what"),
    [
        ('env = "PATH"', "begins with TEAMAROUND_SOURCE_SOME_SOURCE_"),
        ('env = "TEAMAROUND_SOURCE_OTHER_DSN"', "begins with TEAMAROUND_SOURCE_SOME_SOURCE_"),
        ('file = "../other/key"', "inside this source's own folder"),
        ('file = "/etc/shadow"', "inside this source's own folder"),
    ],
)
def test_a_source_reads_no_secret_but_its_own(secret: str, what: str) -> None:
    found = problems(manifest_text("sql", rest=SQL, source=f"dsn = {{ {secret} }}"))
    assert [place for place, text in found if what in text] == [f"dsn = {{ {secret} }}"]


def test_a_code_table_that_decides_a_shield_says_what_any_other_code_means() -> None:
    rest = PUPIL + 'restricted = { path = "r", codes = "yes_no" }\n[codes.yes_no]\nN = false\n'
    found = problems(manifest_text("rest", "https://roll.example", rest=rest))
    assert found == [
        (
            "[codes.yes_no]",
            'codes.yes_no: decides "restricted", so it needs "*" for any other code: add it',
        )
    ]


def test_a_code_table_that_is_not_there_is_named() -> None:
    rest = PUPIL + 'sex = { path = "s", codes = "sexes" }\n'
    (found,) = problems(manifest_text("rest", "https://roll.example", rest=rest))
    assert (
        found[1]
        == "operation[0].map.sex.codes: no table [codes.sexes]; add it, with a line for each code"
    )


def test_a_file_that_is_no_toml_says_where(tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text("manifest = 1\nkind = \n")
    with pytest.raises(ManifestInvalid, match=r"bad\.toml:2: is not TOML here: write text"):
        read_manifest(path)


def test_a_file_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    (tmp_path / "latin.toml").write_bytes(b"name = '\xff'")
    for name in ("none.toml", "latin.toml", "."):
        with pytest.raises(ManifestInvalid, match=r"cannot be read|not UTF-8"):
            read_manifest(tmp_path / name)


def test_every_kind_that_may_be_named_can_be_opened() -> None:
    assert set(KINDS) == set(OPENED_BY)


DETAIL = (
    GOOD
    + """
[operation.detail.staff]
path = "/pupils/{record_id}/staff"
items = "body.items"
query = { size = "50" }
page = { style = "page", param = "page", size = 5 }
"""
)


def test_a_detail_may_have_a_query_and_pages() -> None:
    detail = manifest_of(DETAIL).operation[0].detail["staff"]
    assert (detail.query, detail.page.style) == ({"size": "50"}, "page")


@pytest.mark.parametrize(
    ("good", "bad", "what"),
    [
        ('size = "50"', 'name = "{family_name}"', "detail.staff.query.name: {family_name} is not"),
        ('size = "50"', 'size = "{50}"', "detail.staff.query.size: a placeholder is like"),
        (', param = "page"', "", "detail.staff.page: style page needs param"),
        ('kind = "rest"', 'kind = "sql"', "detail.staff.page: a detail of kind sql has no page"),
        ('kind = "rest"', 'kind = "sql"', "detail.staff.query: a detail of kind sql has no query"),
    ],
)
def test_a_mistake_in_a_detail_is_named(good: str, bad: str, what: str) -> None:
    found = problems(DETAIL.replace(good, bad, 1))
    assert any(what in text for _, text in found), found
