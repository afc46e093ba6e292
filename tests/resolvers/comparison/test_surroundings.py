"""Carers, schools, practices and telephones agree as people would say they do."""

import pytest

from resolvers.comparison.surroundings import carers, places, share_carer, telephones


@pytest.mark.parametrize(
    ("held", "told", "same"),
    [
        ("Mrs Sarah O'Brien", "Sarah OBrien", True),
        ("Sarah Jane O'Brien", "Sarah O'Brien", True),
        ("O'Brien, Sarah", "Sarah O'Brien", True),
        ("Sarah O'Brien", "Siobhan O'Brien", False),
        ("Sarah", "Sarah O'Brien", False),
        ("Mum", "Mum", False),
    ],
)
def test_a_carer_is_the_same_by_two_words_of_a_name(held: str, told: str, *, same: bool) -> None:
    assert share_carer(carers([held]), carers([told])) is same


@pytest.mark.parametrize(
    ("held", "told", "same"),
    [
        ("Elm Park Primary School", "elm park primary", True),
        ("St. Mary's C of E School", "St Mary's", True),
        ("100123", "100123", True),
        ("Elm Park Primary School", "Oak Park Primary School", False),
        ("Primary School", "Primary School", False),
    ],
)
def test_a_school_is_the_same_by_its_name_or_its_code(held: str, told: str, *, same: bool) -> None:
    assert (not places([held]).isdisjoint(places([told]))) is same


@pytest.mark.parametrize(
    ("held", "told", "same"),
    [
        ("020 7946 0018", "+44 20 7946 0018", True),
        ("0044 20 7946 0018", "(020) 79460018", True),
        ("020 7946 0018", "020 7946 0019", False),
        ("ext. 4711", "4711", False),
    ],
)
def test_a_telephone_is_the_same_however_it_is_dialled(held: str, told: str, *, same: bool) -> None:
    assert (not telephones([held]).isdisjoint(telephones([told]))) is same


CARERS_OF_MANY = (
    *(
        "Foster Carer",
        "Foster carers",
        "foster parent",
        "Not known",
        "Not Known (see notes)",
        "N/A",
    ),
    *("Unknown Unknown", "No carer", "Social Worker", "Next of Kin", "Local Authority", "As above"),
    *("Children's Services", "Legal Guardian", "Same as file", "Jane (foster carer)", "TBC - TBC"),
    *("Mum and dad", "Residential Care Worker", "Key worker: Jane", "Not to be disclosed"),
)
PLACES_OF_MANY = (
    *("Home educated", "Elective home education", "EHE", "EOTAS", "NEET", "Not in school"),
    *(
        "Not on roll",
        "Unknown",
        "None",
        "N/A",
        "No school",
        "Out of area school",
        "Not yet allocated",
    ),
    *("000000", "999999", "9999999", "V81997", "V81998", "v81999", "No GP", "Not registered"),
    *(
        "Unregistered with GP practice",
        "Missing education",
        "Permanently excluded",
        "Private school",
    ),
    "Not known (moved abroad)",
)
TELEPHONES_OF_MANY = (
    *("00000000000", "07000 000000", "01111 111111", "+44 7999 999999", "01234567890"),
    *("1234567890", "0999999999", "0000 000 0000"),
)


@pytest.mark.parametrize("said", CARERS_OF_MANY)
def test_a_carer_whom_a_form_does_not_name_is_nobody_else_s_carer(said: str) -> None:
    assert not share_carer(carers([said]), carers([said, said.upper()]))


@pytest.mark.parametrize("said", PLACES_OF_MANY)
def test_two_children_who_go_nowhere_do_not_go_to_one_place(said: str) -> None:
    assert places([said, f"  {said.lower()}. "]) == frozenset()


@pytest.mark.parametrize("said", TELEPHONES_OF_MANY)
def test_a_number_that_forms_are_filled_with_rings_nobody(said: str) -> None:
    assert telephones([said]) == frozenset()


@pytest.mark.parametrize(
    "name",
    [
        *("Jane Foster", "Mary Parent-Jones", "Friend, Ann", "Rose Keys", "Ama Nana Mensah"),
        *("Foster Carer Jane Foster", "Ann Home (mother)", "Kim No-Eul", "Given Moyo"),
    ],
)
def test_a_carer_who_is_named_is_still_the_same(name: str) -> None:
    assert share_carer(carers([name]), carers([name.upper()]))


@pytest.mark.parametrize(
    "name",
    [
        *("Home Farm Primary School", "Moorside Temporary Road School", "Private Lane Surgery"),
        *("100123", "Y00352", "Left Bank Academy", "The Elms Surgery", "Independent Jewish School"),
    ],
)
def test_a_place_with_a_name_of_its_own_is_still_one(name: str) -> None:
    assert places([name]) == places([name.upper()]) != frozenset()
