"""What a form is bound to."""

from django.http import HttpRequest, QueryDict


def posted(request: HttpRequest) -> QueryDict | None:
    """The data of a POST, empty or not, for a form to check; None for a page that is only read.

    `request.POST or None` would leave the form of an empty POST unchecked, and its errors unsaid.
    """
    return request.POST if request.method == "POST" else None
