"""A record is chosen with a reason: without one nothing is asked, and the page says so."""

from tests.support.console.town_pages import TownPages
from tests.support.console.visitor import Visitor


def test_without_a_reason_no_record_is_chosen_and_no_link_leads_nowhere(town: TownPages) -> None:
    visitor = Visitor(town.url)
    visitor.sign_in("A practitioner")
    typed = {
        "mark": visitor.get("/find").page.mark,
        "purpose": "SAFEGUARDING",
        "justification": "worried",
        "caseReference": "C-1",
        "nhsNumber": "9000000009",
        "birthDate": "9 3 2015",
        "chosenKey": "a-key",
        "chosenWhy": "",
    }
    reply = visitor.post("/find/answer", typed)
    assert reply.status == 400
    assert "This was not done" in reply.text
    assert "#chosenWhy" not in reply.page.links
