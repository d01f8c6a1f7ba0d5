"""What a page with an editor of hours does next: show it, say what is wrong, let people look, ask, or save."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from http import HTTPStatus
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.forms import Form
from django.http import HttpRequest

from shared.hours import Calendar
from shared.hours.week import PREVIEW_DAYS, PreviewDay, preview
from shared.web.hours import HoursForm

F = TypeVar("F", bound=Form)
# What comes before a change shows what it changes.
_BEFORE = timedelta(days=2)


class Step(Enum):
    """What comes after a form was sent, or was not."""

    SHOW = "show"
    LOOK = "look"
    WRONG = "wrong"
    ASK = "ask"
    SAVE = "save"


def step_of(request: HttpRequest, form_class: type[F], **kwargs: Any) -> tuple[F, Step]:
    """The form as it is now, and what to do. Only `Step.SAVE` may write anything."""
    if request.method != "POST":
        return form_class(**kwargs), Step.SHOW
    sent = request.POST
    if issubclass(form_class, HoursForm) and form_class.rearranges(sent):
        return form_class.rearranged(sent, **kwargs), Step.SHOW
    form = form_class(sent, **kwargs)
    if not form.is_valid():
        return form, Step.WRONG
    if "preview" in sent:
        return form, Step.LOOK
    if isinstance(form, HoursForm) and form.doubts and "sure" not in sent:
        return form, Step.ASK
    return form, Step.SAVE


def status_of(step: Step) -> int:
    """The status of a page that shows the form again."""
    return int(HTTPStatus.UNPROCESSABLE_ENTITY if step in {Step.WRONG, Step.ASK} else HTTPStatus.OK)


@dataclass(frozen=True)
class Preview:
    """Two weeks as residents will see them, or as they see them while nothing new was typed (`is_saved`)."""

    days: list[PreviewDay]
    is_saved: bool
    begins_today: bool

    @property
    def first(self) -> date:
        return self.days[0].day


def look_ahead(calendar: Calendar, *, now: datetime, around: date | None = None, is_saved: bool = False) -> Preview:
    """The two weeks that begin today, or those around a change that comes later."""
    today = now.astimezone(ZoneInfo(calendar.zone)).date()
    is_far = around is not None and around >= today + timedelta(days=PREVIEW_DAYS) - _BEFORE
    first = around - _BEFORE if around is not None and is_far else today
    return Preview(preview(calendar, first), is_saved=is_saved, begins_today=first == today)
