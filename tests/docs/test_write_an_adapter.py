"""What the lesson for an agency's IT staff does without a gateway works as it is written.

The rest of it is followed on a running demo: tests/demo/test_lesson.py.
"""

from pathlib import Path

from adapters.validation.loading import read_manifest
from tests.support.docs.lesson import COMMANDS, PAGE, Workplace
from tests.support.docs.pages import blocks


def test_the_draft_that_the_lesson_begins_with_can_be_read(tmp_path: Path) -> None:
    workplace = Workplace(tmp_path)
    for block in COMMANDS[:2]:
        workplace.typed(block)
    assert read_manifest(tmp_path / "clinic/draft.toml").operation[0].card.needs == {"nhs_number"}


def test_the_mistake_that_the_lesson_suggests_is_found(tmp_path: Path) -> None:
    workplace = Workplace(tmp_path)
    replies = next(block for block in COMMANDS if "cat > clinic/found.json" in block)
    workplace.typed(replies)
    right, mistaken = 'family_name = "surname"', 'family_name = "surnam"'
    manifest = blocks(PAGE, "toml")[0].replace(right, mistaken)
    (tmp_path / "clinic/old-clinic.toml").write_text(manifest)
    printed = workplace.typed("teamaround source check clinic/old-clinic.toml || true")
    assert "example[0].expect.family_name: the reply gives another value" in printed
