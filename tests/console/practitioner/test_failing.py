"""What a page says when the gateway, the line or what an agency says is bad; never "nobody"."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route

from tests.support.console.browser import cleared_window, sideways
from tests.support.console.told_gateway import ToldPages, agency_row, told_pages
from tests.support.console.unseen import Pressed, read_unseen

THREE = tuple(agency_row(number) for number in (1, 2, 3))
BIDI = "\u202egnikcatta\u202c"
MARKUP = '<img src=x onerror="document.title=1"><script>document.title=2</script>'
REFUSED = {"errors": [{"message": "the token expired", "extensions": {"code": "UNAUTHENTICATED"}}]}
BUSY = {"errors": [{"message": "the gateway is fully used", "extensions": {"code": "BUSY"}}]}
BAD = {
    "an expired token": ((401, "application/json", json.dumps(REFUSED)), "Sign in again"),
    "a full gateway": ((503, "application/json", json.dumps(BUSY)), "The gateway is fully used."),
    "a proxy that failed": ((502, "text/html", "<h1>Bad gateway</h1>"), "in front of the gateway"),
    "a guest network": ((200, "text/html", "<h1>Welcome</h1>"), "in front of the gateway"),
    "no data": ((200, "application/json", '{"data": {"child": null}}'), "in front of the gateway"),
}


@pytest.fixture(scope="module")
def pages(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ToldPages]:
    del browser
    with told_pages(tmp_path_factory.mktemp("pages")) as served:
        yield served


@pytest.fixture(scope="module", params=[True, False], ids=["with script", "without script"])
def page(request: pytest.FixtureRequest, browser: Browser, pages: ToldPages) -> Iterator[Page]:
    with cleared_window(browser, java_script_enabled=request.param) as context:
        opened = context.new_page()
        _sign_in(opened, pages)
        yield opened


@pytest.fixture(scope="module")
def live(browser: Browser, pages: ToldPages) -> Iterator[Page]:
    with cleared_window(browser, viewport={"width": 320, "height": 640}) as context:
        opened = context.new_page()
        _sign_in(opened, pages)
        yield opened


def _sign_in(page: Page, pages: ToldPages) -> None:
    page.goto(f"{pages.url}/sign-in")
    page.get_by_role("button", name="A nurse").click()
    page.wait_for_url(f"{pages.url}/")


def _ask(page: Page, pages: ToldPages) -> None:
    """The form is shown in which the child is named: what comes may break off before it shows."""
    why = read_unseen(page, f"{pages.url}/find")
    Pressed.on(why, "Continue", purpose="DIRECT_CARE", justification="On our ward").shown(page)
    page.get_by_label("NHS number").fill("9996604659")
    page.get_by_label("Family name", exact=True).fill("Rowan")
    page.get_by_role("button", name="Ask the agencies").click()


@pytest.mark.parametrize("manner", ["reset", "end"])
def test_an_answer_that_breaks_off_says_so_and_keeps_what_is_true(
    page: Page, pages: ToldPages, manner: str
) -> None:
    pages.next(rows=THREE, stop_at=2, manner=manner)
    _ask(page, pages)
    page.get_by_role("heading", name="The answer broke off").wait_for()
    assert page.locator("#group-known > li").count() == 2
    state = page.locator("#state").inner_text()
    assert "Nothing is known about Agency 3. This does not mean that they have no record." in state
    assert "agencies answered" not in state
    assert page.locator("#state").get_by_role("button", name="Ask again").is_visible()


@pytest.mark.parametrize("bad", BAD)
def test_what_refuses_is_shown_as_what_it_is(live: Page, pages: ToldPages, bad: str) -> None:
    _refused(live, pages, bad)


def test_so_is_an_expired_token_without_script(page: Page, pages: ToldPages) -> None:
    _refused(page, pages, "an expired token")


def test_whoever_is_not_signed_in_any_more_sees_nothing_of_the_first_answer(
    live: Page, pages: ToldPages
) -> None:
    pages.next(rows=[agency_row(1), agency_row(2, "TIMEOUT", retryable=True)])
    _ask(live, pages)
    live.get_by_role("button", name="Ask it again").wait_for()
    pages.next(refusal=BAD["an expired token"][0])
    live.get_by_role("button", name="Ask it again").click()
    live.get_by_role("heading", name="Sign in again").wait_for()
    assert "Agency 1" not in live.locator("main").inner_text()
    assert "Rowan" not in live.content()


@pytest.mark.parametrize("at", [0.3, 0.95])
def test_a_page_whose_line_breaks_says_so_wherever_it_breaks(
    live: Page, pages: ToldPages, at: float
) -> None:
    pages.next(rows=[agency_row(n, "NO_RECORD") for n in (1, 2, 3)])

    def cut(route: Route) -> None:
        whole = route.fetch()
        route.fulfill(response=whole, body=whole.body()[: int(len(whole.body()) * at)])

    live.route("**/find/answer", cut)
    try:
        _ask(live, pages)
        live.get_by_text("What is not shown here is not known.").or_(
            live.get_by_role("heading", name="The answer broke off")
        ).first.wait_for()
    finally:
        live.unroute("**/find/answer")
    assert "agencies answered" not in live.locator("main").inner_text()


def test_nothing_is_typed_into_a_form_whose_answer_is_on_the_way_and_all_of_it_stays_if_none_comes(
    live: Page, pages: ToldPages
) -> None:
    held: list[Route] = []
    live.route("**/find/answer", lambda route: held.append(route))  # noqa: PLW0108 - it takes no builtin
    try:
        with live.expect_request("**/find/answer"):
            _ask(live, pages)
        live.keyboard.type("and more")
        live.keyboard.press("Tab")
        live.keyboard.type("and more")
        assert _typed_and_open(live) == ("9996604659", "Rowan", False)
        held[0].abort()
        live.get_by_text("The answer broke off, or nobody could be reached.").wait_for()
        assert _typed_and_open(live) == ("9996604659", "Rowan", True)
        assert live.get_by_role("button", name="Ask the agencies").is_disabled()
    finally:
        live.unroute("**/find/answer")


def _typed_and_open(page: Page) -> tuple[str, str, bool]:
    """The number and the name that the form has, and whether anybody can go to them."""
    number, name = (page.locator(f"input[name={each}]") for each in ("nhsNumber", "familyName"))
    number.focus()
    is_open = bool(number.evaluate("each => each === document.activeElement"))
    return number.input_value(), name.input_value(), is_open


def test_what_nobody_foresaw_ends_the_answer_and_comes_into_no_log(
    page: Page, pages: ToldPages, caplog: pytest.LogCaptureFixture
) -> None:
    pages.next(rows=[agency_row(1), agency_row(2, asOf=["Zebedee"])])
    _ask(page, pages)
    page.get_by_text("The answer broke off").or_(
        page.get_by_text("Something failed here.")
    ).wait_for()
    assert "agencies answered" not in page.locator("main").inner_text()
    assert "failed: TypeError" in caplog.messages
    assert not [each for each in caplog.records if each.exc_info or "Zebedee" in each.getMessage()]


def _refused(page: Page, pages: ToldPages, bad: str) -> None:
    refusal, said = BAD[bad]
    pages.next(refusal=refusal)
    _ask(page, pages)
    page.get_by_text("This page says nothing about any child.").wait_for()
    assert said in page.locator("main").inner_text()
    assert page.locator("#receipt").count() == 0


def test_break_glass_is_taken_on_a_page_of_its_own_and_used_at_once(
    page: Page, pages: ToldPages
) -> None:
    pages.next(rows=THREE, restriction="UNKNOWN")
    _ask(page, pages)
    page.locator("#state h2").wait_for()
    page.get_by_role("button", name="This cannot wait: break the glass").click()
    page.get_by_label("Why can this not wait?").fill("The father is on his way")
    page.get_by_role("button", name="Break the glass, and ask").click()
    page.locator(".govuk-error-summary").wait_for()  # before it, a tick is lost with the old page
    page.get_by_label("I know that this is reviewed").check()
    page.get_by_role("button", name="Break the glass, and ask").click()
    page.locator("#state h2").wait_for()
    assert pages.variables["reason"]["breakGlass"] == "g-1"
    assert pages.variables["known"]["nhsNumber"] == "9996604659"


def test_a_form_that_is_sent_twice_asks_once(page: Page, pages: ToldPages) -> None:
    pages.next(rows=THREE)
    page.goto(f"{pages.url}/find")
    mark = page.locator("main input[name=mark]").first.get_attribute("value")
    sent: dict[str, str | float | bool] = {
        "mark": str(mark),
        "purpose": "DIRECT_CARE",
        "justification": "x",
        "upn": "A1",
    }
    headers = {"origin": pages.url, "sec-fetch-site": "same-origin"}
    agent = page.evaluate("navigator.userAgent")
    asked = [
        page.request.post(
            f"{pages.url}/find/answer", form=sent, headers={**headers, "user-agent": agent}
        )
        for _ in range(2)
    ]
    assert [each.status for each in asked] == [200, 403]
    assert "sent before" in asked[1].text()
    assert pages.told.asked == 1


def test_who_presses_twice_sees_the_page_that_comes(live: Page, pages: ToldPages) -> None:
    pages.next(rows=THREE)
    live.goto(f"{pages.url}/find")
    live.get_by_label("To give health care").check()
    live.get_by_label("Why do you need to know?").fill("She is on our ward")
    twice = "button => { button.click(); button.click(); }"
    live.get_by_role("button", name="Continue").evaluate(twice)
    live.get_by_label("NHS number").fill("9996604659")
    live.get_by_role("button", name="Ask the agencies").evaluate(twice)
    live.get_by_role("heading", name="All 3 agencies answered").wait_for()
    assert pages.told.asked == 1


def test_a_form_of_another_site_asks_nothing(page: Page, pages: ToldPages) -> None:
    pages.next(rows=THREE)
    form = f'<form method=post action="{pages.url}/find/answer"><input name=upn value=A1></form>'
    other = page.context.new_page()
    other.set_content(f"{form}<button form=f>x</button>".replace("<form ", "<form id=f "))
    other.get_by_role("button").click()
    other.wait_for_url("**/find/answer")
    text = other.locator("main").inner_text()
    assert "You are not signed in" in text or "did not come from these pages" in text
    assert pages.told.asked == 0
    other.close()


def test_markup_long_and_turned_names_are_only_names(live: Page, pages: ToldPages) -> None:
    worker = {"name": MARKUP + BIDI + "x" * 600, "telephone": "01632 960001", "email": None}
    involved = {
        "role": MARKUP,
        "service": None,
        "team": BIDI,
        "status": "OPEN",
        "leadPractitioner": True,
        "sensitive": False,
        "start": "2015",
        "end": None,
        "practitioner": worker,
        "contact": None,
    }
    pages.next(rows=[agency_row(1, involvements=[involved], detail=MARKUP)])
    _ask(live, pages)
    live.locator("#state h2").wait_for()
    assert MARKUP in live.locator(".ta-person strong bdi").first.inner_text()
    assert live.locator("main img, main script").count() == 0
    assert live.title() == "The team around the child - Team Around"
    assert sideways(live) == 0


def test_three_hundred_agencies_are_still_one_page(live: Page, pages: ToldPages) -> None:
    rows = [agency_row(n, "NO_RECORD" if n > 8 else "HAS_RECORD") for n in range(1, 301)]
    pages.next(rows=rows)
    _ask(live, pages)
    live.get_by_role("heading", name="All 300 agencies answered").wait_for()
    assert live.locator("#group-known > li").count() == 8
    assert live.locator("#group-none > li").count() == 292
    assert not live.locator("#group-none").is_visible()
    assert sideways(live) == 0
