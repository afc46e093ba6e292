# ruff: noqa: E501  whole messages, as they are printed
"""What a wrong manifest is told: file, line, key and what to write instead, each word of it."""

from pathlib import Path

import pytest

from adapters.validation.loading import ManifestInvalid, parse_manifest
from tests.support.adapters.asking import manifest_text

SQL = """
[[operation]]
name = "by-number"
sql = "SELECT id AS record_id, surname FROM pupil WHERE nhs = :nhs_number"
[operation.map]
record_id = "record_id"
family_name = "surname"
"""
FILES = """
[file]
format = "csv"
newest = "written"
[[operation]]
name = "by-upn"
file = "roll-*.csv"
by = ["upn"]
[operation.map]
upn = "upn"
"""
GOOD = {
    "rest": manifest_text("rest", "https://roll.example"),
    "sql": manifest_text("sql", rest=SQL, source='dsn = { file = "dsn" }'),
    "file": manifest_text("file", "file:///drop", rest=FILES),
}
# The kind, what stands in a good manifest, what somebody writes instead, and the whole message.
WRONG = [
    (
        "rest",
        'effects = "none"',
        'effects = "nothing"',
        'roll.toml:8: source.effects: write "none", "notifies-agency" or "audited"',
    ),
    (
        "rest",
        'effects = "none"\n',
        "",
        'roll.toml:4: source.effects: is needed here: add effects = "none", "notifies-agency" or "audited"',
    ),
    (
        "rest",
        'effects = "none"',
        'efects = "none"',
        "roll.toml:8: source.efects: unknown key; did you mean effects?",
    ),
    (
        "rest",
        'sector = "EDUCATION"',
        'sector = "SCHOOL"',
        'roll.toml:7: source.sector: write "HEALTH", "EDUCATION", "SOCIAL_CARE", "POLICE", "YOUTH_JUSTICE", "HOUSING", "EARLY_HELP" or "OTHER"',
    ),
    ("rest", 'id = "some-source"', "id = 7", "roll.toml:5: source.id: write a text between quotes"),
    (
        "rest",
        'kind = "rest"',
        'kind = "soap12"',
        "roll.toml:3: kind: no such kind; write one of fhir, rest, oneroster, graphql, soap, sql, file, plugin",
    ),
    ("rest", "manifest = 1", "manifest = 2", "roll.toml:2: manifest: write 1"),
    (
        "rest",
        'timeout = "60s"',
        "timeout = 2",
        'roll.toml:15: limits.timeout: write it like "1500ms" or "10s"',
    ),
    (
        "rest",
        'max_body = "64KiB"',
        'max_body = "64kb"',
        'roll.toml:16: limits.max_body: write it like "1MiB"',
    ),
    (
        "rest",
        "max_records = 3",
        "max_records = 0",
        "roll.toml:17: limits.max_records: write a number of at least 1",
    ),
    (
        "rest",
        'duty_contact = { telephone = "01632 960001" }',
        "",
        'roll.toml:11: agency.duty_contact: is needed here: add duty_contact = { telephone = "01632 960001" }',
    ),
    (
        "rest",
        'telephone = "01632 960001"',
        'telephone = "ring us"',
        "roll.toml:13: agency.duty_contact: telephone: write it as it is dialled, such as 01632 960001 ext 2",
    ),
    (
        "rest",
        'name = "Some agency"',
        'name = ""',
        "roll.toml:12: agency.name: write something: it may not be empty",
    ),
    (
        "rest",
        "https://roll.example",
        "roll.example",
        "roll.toml:9: source.base_url: an address like https://host/path is needed; write that",
    ),
    (
        "rest",
        'path = "/pupils/{upn}"',
        'path = "pupils/{upn}"',
        "roll.toml:21: operation[0].path: a path begins with one /; write /pupils/{upn}, say",
    ),
    (
        "rest",
        'path = "/pupils/{upn}"',
        'path = "/pupils/{upn"',
        'roll.toml:19: operation[0]: an operation without a key would read every child: write one into its request, as {upn}, :upn or by = ["upn"]',
    ),
    (
        "rest",
        'path = "/pupils/{upn}"',
        'path = "/pupils/{pupil}"',
        "roll.toml:19: operation[0]: pupil is not a key; the keys are birth_date, family_name, given_name, nhs_number, postcode, record_id, sex, upn",
    ),
    (
        "rest",
        'path = "/pupils/{upn}"\n',
        "",
        'roll.toml:19: operation[0]: an operation without a key would read every child: write one into its request, as {upn}, :upn or by = ["upn"]',
    ),
    (
        "rest",
        'records = "body.pupils"\n',
        "",
        'roll.toml:19: operation[0]: kind rest needs records, such as "body.pupils" or "[body]"',
    ),
    (
        "rest",
        'records = "body.pupils"',
        'records = "body.pupils["',
        "roll.toml:24: operation[0].records: not a JMESPath expression: Incomplete expression; write a path such as body.items[0].id",
    ),
    (
        "rest",
        'records = "body.pupils"',
        'records = ["body"]',
        "roll.toml:24: operation[0].records: write a text between quotes",
    ),
    (
        "rest",
        'family_name = "surname"',
        'family_name = { codes = "x" }',
        "roll.toml:29: operation[0].map.family_name: a value has a path or a value, one of the two",
    ),
    (
        "rest",
        'birth_date = "dob"',
        'birth_date = { path = "dob", as = "day" }',
        'roll.toml:31: operation[0].map.birth_date.as: write "text", "date", "bool", "phone", "nhs_number", "upn" or "postcode"',
    ),
    (
        "rest",
        'birth_date = "dob"',
        'birth_date = { path = "dob", codes = "days" }',
        "roll.toml:31: operation[0].map.birth_date.codes: no table [codes.days]; add it, with a line for each code",
    ),
    (
        "rest",
        "[limits]",
        '[auth]\nscheme = "oauth"\n[limits]',
        'roll.toml:14: auth: write scheme = "none", "api_key", "basic", "bearer", "client_credentials", "private_key_jwt", "mtls", "sftp"',
    ),
    (
        "rest",
        "[limits]",
        '[auth]\nkey = { env = "X" }\n[limits]',
        'roll.toml:14: auth.scheme: is needed here: add scheme = "none", or how it logs in',
    ),
    (
        "rest",
        "[limits]",
        '[auth]\nscheme = "bearer"\n[limits]',
        'roll.toml:14: auth.token: is needed here: add token = { file = "token" }, in the folder of this source',
    ),
    (
        "rest",
        "[limits]",
        '[auth]\nscheme = "bearer"\ntoken = "abc"\n[limits]',
        'roll.toml:16: auth.token: write where the secret is: { file = "token" }, in the folder of this source',
    ),
    (
        "rest",
        "[limits]",
        '[auth]\nscheme = "bearer"\ntoken = { env = "TOKEN" }\n[limits]',
        "roll.toml:16: auth.token.env: a variable of this source begins with TEAMAROUND_SOURCE_SOME_SOURCE_; name one of those",
    ),
    (
        "rest",
        "[limits]",
        '[auth]\nscheme = "bearer"\ntoken = { env = "token" }\n[limits]',
        "roll.toml:16: auth.token.env: write it with capital letters, digits and _, like a variable",
    ),
    (
        "rest",
        "[limits]",
        '[[release]]\nclasses = ["IDENTITY"]\nto = { roles = ["practitioner"] }\npurposes = ["SAFEGUARDING"]\nuntil = "2030"\n[limits]',
        'roll.toml:16: release[0].to.sectors: is needed here: add sectors = ["SOCIAL_CARE"]\nroll.toml:18: release[0].until: write a date without quotes, such as 2030-12-31',
    ),
    (
        "rest",
        "[limits]",
        '[[release]]\nclasses = ["IDENTITY"]\n[limits]',
        'roll.toml:14: release[0].purposes: is needed here: add purposes = ["SAFEGUARDING"]\nroll.toml:14: release[0].to: is needed here: add to = { roles = ["practitioner"], sectors = ["SOCIAL_CARE"] }\nroll.toml:14: release[0].until: is needed here: add until = 2030-12-31',
    ),
    (
        "rest",
        'total = "body.total"',
        'page = { style = "page" }',
        'roll.toml:25: operation[0].page: style page needs param: add param = "page", the parameter that asks for a page\nroll.toml:25: operation[0].page: style page needs size: add size = 100, how many records a full page has',
    ),
    (
        "rest",
        'total = "body.total"',
        'page = { style = "next" }',
        'roll.toml:25: operation[0].page.style: write "none", "link-next", "cursor", "offset" or "page"',
    ),
    (
        "rest",
        'total = "body.total"',
        'sql = "SELECT 1"',
        "roll.toml:25: operation[0].sql: kind rest has no sql; take it out",
    ),
    (
        "rest",
        'total = "body.total"',
        'conclusive = "yes, it is"',
        "roll.toml:25: operation[0].conclusive: write true or false, without quotes",
    ),
    (
        "rest",
        'total = "body.total"',
        'batch = { as = "post-ids" }',
        "roll.toml:25: operation[0].batch: as = post-ids needs ids: add ids = ...\nroll.toml:25: operation[0].batch: as = post-ids needs path: add path = ...\nroll.toml:25: operation[0].batch: no role may ask about several children: name one in bulk_roles of [source]\nroll.toml:25: operation[0].batch: records are told apart by their own numbers, so map needs upn",
    ),
    (
        "rest",
        "[limits]",
        '[[example]]\noperation = "by-upn"\n[limits]',
        'roll.toml:14: example[0].given: is needed here: add given = { nhs_number = "9990000018" }\nroll.toml:14: example[0].reply: is needed here: add reply = "found.json"',
    ),
    (
        "sql",
        'dsn = { file = "dsn" }',
        "",
        'roll.toml:4: source: kind sql needs dsn: add dsn = { file = "dsn" }',
    ),
    (
        "sql",
        'effects = "none"',
        'effects = "none"\nsignature = "together"',
        "roll.toml:9: source.signature: is for kinds over HTTP: take it out",
    ),
    (
        "sql",
        'dsn = { file = "dsn" }',
        'dsn = { file = "../dsn" }',
        "roll.toml:9: source.dsn.file: write a path inside this source's own folder of secrets, without ..",
    ),
    (
        "sql",
        "SELECT id",
        "DELETE id",
        "roll.toml:20: operation[0].sql: it reads only, so no DELETE; take that out\nroll.toml:20: operation[0].sql: one SELECT, or WITH and SELECT; write that",
    ),
    (
        "sql",
        ":nhs_number",
        "'{nhs_number}'",
        'roll.toml:18: operation[0]: an operation without a key would read every child: write one into its request, as {upn}, :upn or by = ["upn"]',
    ),
    (
        "file",
        'by = ["upn"]',
        'by = ["nhs_number"]',
        "roll.toml:25: operation[0].by: nhs_number is compared with a value of map, so map needs nhs_number",
    ),
    (
        "file",
        'by = ["upn"]',
        'by = ["postcode"]',
        "roll.toml:25: operation[0].by: postcode cannot be searched by; write one of nhs_number, upn, record_id, given_name, family_name, birth_date, sex",
    ),
    (
        "file",
        'by = ["upn"]\n',
        "",
        'roll.toml:22: operation[0]: an operation without a key would read every child: write one into its request, as {upn}, :upn or by = ["upn"]',
    ),
    (
        "file",
        'file = "roll-*.csv"',
        'file = "in/roll.csv"',
        'roll.toml:24: operation[0].file: write the name of a file in the folder, without a path, such as "roll-*.csv"',
    ),
    (
        "file",
        'format = "csv"',
        'format = "xlsx"',
        'roll.toml:20: file.format: write "csv", "xml" or "oneroster"',
    ),
]


@pytest.mark.parametrize(("kind", "good", "bad", "message"), WRONG)
def test_a_wrong_manifest_is_told_what_to_write_at_which_line(
    kind: str, good: str, bad: str, message: str
) -> None:
    assert good in GOOD[kind]
    with pytest.raises(ManifestInvalid) as caught:
        parse_manifest(GOOD[kind].replace(good, bad, 1), Path("roll.toml"))
    assert str(caught.value) == message


@pytest.mark.parametrize("kind", GOOD)
def test_the_manifests_that_these_mistakes_are_made_in_are_good(kind: str) -> None:
    assert parse_manifest(GOOD[kind], Path("roll.toml")).kind == kind


def test_a_message_never_repeats_a_value_that_may_be_a_secret() -> None:
    written = '[auth]\nscheme = "bearer"\ntoken = "hunter2"\n[limits]'
    with pytest.raises(ManifestInvalid) as caught:
        parse_manifest(GOOD["rest"].replace("[limits]", written, 1), Path("roll.toml"))
    assert "hunter2" not in str(caught.value)
