"""Photographs of products: checked by what they hold, turned upright, in plain colours, reduced, stripped of all else.

Nothing that was uploaded is ever kept or served: what is stored is a new file that we wrote.
"""

import io
import re
import uuid
import warnings
from dataclasses import dataclass

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

# A telephone's photograph weighs 3 to 8 MB; the limits are said on the page.
MAX_BYTES = 10 * 1024 * 1024
# 40 megapixels: more than a telephone takes, and 160 MB once decoded, which a worker can bear.
MAX_PIXELS = 40_000_000
MIN_SIDE = 200
LONGEST_SIDE = 1200
QUALITY = 82
FORMATS = ("JPEG", "PNG", "WEBP")
FOLDER = "products"
NAME = re.compile(r"[0-9a-f]{32}\.webp")


class PictureError(ValueError):
    """The file cannot be a product's photograph; the message says why in French."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """A photograph ready to be kept: WebP, without metadata."""

    content: bytes
    width: int
    height: int


def prepare(upload: bytes) -> Picture:
    """Make a clean picture of an uploaded file. Raises PictureError."""
    if len(upload) > MAX_BYTES:
        raise PictureError("Cette photo est trop lourde : dix mégaoctets au plus.")
    image = _opened(upload)
    if min(image.size) < MIN_SIDE:
        raise PictureError(f"Cette photo est trop petite : il faut au moins {MIN_SIDE} pixels de côté.")
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    written = io.BytesIO()
    image.save(written, "WEBP", quality=QUALITY, method=4)
    return Picture(content=written.getvalue(), width=image.width, height=image.height)


def _opened(upload: bytes) -> Image.Image:
    """Decode the first frame, upright, on white, in RGB; the size is read before anything is decoded."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(upload), formats=FORMATS)
            if image.width * image.height > MAX_PIXELS:
                raise PictureError("Cette photo est trop grande : quarante mégapixels au plus.")
            image.draft("RGB", (LONGEST_SIDE * 2, LONGEST_SIDE * 2))
            upright = ImageOps.exif_transpose(image)
            rgba = _in_srgb(upright)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureError("Cette photo est trop grande : quarante mégapixels au plus.") from error
    # Pillow's decoders raise a dozen types on a damaged file, by format and version.
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, ArithmeticError) as error:
        if isinstance(error, PictureError):
            raise
        raise PictureError("Ce fichier n’est pas une photo lisible : choisissez un JPEG, un PNG ou un WebP.") from error
    white = Image.new("RGBA", rgba.size, "white")
    white.alpha_composite(rgba)
    # A new image: no profile, no GPS position, no comment comes along.
    return white.convert("RGB")


def _in_srgb(image: Image.Image) -> Image.Image:
    """The picture in RGBA, its colours as they were meant.

    Telephones photograph in wide colours (Display P3) and say so in a profile. The profile is not kept, and without it
    every browser would read the numbers as sRGB: faded tomatoes.
    """
    profile = image.info.get("icc_profile")
    rgba = image.convert("RGBA")
    if not profile:
        return rgba
    # From the colours that the profile speaks of; a palette's are the picture's.
    plain = {"L": "L", "LA": "L", "CMYK": "CMYK"}.get(image.mode, "RGB")
    source = (rgba if plain == "RGB" else image).convert(plain)
    try:
        converted = ImageCms.profileToProfile(
            source, ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    except (ImageCms.PyCMSError, OSError):
        # A profile that is damaged, or of other colours than the picture's: as if it had none.
        return rgba
    if converted is None:
        raise AssertionError("a copy was asked for")
    converted.putalpha(rgba.getchannel("A"))
    return converted


def keep(picture: Picture) -> str:
    """Store a picture in the current town's folder under a name nobody can guess; the name to keep on the product."""
    return str(default_storage.save(f"{FOLDER}/{uuid.uuid4().hex}.webp", ContentFile(picture.content)))


def forget(name: str) -> None:
    """Remove a picture of the current town; one that is gone already is gone."""
    if name:
        default_storage.delete(name)
