"""A name that was read in the wrong encoding is left out and told; a right one is shown."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adapters.expressions.jmespath_expression import UnreadableError
from adapters.mapping.conversion import to_given_names, to_name

# Letters of names in this country's schools, beside the plain ones.
LATIN = "\u00e0\u00e1\u00e2\u00e3\u00e4\u00e5\u00e6\u00e7\u00e8\u00e9\u00ea\u00eb\u00ec\u00ed\u00ee"
MORE = "\u00ef\u00f1\u00f2\u00f3\u00f4\u00f5\u00f6\u00f8\u00f9\u00fa\u00fb\u00fc\u00fd\u00fe\u00ff"
EAST = "\u0105\u0107\u010d\u0119\u011b\u011f\u0131\u0142\u0144\u0151\u0159\u015b\u015f\u0161\u017a"
FAR = ["\u0418\u0432\u0430\u043d", "\u0645\u062d\u0645\u062f", "Nguy\u1ec5n", "\u674e\u660e"]
letters = st.sampled_from(LATIN + MORE + EAST + (LATIN + MORE).upper().replace("SS", "S"))
plain = st.text("abcdefghijklmnopqrstuvwxyz -'", max_size=6)
names = st.tuples(plain, letters, plain).map("".join).map(str.strip) | st.sampled_from(FAR)


def noticed(name: str) -> bool:
    try:
        to_name(name)
    except UnreadableError:
        return True
    return False


@given(names)
@example("Jo\u00e3o")
@example("D\u2019Andr\u00e9")
@example("\u00c9\u2019Amon")
@example("S\u00c3O")
@example("\u00c5sa \u00c4ngla")
@example("N\u00ed Bhriain\u2013\u00d3 S\u00e9")
def test_a_name_that_was_read_right_is_shown(name: str) -> None:
    assert not noticed(name)


@pytest.mark.parametrize("misread", ["cp1252", "iso-8859-1"])
@given(name=names)
@example(name="Let\u00edcia")
@example(name="S\u00f4nia")
@example(name="\u00c1ine")
@example(name="O\u2019Brien")
@example(name="\u0141ukasz")
def test_a_name_in_utf_8_that_was_read_as_another_encoding_is_noticed(
    misread: str, name: str
) -> None:
    if name.isascii():
        return
    assert noticed(name.encode().decode(misread, "replace"))


@given(names)
@example("D\u2019Andr\u00e9")
def test_a_name_that_lost_a_letter_on_its_way_is_noticed(name: str) -> None:
    for codec in ("cp1252", "iso-8859-1"):
        content = name.encode(codec, "ignore")
        misread = content.decode("utf-8", "replace")
        if misread != content.decode(codec):
            assert noticed(misread)


@pytest.mark.parametrize("misread", ["O\x92Brien", "Jos\x82", "M\ufffdller"])
def test_a_control_where_a_letter_was_is_noticed_and_never_dropped(misread: str) -> None:
    assert noticed(misread)
    with pytest.raises(UnreadableError):
        to_given_names(misread)
