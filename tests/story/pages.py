"""An HTML page as a person without JavaScript sees it: its words, its links, its forms."""

import re
from dataclasses import dataclass, field

from bs4 import BeautifulSoup, Tag

_BUTTON_KINDS = frozenset({"submit", "button", "image", "reset"})


def squeeze(text: str) -> str:
    """Words with single spaces, no-break ones included: how pages are compared with what is expected."""
    return re.sub(r"[\s\u00a0\u202f]+", " ", text).strip()


@dataclass
class Field:
    """A control of a form, with the words of its label."""

    name: str
    kind: str
    value: str
    label: str
    checked: bool = False
    options: list[tuple[str, str]] = field(default_factory=list)

    @property
    def is_sent(self) -> bool:
        if self.kind in {"checkbox", "radio"}:
            return self.checked
        return bool(self.name) and self.kind != "file"


@dataclass
class Button:
    """What sends a form: its words, and the value it adds."""

    text: str
    name: str
    value: str
    action: str


@dataclass
class Form:
    action: str
    method: str
    heading: str
    fields: list[Field]
    buttons: list[Button]

    def data(self) -> list[tuple[str, str]]:
        """What is sent when nothing is changed."""
        return [(each.name, each.value) for each in self.fields if each.is_sent]


@dataclass
class Link:
    text: str
    href: str


class Page:
    """A parsed page."""

    def __init__(self, html: str) -> None:
        self._soup = BeautifulSoup(html, "html.parser")
        for unseen in self._soup(["script", "style", "template"]):
            unseen.decompose()
        self.text = squeeze(self._soup.body.get_text(" ") if self._soup.body else "")
        main = self._soup.find("main")
        self.main = squeeze(main.get_text(" ")) if isinstance(main, Tag) else self.text
        self.links = [
            Link(squeeze(f"{link.get_text(' ')} {link.get('aria-label', '')}"), str(link["href"]))
            for link in self._soup.find_all("a", href=True)
        ]
        self.pictures = [str(image["src"]) for image in self._soup.find_all("img", src=True)]
        self.forms = [self._form(form) for form in self._soup.find_all("form")]

    def has_field(self, name: str) -> bool:
        return any(each.name == name for form in self.forms for each in form.fields)

    def _form(self, form: Tag) -> Form:
        controls = [control for control in self._controls(form) if not control.has_attr("disabled")]
        heading = form.find_previous(["h1", "h2", "h3"])
        return Form(
            action=str(form.get("action", "")),
            method=str(form.get("method", "get")).lower(),
            heading=squeeze(heading.get_text(" ")) if isinstance(heading, Tag) else "",
            fields=[self._field(control) for control in controls if not _is_button(control)],
            buttons=[_button(control) for control in controls if _is_button(control)],
        )

    def _controls(self, form: Tag) -> list[Tag]:
        inside = form.find_all(["input", "select", "textarea", "button"])
        outside = self._soup.select(f'[form="{form["id"]}"]') if form.get("id") else []
        return [*inside, *outside]

    def _field(self, control: Tag) -> Field:
        kind = control.name if control.name != "input" else str(control.get("type", "text"))
        options = [
            (str(option.get("value", option.get_text())), squeeze(option.get_text()))
            for option in control.find_all("option")
        ]
        return Field(
            name=str(control.get("name", "")),
            kind=kind,
            value=_value(control, kind),
            label=self._label(control),
            checked=control.has_attr("checked"),
            options=options,
        )

    def _label(self, control: Tag) -> str:
        label = self._soup.find("label", attrs={"for": str(control["id"])}) if control.get("id") else None
        label = label or control.find_parent("label")
        words = label.get_text(" ") if isinstance(label, Tag) else str(control.get("aria-label", ""))
        return squeeze(words)


def _value(control: Tag, kind: str) -> str:
    if kind == "textarea":
        return control.get_text().removeprefix("\n")
    if kind == "select":
        chosen = control.find("option", selected=True) or control.find("option")
        return str(chosen.get("value", chosen.get_text())) if isinstance(chosen, Tag) else ""
    return str(control.get("value", "on" if kind in {"checkbox", "radio"} else ""))


def _is_button(control: Tag) -> bool:
    return control.name == "button" or str(control.get("type", "")) in _BUTTON_KINDS


def _button(control: Tag) -> Button:
    words = [control.get_text(" "), str(control.get("aria-label", ""))]
    if control.name == "input":
        words.append(str(control.get("value", "")))
    return Button(
        text=squeeze(" ".join(words)),
        name=str(control.get("name", "")),
        value=str(control.get("value", "")),
        action=str(control.get("formaction", "")),
    )
