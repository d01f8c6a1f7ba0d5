"""What the tests of the desk and of the town hall share: a clock, people at their browsers, pages read with care."""

import re
from datetime import datetime, timedelta
from html import unescape
from typing import Any

from django.http import HttpResponse
from django.test import Client

from shared.accounts.models import User
from tests.factories import sign_in


class Clock:
    """A clock that a test sets, and that moves by a millisecond whenever it is read: two clicks are two moments."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now


def signed_in(*, town: Any, user: User) -> Client:
    """The browser of somebody of `town`."""
    client = Client(HTTP_HOST=town.host)
    sign_in(client=client, user=user, town=town)
    return client


def text_of(response: HttpResponse | Any, status: int = 200) -> str:
    """The words of a page, spaces made plain, addresses whole.

    The page must have the status, and every name of its template.
    """
    assert response.status_code == status, (response.status_code, response.content[:2000])
    page = response.content.decode().replace("<wbr>", "")
    assert "INVALID[" not in page, re.findall(r".{80}INVALID\[.{60}", page, flags=re.DOTALL)
    words = unescape(re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", page, flags=re.DOTALL))
    return " ".join(words.split()).replace(" ", " ")


def hidden(response: HttpResponse | Any, name: str) -> list[str]:
    """The values of the page's hidden fields of this name."""
    return re.findall(rf'<input type="hidden" name="{name}" value="([^"]*)"', response.content.decode())


def decisions(response: HttpResponse | Any) -> dict[str, str]:
    """What the page would decide of each order that it lists, nothing else being chosen."""
    chosen = {}
    for name, options in re.findall(
        r'<select name="(decision-[^"]+)"(.*?)</select>', response.content.decode(), flags=re.DOTALL
    ):
        [chosen[name]] = re.findall(r'<option value="([^"]*)" selected>', options)
    return chosen
