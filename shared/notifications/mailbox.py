"""The demo's mailbox: the mails that were sent, as their readers would see them. Never served in production."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage, Message
from email.parser import BytesParser
from pathlib import Path

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp
from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from shared.notifications.attachments import Attached
from shared.tenancy import current_schema, in_public_schema
from shared.web.files import download

PER_PAGE = 25
# As FolderBackend names its files; nothing else is ever opened.
_NAME = re.compile(r"\d{8}T\d{12}-[0-9a-f]{8}")
# A mail carries its own styles and no script; a link leaves the frame for the whole window, when a person asks.
_SANDBOX = ["allow-popups", "allow-top-navigation-by-user-activation"]
_MAIL_POLICY = {
    "default-src": [NONE],
    "style-src": [UNSAFE_INLINE],
    "img-src": [SELF, "data:"],
    "frame-ancestors": [SELF],
    "base-uri": [SELF],
    "form-action": [NONE],
    "sandbox": _SANDBOX,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """One mail of the folder."""

    name: str
    sent_at: datetime
    sender: str
    to: str
    subject: str
    town: str
    text: str
    html: str
    attachments: list[Attached]


@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    """The mails of this host's town, or of everybody on the platform's host; the latest first."""
    letters = _letters()
    wanted = request.GET.get("a", "").strip().lower()
    if wanted:
        letters = [letter for letter in letters if wanted in letter.to.lower()]
    page = Paginator(letters, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "mailbox/mailbox.html", {"page": page, "wanted": wanted, "everywhere": in_public_schema()})


@require_safe
def letter(request: HttpRequest, name: str) -> HttpResponse:
    """One mail: its headers, its text, and its layout in a frame."""
    return render(request, "mailbox/letter.html", {"letter": _letter_or_404(name), "sandbox": " ".join(_SANDBOX)})


@csp(_MAIL_POLICY)  # type: ignore[arg-type]  # its hint knows only views without parameters
@xframe_options_sameorigin
@require_safe
def letter_page(request: HttpRequest, name: str) -> HttpResponse:  # noqa: ARG001  (Django's signature)
    """The layout alone, under a policy of its own."""
    html = _letter_or_404(name).html
    return HttpResponse(re.sub(r"(<head[^>]*>)", r'\1<base target="_top">', html, count=1))


@require_safe
def letter_attachment(request: HttpRequest, name: str, rank: int) -> HttpResponse:  # noqa: ARG001  (Django's signature)
    """One file of a mail, by its place in it."""
    files = _letter_or_404(name).attachments
    if rank >= len(files):
        raise Http404
    file = files[rank]
    return download(content=file.content, filename=file.filename, media_type=file.media_type)


def _letter_or_404(name: str) -> Letter:
    path = _folder() / f"{name}.eml"
    if not _NAME.fullmatch(name) or not path.is_file():
        raise Http404
    found = _read(path)
    if not _is_for_this_host(found):
        raise Http404
    return found


def _letters() -> list[Letter]:
    paths = sorted(_folder().glob("*.eml"), reverse=True)
    letters = (_read(path) for path in paths if _NAME.fullmatch(path.stem))
    return [letter for letter in letters if _is_for_this_host(letter)]


def _is_for_this_host(letter: Letter) -> bool:
    return in_public_schema() or letter.town == current_schema()


def _folder() -> Path:
    return Path(settings.MAIL_FOLDER)


def _read(path: Path) -> Letter:
    message = BytesParser(policy=policy.default).parsebytes(path.read_bytes())
    return Letter(
        name=path.stem,
        sent_at=datetime.strptime(path.stem.partition("-")[0], "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC),
        sender=str(message["From"] or ""),
        to=str(message["To"] or ""),
        subject=str(message["Subject"] or "(sans objet)"),
        town=str(message["X-Town"] or ""),
        text=_part(message, "plain"),
        html=_part(message, "html"),
        attachments=[_attached(part) for part in message.iter_attachments()],
    )


def _attached(part: Message) -> Attached:
    content = part.get_payload(decode=True)
    return Attached(
        filename=part.get_filename() or "piece-jointe",
        media_type=part.get_content_type(),
        content=content if isinstance(content, bytes) else b"",
    )


def _part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    return str(body.get_content()) if body is not None else ""
