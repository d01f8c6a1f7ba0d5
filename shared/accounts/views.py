"""One's account, and taking an invitation up. The rest of sign-in is allauth's, dressed in our templates."""

from http import HTTPStatus
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from allauth.core.internal import ratelimit
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from shared.accounts.forms import InvitationForm
from shared.accounts.invitations import InvitationClosedError, accept, account_of, open_invitation
from shared.accounts.models import Invitation, User
from shared.accounts.roles import role
from shared.web.posted import posted

# Nobody opens sixty invitations in a minute; somebody who guesses tokens does.
RATES = {"invitation": "60/m/ip"}


@never_cache
@login_required
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """Who one is here, and the way to change it."""
    return render(request, "account/account.html")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Show who invites to what; on POST make or find the account, give it the role, sign it in."""
    if not ratelimit.consume(request, app="accounts", action="invitation", config=RATES, limit_get=True):
        limited: HttpResponse = ratelimit.respond_429(request)
        return limited
    now = timezone.now()
    try:
        offered = open_invitation(token=token, now=now)
    except InvitationClosedError:
        return _closed(request)
    known = account_of(offered.email)
    if request.user.is_authenticated and request.user != known:
        # Their session would silently become another person's.
        return _page(request, "account/invitation_other.html", offered)
    form = InvitationForm(posted(request), email=offered.email, known=known)
    if request.method != "POST" or not form.is_valid():
        status = HTTPStatus.OK if request.method != "POST" else HTTPStatus.UNPROCESSABLE_ENTITY
        return _page(request, "account/invitation.html", offered, form=form, known=known, status=status)
    try:
        user = accept(
            token=token,
            name=form.cleaned_data.get("name", ""),
            password=form.cleaned_data.get("password") or None,
            now=now,
        )
    except InvitationClosedError:
        return _closed(request)
    return _enter(request, user, offered)


def _enter(request: HttpRequest, user: User, offered: Invitation) -> HttpResponse:
    home = role(offered.role).home
    if request.user.is_authenticated:
        return redirect(home)
    # The token came by e-mail, as a sign-in code does; a second factor, if there is one, is still asked.
    record_authentication(request, user, method="code", email=offered.email)
    response: HttpResponse = perform_login(request, user, redirect_url=redirect(home).url)
    return response


def _closed(request: HttpRequest) -> HttpResponse:
    return render(request, "account/invitation_closed.html", status=HTTPStatus.GONE)


def _page(
    request: HttpRequest, template: str, offered: Invitation, *, status: HTTPStatus = HTTPStatus.OK, **context: Any
) -> HttpResponse:
    context = {"invitation": offered, "role": role(offered.role), **context}
    return render(request, template, context, status=status)
