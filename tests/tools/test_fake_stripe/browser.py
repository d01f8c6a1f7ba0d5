"""As little of a browser as the hosted pages need: no scripts, no redirections followed."""

import re
from dataclasses import dataclass
from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit


@dataclass(frozen=True)
class Shown:
    status: int
    location: str | None
    html: str
    policy: str

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", self.html))


def visit(url: str, form: dict[str, str] | None = None) -> Shown:
    """GET the page, or POST the form."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.netloc, timeout=10)
    try:
        if form is None:
            connection.request("GET", parts.path)
        else:
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            connection.request("POST", parts.path, body=urlencode(form), headers=headers)
        response = connection.getresponse()
        html = response.read().decode()
        policy = response.getheader("Content-Security-Policy") or ""
        return Shown(response.status, response.getheader("Location"), html, policy)
    finally:
        connection.close()
