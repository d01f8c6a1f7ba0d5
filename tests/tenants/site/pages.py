"""Reading pages as a person does: their words, their forms."""

import html
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any


def words(response: Any) -> str:
    """The page's text, tags left out, every space an ordinary one."""
    text = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    text = html.unescape(re.sub(r"</?(?:b|strong|wbr)\b[^>]*>", "", text))
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


@dataclass
class Form:
    """A form: where it goes, what it sends if nothing is changed, and the radios one may choose from."""

    action: str
    method: str
    data: dict[str, str] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []
        self.textarea: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append(Form(given.get("action", ""), given.get("method", "get")))
        elif tag == "input" and self.found and "name" in given:
            self._input(self.found[-1], given)
        elif tag == "textarea":
            self.textarea = given.get("name")

    def handle_data(self, data: str) -> None:
        if self.textarea and self.found:
            self.found[-1].data[self.textarea] = data.strip()

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.textarea = None

    @staticmethod
    def _input(form: Form, given: dict[str, str]) -> None:
        if given.get("type") == "radio":
            form.choices.setdefault(given["name"], []).append(given["value"])
        if given.get("type") not in {"radio", "checkbox"} or "checked" in given:
            form.data[given["name"]] = given.get("value", "")


def form_to(response: Any, action: str) -> Form:
    """The first form of the page that goes to this address."""
    parser = _Forms()
    parser.feed(response.content.decode())
    for form in parser.found:
        if form.action == action:
            form.data.pop("csrfmiddlewaretoken", None)
            return form
    raise AssertionError(f"no form to {action}, only to {[form.action for form in parser.found]}")
