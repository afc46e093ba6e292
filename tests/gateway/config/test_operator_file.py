"""What the operator grants is read whole, or the operator is told what to change."""

from pathlib import Path
from typing import Final

import pytest

from adapters.contract.codes import Claim
from gateway.config.operator_file import read_operator_file
from gateway.model.errors import ConfigurationInvalid

WHOLE: Final = """
log_origin = "teamaround.example/test"
[shield_team]
name = "Shield team"
telephone = "01632 960999"
[[area]]
code = "E09990001"
name = "Northbrook"
[[grant]]
source = "spine"
agency = "nhs"
claims = ["spine", "national"]
origins = ["https://spine.example"]
"""


def refusal(file: Path, content: str | bytes) -> str:
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(ConfigurationInvalid) as refused:
        read_operator_file(file)
    assert str(file) in str(refused.value)
    return str(refused.value)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "operator.toml"


def test_a_whole_file_is_read(file: Path) -> None:
    file.write_text(WHOLE)
    read = read_operator_file(file)
    assert read.grant[0].claims == {Claim.SPINE, Claim.NATIONAL}
    assert read.area[0].not_connected == ()
    assert read.shield_team.telephone == "01632 960999"


@pytest.mark.parametrize(
    ("was", "is_now", "named"),
    [
        ("origins =", "orgins =", "grant[0].orgins"),
        ('"spine", "national"', '"spine", "nationwide"', "grant[0].claims"),
        ('telephone = "01632 960999"', "", "shield_team.telephone"),
        ('"01632 960999"', '"javascript:alert(1)"', "shield_team.telephone"),
        ('name = "Shield team"', 'name = ""', "shield_team.name"),
        ("log_origin =", "orign =", "orign: unknown key; did you mean log_origin?"),
        ('code = "E09990001"', "code = 7", "area[0].code"),
        ('agency = "nhs"', "", "grant[0].agency"),
        (
            "[[area]]",
            '[[family_contact]]\norganisation = "x"\nname = "X"\n[[area]]',
            "family_contact[0]: give",
        ),
    ],
)
def test_what_is_wrong_is_named_by_its_place(file: Path, was: str, is_now: str, named: str) -> None:
    assert f": {named}" in refusal(file, WHOLE.replace(was, is_now))


def test_a_file_without_an_area_is_refused(file: Path) -> None:
    before, _, after = WHOLE.partition("[[area]]")
    assert "area" in refusal(file, before + after[after.index("[[grant]]") :])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[[grant", ":1: is not TOML here"),
        (b"\xff\xfe", ":1: begins with a byte order mark: save it as UTF-8 without one"),
        (b"area = 1\n\x80", ":2: is not UTF-8 text: save it as UTF-8"),
        ("area = 1\narea = 2", ":2: this key appears twice: keep one of them"),
    ],
)
def test_a_file_that_is_no_toml_is_named_by_its_line_with_what_to_change(
    file: Path, content: str | bytes, message: str
) -> None:
    assert f"{file}{message}" in refusal(file, content)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationInvalid, match="cannot be read"):
        read_operator_file(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("was", "is_now", "message"),
    [
        (
            "origins =",
            "orgins =",
            "toml:13: grant[0].orgins: unknown key; did you mean origins?",
        ),
        ('"https://spine.example"', '"spine.example"', 'a private network is like "10.20.0.0/16"'),
        ('"https://spine.example"', '"ftp://spine"', "an origin is like https://host"),
        (
            'code = "E09990001"',
            "code = 7",
            "toml:7: area[0].code: write a text between quotes",
        ),
        (
            'agency = "nhs"\n',
            "",
            'toml:9: grant[0].agency: is needed here: add agency = "',
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_line_and_what_to_write(
    file: Path, was: str, is_now: str, message: str
) -> None:
    assert message in refusal(file, WHOLE.replace(was, is_now))


@pytest.mark.parametrize(
    "listed",
    [
        'nhs_number = "9990000018"',
        'nhs_number = "999 000 0018", upn = "P000000000001"',
        'upn = "P000000000001", birth_date = 2014-05-06, family_name = "Nobody"',
    ],
)
def test_a_test_person_is_somebody_made_up(file: Path, listed: str) -> None:
    file.write_text(f"{WHOLE}test_person = {{ {listed} }}\n")
    person = read_operator_file(file).grant[0].test_person
    assert person is not None
    assert " " not in "".join(person.given.values())


@pytest.mark.parametrize(
    ("listed", "named"),
    [
        ('nhs_number = "4010232137"', "nhs_number: not in a range for tests"),
        ('upn = "H801200001001"', "upn: not in a range for tests"),
        ('nhs_number = "9990000019"', "check digit"),
        ('family_name = "Nobody"', "has an nhs_number, a upn or both"),
        ('nhs_number = "9990000018", school = "x"', "test_person.school"),
    ],
)
def test_whoever_may_be_real_is_no_test_person_and_is_not_repeated(
    file: Path, listed: str, named: str
) -> None:
    said = refusal(file, f"{WHOLE}test_person = {{ {listed} }}\n")
    assert named in said
    assert "4010232137" not in said
