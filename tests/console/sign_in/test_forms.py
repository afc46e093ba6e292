import pytest
from starlette.requests import Request

from console.sign_in.errors import FormRefused
from console.sign_in.forms import Forms

HERE = "https://pages.example"


def from_browser(**headers: str) -> Request:
    given = {"sec-fetch-site": "same-origin", "origin": HERE} | headers
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in given.items()]
    return Request({"type": "http", "method": "POST", "headers": raw})


@pytest.fixture
def clock() -> list[float]:
    return [1_800_000_000.0]


@pytest.fixture
def forms(clock: list[float]) -> Forms:
    return Forms(b"k" * 32, f"{HERE}/", lambda: clock[0])


def test_a_form_counts_once(forms: Forms) -> None:
    mark = forms.mark("mine")
    forms.take(from_browser(), "mine", mark)
    with pytest.raises(FormRefused, match="sent before"):
        forms.take(from_browser(), "mine", mark)


@pytest.mark.parametrize("mark", ["", "x", "a.1.b", "a.1", "..", "é.1.é"])
def test_a_made_up_mark_does_not_count(forms: Forms, mark: str) -> None:
    with pytest.raises(FormRefused, match="did not come from these pages"):
        forms.take(from_browser(), "mine", mark)


def test_another_persons_form_does_not_count(forms: Forms) -> None:
    with pytest.raises(FormRefused):
        forms.take(from_browser(), "mine", forms.mark("theirs"))


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
    ],
)
def test_a_good_mark_from_elsewhere_does_not_count(forms: Forms, headers: dict[str, str]) -> None:
    mark = forms.mark("mine")
    with pytest.raises(FormRefused):
        forms.take(from_browser(**headers), "mine", mark)
    forms.take(from_browser(), "mine", mark)


def test_a_form_that_was_open_for_a_day_does_not_count(clock: list[float], forms: Forms) -> None:
    mark = forms.mark("mine")
    clock[0] += 24 * 3600
    with pytest.raises(FormRefused, match="open for too long"):
        forms.take(from_browser(), "mine", mark)
