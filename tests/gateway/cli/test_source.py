"""`teamaround source` from the command line: what an agency's IT person and the operator type."""

import json
import tomllib
from pathlib import Path

from typer.testing import CliRunner

from adapters.manifest.json_schema import schema_text
from adapters.validation.loading import read_manifest
from gateway.cli.commands.source import source
from tests.support.adapters.kit_examples import ABSENT, GOOD, PATIENT

ROOT = Path(__file__).parents[3]


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(source, list(words))
    return result.exit_code, result.output


def good(folder: Path) -> str:
    (folder / "patient.json").write_text(json.dumps(PATIENT))
    (folder / "absent.json").write_text(json.dumps(ABSENT))
    (folder / "source.toml").write_text(GOOD)
    return str(folder / "source.toml")


def test_check_prints_every_rule_and_the_level(tmp_path: Path) -> None:
    code, output = run("check", good(tmp_path))
    assert code == 0
    assert "passed  dependable no fault is read as an answer" in output
    assert "Level: exemplary offline" in output


def test_check_says_what_to_change_and_fails(tmp_path: Path) -> None:
    file = good(tmp_path)
    Path(file).write_text(GOOD[: GOOD.index("[[example]]")])
    code, output = run("check", file)
    assert code == 1
    assert "add an [[example]] for by-number" in output


def test_check_speaks_to_machines(tmp_path: Path) -> None:
    code, output = run("check", "--json", good(tmp_path))
    found = json.loads(output)
    assert (code, found["level"], found["online"]) == (0, "exemplary", False)


def test_check_names_the_line_of_a_mistake(tmp_path: Path) -> None:
    file = tmp_path / "bad.toml"
    file.write_text(GOOD.replace('kind = "fhir"', 'kind = "fire"'))
    code, output = run("check", str(file))
    assert code == 2
    assert "bad.toml:3: kind: no such kind" in output


def test_list_shows_the_manifests_of_a_folder() -> None:
    code, output = run("list", str(ROOT / "demo/manifests"))
    assert code == 0
    assert "rest" in output


def test_a_grant_gives_only_what_the_operator_names(tmp_path: Path) -> None:
    code, output = run("grant", good(tmp_path), "--claim", "conclusive")
    (grant,) = tomllib.loads(output)["grant"]
    assert code == 0
    assert grant["claims"] == ["conclusive"]
    assert grant["origins"] == ["https://fhir.example:443"]
    assert "# test_person = " in output
    assert "# claims effects_none: " in output


def test_the_profiles_are_listed_and_copied(tmp_path: Path) -> None:
    code, output = run("profiles")
    assert code == 0
    assert "safeguarding-dataset" in output
    answers = ["--id", "our-care", "--agency", "Our care", "--sector", "SOCIAL_CARE"]
    more = ["--telephone", "01632 960001", "--address", "postgresql://db"]
    copy = ["--profile", "safeguarding-dataset", "--out", str(tmp_path / "ours")]
    assert run("new", *answers, *more, *copy)[0] == 0
    code, output = run("check", str(tmp_path / "ours/manifest.toml"))
    assert code == 1
    assert "passed  dependable every example is read as it expects" in output
    assert "write your own in agency.duty_contact.hours" in output


def test_new_writes_a_manifest_that_loads_and_never_over_another(tmp_path: Path) -> None:
    out = str(tmp_path / "new.toml")
    answers = ["--id", "old-clinic", "--agency", "The Old Clinic", "--sector", "HEALTH"]
    more = ["--telephone", "01632 960001", "--address", "https://clinic.example", "--out", out]
    assert run("new", *answers, *more)[0] == 0
    assert read_manifest(Path(out)).source.id == "old-clinic"
    assert run("new", *answers, *more)[0] == 2


def test_an_id_that_is_none_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    out = tmp_path / "new.toml"
    answers = ["--agency", "The Old Clinic", "--sector", "HEALTH", "--telephone", "01632 960001"]
    more = ["--id", "../other", "--address", "https://clinic.example", "--out", str(out)]
    code, output = run("new", *answers, *more)
    assert code == 2
    assert "small letters, digits and hyphens" in " ".join(output.replace("│", " ").split())
    assert not out.exists()


def test_the_published_schema_is_that_of_the_code() -> None:
    published = (ROOT / "docs/manifest.schema.json").read_text("utf-8")
    assert published == schema_text(), "write it again: teamaround source schema"
    assert run("schema") == (0, published)
