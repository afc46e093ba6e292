"""The steps to a page, taken as its browser and not shown: showing one takes a fifth of a second.

What a form sends is read from the page itself, with its hidden fields and what it has filled in.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from lxml import html
from playwright.sync_api import Page

# The page is emptied first, so that nobody takes what it showed for what comes.
_SHOW: Final = """({ path, fields, live }) => {
    document.querySelector("main").replaceChildren();
    const form = Object.assign(document.createElement("form"), { method: "post", action: path });
    if (live) form.dataset.live = "";
    for (const [name, value] of fields) {
        const field = document.createElement("input");
        form.append(Object.assign(field, { type: "hidden", name, value }));
    }
    document.body.append(form);
    form.requestSubmit();
    if (live) form.remove(); }"""


@dataclass(frozen=True, slots=True)
class Pressed:
    """What a button of a page sends where; `live` if the page's script sends it."""

    path: str
    fields: list[tuple[str, str]]
    live: bool

    @classmethod
    def on(cls, text: str, button: str, **typed: str | Collection[str]) -> "Pressed":
        """By the button's words, once this was typed, chosen or ticked."""
        buttons = html.fromstring(text).iterfind(".//main//button")
        (found,) = [
            each for each in buttons if "".join(map(str, each.itertext())).strip() == button
        ]
        form: Any = next(found.iterancestors("form"))
        form.fields.update(typed)
        path = found.get("formaction") or form.action
        return cls(path, form.form_values(), "data-live" in form.attrib)

    def unseen(self, page: Page, url: str) -> str:
        """The page that comes, as text."""
        ours = {"Origin": url, "Sec-Fetch-Site": "same-origin"}
        ours |= {"Content-Type": "application/x-www-form-urlencoded"}
        sent = page.request.post(f"{url}{self.path}", data=urlencode(self.fields), headers=ours)
        return sent.text()

    def shown(self, page: Page) -> None:
        """Show the page that comes; what is sent live may still be on its way."""
        said = {"path": self.path, "fields": self.fields, "live": self.live}
        if self.live:
            page.evaluate(_SHOW, said)
            return
        with page.expect_navigation():
            page.evaluate(_SHOW, said)


def read_unseen(page: Page, address: str) -> str:
    """A page as text."""
    return page.request.get(address).text()
