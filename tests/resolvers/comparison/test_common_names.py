"""How common a name is: that of the one that both sides have."""

from resolvers.comparison.common_names import (
    family_frequency,
    given_frequency,
    met_family_frequency,
    met_given_frequency,
)


def test_a_common_name_told_besides_makes_no_rare_one_common() -> None:
    known = frozenset({"grewal", "kaur"})
    assert met_family_frequency(frozenset({"grewal"}), known) == family_frequency("grewal")
    assert met_family_frequency(frozenset({"kaur"}), known) == family_frequency("kaur")
    assert family_frequency("grewal") < family_frequency("kaur")


def test_where_neither_is_exactly_the_same_the_most_common_one_that_is_known_counts() -> None:
    known = frozenset({"smith", "van der berg"})
    assert met_family_frequency(frozenset({"berg"}), known) == family_frequency("smith")


def test_a_given_name_counts_by_the_word_that_both_are_called_by() -> None:
    known = frozenset({"zebedee", "oliver"})
    assert met_given_frequency(frozenset({"zebedee tom"}), known) == given_frequency("zebedee")
    assert met_given_frequency(frozenset({"olly"}), known) == given_frequency("oliver")
