"""Full addresses of pages, for mails and for Stripe, without a request at hand."""

from django.conf import settings

from shared.tenancy import current_town


def host_of(slug: str) -> str:
    """The host on which the platform serves a town that brings no domain of its own."""
    return f"{slug}.{settings.PLATFORM_DOMAIN}"


def base_url(host: str) -> str:
    port = f":{settings.PUBLIC_PORT}" if settings.PUBLIC_PORT else ""
    return f"{settings.PUBLIC_URL_SCHEME}://{host}{port}"


def absolute_url(path: str) -> str:
    """`path` on the host of the current town, or on the platform's when there is none."""
    host = getattr(current_town(), "host", None) or settings.PLATFORM_DOMAIN
    return base_url(host) + path
