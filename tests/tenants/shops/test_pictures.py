"""Photographs: believed for what they hold, and kept as nothing but a picture."""

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from shared.tenancy import in_town
from tenants.shops.pictures import LONGEST_SIDE, MAX_BYTES, NAME, PictureError, forget, keep, prepare
from tests.media import keep_media_in


def _file(kind: str, size: tuple[int, int] = (800, 600), mode: str = "RGB", **options: Any) -> bytes:
    written = io.BytesIO()
    Image.new(mode, size, "orange" if mode in {"RGB", "RGBA"} else 0).save(written, kind, **options)
    return written.getvalue()


def _read(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_what_people_have_becomes_a_webp(kind: str) -> None:
    picture = prepare(_file(kind))
    read = _read(picture.content)
    assert (read.format, read.mode, read.size) == ("WEBP", "RGB", (800, 600))


@pytest.mark.parametrize(
    ("size", "expected"), [((4000, 3000), (1200, 900)), ((900, 3000), (360, 1200)), ((300, 250), (300, 250))]
)
def test_it_is_reduced_and_never_enlarged(size: tuple[int, int], expected: tuple[int, int]) -> None:
    picture = prepare(_file("JPEG", size))
    assert (picture.width, picture.height) == expected
    assert max(_read(picture.content).size) <= LONGEST_SIDE


def test_where_and_with_what_it_was_taken_is_gone_and_it_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # taken with the telephone on its side
    exif[0x010F] = "Marque du téléphone"
    exif.get_ifd(0x8825)[2] = (43.0, 30.0, 58.0)  # Istres, to the second
    upload = _file("JPEG", (800, 600), exif=exif, comment=b"chez Alice")

    picture = prepare(upload)

    read = _read(picture.content)
    assert read.size == (600, 800)
    assert dict(read.getexif()) == {}
    assert not {"exif", "icc_profile", "xmp", "comment"} & set(read.info)
    assert b"Marque" not in picture.content


def test_what_was_transparent_is_white() -> None:
    upload = io.BytesIO()
    Image.new("RGBA", (300, 300), (0, 0, 0, 0)).save(upload, "PNG")
    red, green, blue = _read(prepare(upload.getvalue()).content).convert("RGB").getpixel((150, 150))  # type: ignore[misc]  # three bands
    assert min(red, green, blue) > 250


def _display_p3() -> bytes:
    """The profile of a telephone's photographs: the ICC's header, then three primaries and their curve."""

    def fixed(*numbers: float) -> bytes:
        return b"".join(struct.pack(">i", round(number * 65536)) for number in numbers)

    curve = b"para" + bytes(4) + struct.pack(">HH", 3, 0) + fixed(2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
    points = {
        b"wtpt": (0.9642, 1.0, 0.8249),
        b"rXYZ": (0.51512, 0.24120, -0.00105),
        b"gXYZ": (0.29198, 0.69225, 0.04189),
        b"bXYZ": (0.15710, 0.06657, 0.78407),
    }
    tags = {name: b"XYZ " + bytes(4) + fixed(*point) for name, point in points.items()}
    tags |= dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)
    table, data, start = struct.pack(">I", len(tags)), b"", 128 + 4 + 12 * len(tags)
    for name, value in tags.items():
        table += name + struct.pack(">II", start + len(data), len(value))
        data += value
    header = struct.pack(">I4sI4s4s4s", start + len(data), b"", 0x04000000, b"mntr", b"RGB ", b"XYZ ")
    header += bytes(12) + b"acsp" + bytes(28) + fixed(0.9642, 1.0, 0.8249)
    return header.ljust(128, b"\0") + table + data


# The red of sRGB, as a telephone with wide colours writes it.
RED_IN_P3 = (234, 51, 35)


def _colour(picture: Any) -> tuple[int, int, int]:
    red, green, blue = _read(picture.content).convert("RGB").getpixel((150, 150))  # type: ignore[misc]  # three bands
    return red, green, blue


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_the_wide_colours_of_telephones_are_as_bright_on_every_screen(kind: str) -> None:
    upload = io.BytesIO()
    Image.new("RGB", (300, 300), RED_IN_P3).save(upload, kind, icc_profile=_display_p3())
    picture = prepare(upload.getvalue())
    red, green, blue = _colour(picture)
    assert red > 248
    assert max(green, blue) < 12
    assert "icc_profile" not in _read(picture.content).info


def test_without_a_profile_colours_stay_as_they_are() -> None:
    upload = io.BytesIO()
    Image.new("RGB", (300, 300), RED_IN_P3).save(upload, "PNG")
    assert all(abs(is_ - was) < 8 for is_, was in zip(_colour(prepare(upload.getvalue())), RED_IN_P3, strict=True))


def test_what_is_transparent_stays_so_in_wide_colours() -> None:
    upload = io.BytesIO()
    Image.new("RGBA", (300, 300), (*RED_IN_P3, 0)).save(upload, "PNG", icc_profile=_display_p3())
    assert min(_colour(prepare(upload.getvalue()))) > 250


@pytest.mark.parametrize("mode", ["L", "LA", "P", "CMYK"])
@pytest.mark.parametrize("profile", [b"no profile", _display_p3()[:200], _display_p3()])
def test_a_profile_that_is_not_the_pictures_is_left_aside(profile: bytes, mode: str) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"
    assert prepare(_file(kind, mode=mode, icc_profile=profile)).width == 800


@pytest.mark.parametrize("mode", ["L", "P", "LA", "1", "I;16"])
def test_every_kind_of_pixels_is_read(mode: str) -> None:
    assert prepare(_file("PNG", mode=mode)).width == 800


def test_a_cmyk_photograph_is_read() -> None:
    assert _read(prepare(_file("JPEG", mode="CMYK")).content).mode == "RGB"


@pytest.mark.parametrize(
    "upload",
    [
        b"",
        b"GIF89a",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.7",
        b"\x89PNG\r\n\x1a\n" + b"\0" * 100,
        _file("JPEG")[:400],
        _file("PNG")[:200],
        _file("WEBP")[:100],
        _file("GIF"),
        _file("BMP"),
        _file("TIFF"),
    ],
)
def test_anything_else_is_refused_whatever_its_name(upload: bytes) -> None:
    with pytest.raises(PictureError, match="pas une photo lisible"):
        prepare(upload)


def test_a_file_too_heavy_is_refused_before_it_is_read() -> None:
    with pytest.raises(PictureError, match="trop lourde"):
        prepare(b"\xff" * (MAX_BYTES + 1))


def test_a_picture_too_small_to_sell_anything_is_refused() -> None:
    with pytest.raises(PictureError, match="trop petite"):
        prepare(_file("PNG", (150, 800)))


def _bomb(side: int) -> bytes:
    """A PNG of side × side pixels that weighs a few hundred bytes and would take gigabytes to decode."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize("side", [7_000, 12_000, 60_000])
def test_a_bomb_is_refused_by_what_it_says_of_itself(side: int) -> None:
    with pytest.raises(PictureError, match="trop grande"):
        prepare(_bomb(side))


def test_pictures_are_kept_in_their_towns_folder_under_a_name_nobody_guesses(
    istres: Any, viroflay: Any, tmp_path: Path, settings: Any
) -> None:
    keep_media_in(settings, tmp_path)
    picture = prepare(_file("JPEG"))
    with in_town(istres):
        name = keep(picture)
        assert NAME.fullmatch(name.removeprefix("products/"))
        assert keep(picture) != name
    assert len(list((tmp_path / "istres" / "products").iterdir())) == 2

    with in_town(viroflay):
        forget(name)
    assert (tmp_path / "istres" / name).exists()
    with in_town(istres):
        forget(name)
        forget(name)
        forget("")
    assert not (tmp_path / "istres" / name).exists()
