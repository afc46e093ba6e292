"""Of an agency's file the first line alone leaves the pages, whichever system wrote it."""

import pytest

from console.agency.joining import first_line


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_no_row_about_a_child_goes_to_the_gateway_with_the_head_of_a_file(end: str) -> None:
    table = end.join(["", "upn,surname,dob", "A1,Realname,2011-02-03", ""])
    assert first_line(table) == "upn,surname,dob"


def test_an_empty_file_has_no_first_line() -> None:
    assert first_line(" \r\n ") == ""
