"""The stylesheet that dresses a host in its town's colour: /couleurs.css, because the CSP allows no inline style."""

from hashlib import sha256

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from shared.web.colour import DEFAULT_ACCENT, NotAColourError, Palette, dark_palette, light_palette, normalise

PATH = "/couleurs.css"
_YEAR = 31_536_000
_FIVE_MINUTES = 300


@require_safe
def stylesheet(request: HttpRequest) -> HttpResponseBase:
    """Serve the host's colours: kept for a year under the address that carries their hash, else five minutes."""
    css, version = _css(_accent_of(request))
    response = HttpResponse(css, content_type="text/css; charset=utf-8")
    age = f"{_YEAR}, immutable" if request.GET.get("v") == version else str(_FIVE_MINUTES)
    response["Cache-Control"] = f"public, max-age={age}"
    response["ETag"] = f'"{version}"'
    conditional = get_conditional_response(request, etag=response["ETag"], response=response)
    return response if conditional is None else conditional


def href(accent: str) -> str:
    """Give the address of the stylesheet for an accent; it changes with the colours, so it may be cached for long."""
    return f"{PATH}?v={_css(_checked(accent))[1]}"


def _accent_of(request: HttpRequest) -> str:
    return _checked(getattr(getattr(request, "tenant", None), "accent", ""))


def _checked(accent: str) -> str:
    # A page must never fail for a colour: what was stored before the check existed falls back to ours.
    try:
        return normalise(accent)
    except NotAColourError:
        return DEFAULT_ACCENT


def _css(accent: str) -> tuple[str, str]:
    light, dark = light_palette(accent), dark_palette(accent)
    css = (
        f":root{{{_properties(light, awning=light.accent)}}}\n"
        f"@media (prefers-color-scheme:dark){{:root{{{_properties(dark, awning=dark.accent_tint)}}}}}\n"
    )
    return css, sha256(css.encode()).hexdigest()[:12]


def _properties(palette: Palette, *, awning: str) -> str:
    return ";".join(
        (
            f"--accent:{palette.accent}",
            f"--accent-ink:{palette.accent_ink}",
            f"--accent-strong:{palette.accent_strong}",
            f"--accent-soft:{palette.accent_soft}",
            f"--accent-tint:{palette.accent_tint}",
            f"--awning:{awning}",
        )
    )
