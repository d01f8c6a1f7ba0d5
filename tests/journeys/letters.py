"""What people read in the demo's mailbox, beside the page they are at."""

import re
import time
from urllib.parse import urlencode

from tests.journeys.visitors import Visit

PATIENCE_S = 40
CODE = re.compile(r"\b\d{4}-\d{4}\b")


def code_sent_to(visit: Visit, email: str) -> str:
    """The sign-in code of the last letter to this address."""
    return _found(visit, email, CODE)


def link_sent_to(visit: Visit, email: str, path: str) -> str:
    """The address, beginning with this path, in the last letter to this address that has one."""
    return _found(visit, email, re.compile(rf"https?://[^\s/]+{re.escape(path)}\S+"))


def _found(visit: Visit, email: str, wanted: re.Pattern[str]) -> str:
    """Read the latest letter until it holds what is wanted, for 40 s at most: a worker sends it."""
    deadline = time.monotonic() + PATIENCE_S
    tab = visit.page.context.new_page()
    said = ""
    try:
        while time.monotonic() < deadline:
            tab.goto(f"{visit.home}boite-aux-lettres/?{urlencode({'a': email})}")
            letters = tab.locator("main .row a")
            if letters.count():
                letters.first.click()
                said = tab.locator(".letter-text").inner_text()
                found = wanted.search(said)
                if found:
                    return found.group()
            time.sleep(0.3)
    finally:
        tab.close()
    raise AssertionError(f"no letter to {email} says {wanted.pattern} : {said}")
