"""Names agree as people would say they do, and placeholders say nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.contract.record import Name
from resolvers.comparison.agreement import Agreement
from resolvers.comparison.names import compare_families, compare_givens, families, givens
from resolvers.comparison.normalise import fold

SAME, SLIP, FORM = Agreement.SAME, Agreement.SLIP, Agreement.FORM
VAGUE, DISTANT, DIFFERENT = Agreement.VAGUE, Agreement.DISTANT, Agreement.DIFFERENT
NAMES = st.builds(Name, st.lists(st.text()).map(tuple), st.none() | st.text())


def given_names(held: str, known: str) -> Agreement:
    return compare_givens(givens([Name((held,))]), givens([Name((known,))]))


def family_names(held: str, known: str) -> Agreement:
    return compare_families(families([Name((), held)]), families([Name((), known)]))


@pytest.mark.parametrize(
    ("held", "known", "verdict"),
    [
        ("O'BRIEN", "O\u2019Brien", SAME),
        ("Al-Hassan", "al hassan", SAME),
        ("M\u00fcller", "Muller", SAME),
        ("\u0141ukasz", "Lukasz", SAME),
        ("Smith-Jones", "Jones", FORM),
        ("de Souza Santos", "Souza", FORM),
        ("Garcia Lopez", "Garcia Perez", VAGUE),
        ("Garcia Lopez", "Garcia Lopes", SLIP),
        ("Smyth", "Smith", SLIP),
        ("O", "O'Brien", VAGUE),
        ("de Silva", "de Souza", DIFFERENT),
        ("van Dijk", "Dijk", SLIP),
        ("Smith", "Jones", DIFFERENT),
        ("Brien", "O'Brien", SLIP),
        ("MacDonald", "Mc Donald", SLIP),
        ("Al-Hassan", "Hassan", SLIP),
        ("Kowalski", "Kowalcky", DISTANT),
        ("Kowalski", "Jowalski", SLIP),
        ("Hall", "Ball", DIFFERENT),
    ],
)
def test_family_names_agree_as_they_are_said(held: str, known: str, verdict: Agreement) -> None:
    assert family_names(held, known) is verdict


@pytest.mark.parametrize(
    ("held", "known", "verdict"),
    [
        ("Zo\u00eb", "ZOE", SAME),
        ("Anne-Marie", "Annemarie", SAME),
        ("Amara", "Amara Rose", SAME),
        ("Amara R", "Amara Rose", SAME),
        ("Muhammad Ali", "Muhammad Hassan", DIFFERENT),
        ("Tommy", "Thomas", FORM),
        ("Bill", "William", FORM),
        ("Rose", "Amara Rose", VAGUE),
        ("A", "Amara", VAGUE),
        ("A", "A", VAGUE),
        ("Amira", "Amara", SLIP),
        ("Emma", "Emmi", SLIP),
        ("Jessica", "Jesscia", SLIP),
        ("Ellie", "Ollie", DIFFERENT),
        ("Elsie", "Ellie", DISTANT),
        ("Jayden", "Kayden", DIFFERENT),
        ("Anna Grace", "Emma Grace", DIFFERENT),
    ],
)
def test_given_names_agree_but_those_of_twins_do_not(
    held: str, known: str, verdict: Agreement
) -> None:
    assert given_names(held, known) is verdict


@pytest.mark.parametrize("blank", ["Baby", "BABY Smith", "Unknown", "", " ", "N/A", "Twin 1", "-"])
def test_a_placeholder_is_no_name(blank: str) -> None:
    assert given_names(blank, "Amara") is Agreement.NOT_HELD
    assert given_names("Amara", blank) is Agreement.NOT_COMPARABLE


def test_a_name_in_another_script_says_nothing_unless_it_is_the_same() -> None:
    arabic = "\u0623\u0645\u0627\u0631\u0629"
    assert given_names(arabic, "Amara") is Agreement.NOT_COMPARABLE
    assert given_names(arabic, arabic) is SAME


def test_vowel_signs_tell_two_names_apart() -> None:
    assert fold("\u0930\u093e\u092e") != fold("\u0930\u0940\u092e")


@given(NAMES, NAMES)
def test_any_two_names_compare_the_same_from_either_side(one: Name, other: Name) -> None:
    ours, theirs = givens([one]), givens([other])
    if ours and theirs:
        assert compare_givens(ours, theirs) is compare_givens(theirs, ours)
    ours, theirs = families([one]), families([other])
    if ours and theirs:
        assert compare_families(ours, theirs) is compare_families(theirs, ours)


@given(st.text())
def test_a_folded_text_folds_to_itself(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_of_very_many_names_one_is_the_same_or_nothing_is_said() -> None:
    crowd = frozenset(f"name{n}" for n in range(1000))
    assert compare_families(crowd, frozenset({"name7", "mistry"})) is Agreement.SAME
    assert compare_families(crowd, frozenset({"mistry"})) is Agreement.DISTANT
    assert compare_givens(crowd, frozenset({"amara"})) is Agreement.DISTANT
