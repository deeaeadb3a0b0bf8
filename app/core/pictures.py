"""Photos from people: proved to be pictures, turned upright, freed of everything but the picture, made small.

What is stored is always our own encoding, so nothing that was hidden in the upload (place, camera, comments, a second
file behind the first) survives. Called outside transactions: it takes some tenths of a second.
"""

import io
import logging
import secrets
import threading
from dataclasses import dataclass
from typing import IO

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from app.core.files import FileStore, file_store
from app.core.refusals import Refusal
from app.core.words import _l

MOST_BYTES = 25 * 1024 * 1024
MOST_PIXELS = 50_000_000  # a 50-megapixel phone camera; more is a drawing made to fill memory
LEAST_SIDE = 40
WIDTHS = (160, 320, 640, 1280)
WORKING_SIDE = 2560  # twice the largest width: enough to shrink from
FALLBACK_WIDTH = 640  # as JPEG, for readers whose browser knows no WebP
MOST_OUTPUT_BYTES = 60 * 1024  # product.md: what one picture may cost a prepaid phone
QUALITIES = (80, 70, 60, 50, 40, 30, 20)
KEY_BYTES = 10  # 80 bits: an address nobody guesses
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
FAMILY = "g"
PAPER = (255, 255, 255)  # what shows through transparent parts
_HEIC = (b"ftypheic", b"ftypheix", b"ftyphevc", b"ftypmif1", b"ftypmsf1", b"ftypheim")

# Pillow looks at the header itself, before we do: it warns above this and refuses above twice this.
Image.MAX_IMAGE_PIXELS = MOST_PIXELS

log = logging.getLogger("katong.pictures")
# A large PNG takes some 200 MB while it is decoded: one at a time in a process.
_decoding = threading.Lock()


class PictureRefused(Refusal):
    """The upload can't become a picture here."""

    words = _l("Foto ini belum bisa dipakai. Coba foto lain.")


class NotAPicture(PictureRefused):
    words = _l("Berkas ini bukan foto. Pilih foto JPG, PNG, atau WebP dari HP Anda.")


class PictureIsHeic(NotAPicture):
    words = _l("Foto HEIC dari iPhone belum bisa dibaca di sini. Simpan sebagai JPG dulu, atau kirim tangkapan layarnya.")


class PictureTooHeavy(PictureRefused):
    words = _l("Foto ini terlalu besar. Paling besar 25 MB. Pilih foto lain, atau kecilkan dulu di HP Anda.")


class PictureTooWide(PictureRefused):
    words = _l("Ukuran gambar ini terlalu lebar atau terlalu tinggi. Pilih foto biasa dari kamera HP.")


class PictureTooSmall(PictureRefused):
    words = _l("Foto ini terlalu kecil. Pilih foto yang lebih besar, paling sedikit 40 titik tiap sisi.")


class PictureBroken(PictureRefused):
    words = _l("Foto ini rusak atau terpotong. Kirim lagi, atau pilih foto lain.")


@dataclass(frozen=True, slots=True)
class Photo:
    """A stored photo: its key and the size in pixels of its largest form."""

    key: str
    width: int
    height: int


def picture_name(key: str, width: int, ending: str = "webp") -> str:
    """The file name of one size: `<key>-640.webp`."""
    return f"{key}-{width}.{ending}"


def picture_url(key: str, width: int, ending: str = "webp") -> str:
    """The address of one size. `width` is one of `WIDTHS`; every photo has every width (small ones repeat their largest)."""
    return f"/berkas/{FAMILY}/{picture_name(key, width, ending)}"


def store_photo(stream: IO[bytes], store: FileStore | None = None) -> Photo:
    """Check, clean, shrink and keep a photo. Raises `PictureRefused` with the sentence for the person."""
    content = stream.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise PictureTooHeavy
    with _decoding:
        picture = _decoded(content)
    del content
    files = _sizes(picture)
    key = secrets.token_hex(KEY_BYTES)
    store = store or file_store()
    for (width, ending), encoded in files.items():
        store.put(f"{FAMILY}/{picture_name(key, width, ending)}", encoded)
    largest = _fitted_size(picture.size, WIDTHS[-1])
    return Photo(key, *largest)


def delete_photo(key: str, store: FileStore | None = None) -> None:
    """Forget every size of a photo."""
    store = store or file_store()
    for width in WIDTHS:
        store.delete(f"{FAMILY}/{picture_name(key, width)}")
    store.delete(f"{FAMILY}/{picture_name(key, FALLBACK_WIDTH, 'jpg')}")


def _decoded(content: bytes) -> Image.Image:
    """The first frame, upright, in sRGB without transparency and small enough to work on."""
    if content[4:12] in _HEIC:
        raise PictureIsHeic
    try:
        picture: Image.Image = Image.open(io.BytesIO(content), formats=FORMATS)
        _check_size(picture.size)
        if picture.format == "JPEG":
            # Decode at a fraction of the size: memory and time stay small for a 50-megapixel photo.
            picture.draft("CMYK" if picture.mode == "CMYK" else "RGB", (WORKING_SIDE, WORKING_SIDE))
        picture.load()
        profile = picture.info.get("icc_profile")
        if picture.mode in ("P", "PA", "1"):  # palettes can't be averaged
            picture = picture.convert("RGBA" if picture.mode == "PA" or "transparency" in picture.info else "RGB")
        if picture.mode in ("RGB", "RGBA", "L", "LA", "CMYK"):
            picture.thumbnail((WORKING_SIDE, WORKING_SIDE), Image.Resampling.BOX)  # the steps below then work on few pixels
        return _on_paper(_in_srgb(_upright(picture), profile))
    except Refusal:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PictureTooWide from None
    except UnidentifiedImageError:
        raise NotAPicture from None
    except Exception as error:  # noqa: BLE001 - decoders meet hostile bytes here and raise whatever they like
        log.info("picture refused: %s", type(error).__name__)
        raise PictureBroken from None


def _upright(picture: Image.Image) -> Image.Image:
    """Turned as the camera was held; a broken EXIF block is no reason to refuse a picture."""
    try:
        return ImageOps.exif_transpose(picture)
    except Exception as error:  # noqa: BLE001 - the EXIF parser meets hostile bytes too
        log.info("EXIF left aside: %s", type(error).__name__)
        return picture


def _check_size(size: tuple[int, int]) -> None:
    """Judge by the header, before a single pixel is decoded."""
    width, height = size
    if width * height > MOST_PIXELS:
        raise PictureTooWide
    if min(size) < LEAST_SIDE:
        raise PictureTooSmall


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """The colours as a screen without colour management shows them best. A broken profile is left aside."""
    if picture.mode.startswith("I"):
        # 16 bits a pixel: a plain conversion would show everything above 255 as white.
        return picture.convert("I").point(lambda value: value / 257).convert("L")
    if profile and picture.mode in ("RGB", "CMYK", "L"):
        try:
            target = ImageCms.createProfile("sRGB")
            made = ImageCms.profileToProfile(picture, ImageCms.ImageCmsProfile(io.BytesIO(profile)), target, outputMode="RGB")
            if made is not None:
                return made
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass
    return picture


def _on_paper(picture: Image.Image) -> Image.Image:
    """RGB, transparent parts on white."""
    if picture.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in picture.info:
        layered = picture.convert("RGBA")
        paper = Image.new("RGB", layered.size, PAPER)
        paper.paste(layered, mask=layered.getchannel("A"))
        return paper
    return picture.convert("RGB")


def _fitted_size(size: tuple[int, int], most_width: int) -> tuple[int, int]:
    """The size for a width, never enlarged; a very tall picture is held to twice the width in height."""
    width, height = size
    scale = min(1.0, most_width / width, 2 * most_width / height)
    return max(1, round(width * scale)), max(1, round(height * scale))


def _sizes(picture: Image.Image) -> dict[tuple[int, str], bytes]:
    """Every form we serve, largest first, each made from the one before: cheaper, and as sharp."""
    files: dict[tuple[int, str], bytes] = {}
    current = picture
    for width in sorted(WIDTHS, reverse=True):
        fitted = _fitted_size(picture.size, width)
        if fitted != current.size:
            current = current.resize(fitted, Image.Resampling.LANCZOS)
        files[width, "webp"] = _encoded(current, "WEBP")
        if width == FALLBACK_WIDTH:
            files[width, "jpg"] = _encoded(current, "JPEG")
    return files


def _encoded(picture: Image.Image, kind: str) -> bytes:
    """The picture within `MOST_OUTPUT_BYTES`: quality goes down first, then size."""
    clean = Image.new("RGB", picture.size)
    clean.paste(picture)  # pixels alone: no info dictionary, so no metadata to write
    quality = QUALITIES[0]
    while True:
        out = io.BytesIO()
        if kind == "WEBP":
            clean.save(out, "WEBP", quality=quality, method=2)
        else:
            clean.save(out, "JPEG", quality=quality, optimize=True, progressive=True)
        excess = out.tell() / MOST_OUTPUT_BYTES
        if excess <= 1:
            return out.getvalue()
        lower = [step for step in QUALITIES if step < quality]
        if lower:
            # Far over the limit, small steps only cost time.
            quality = lower[0] if excess < 1.4 else lower[len(lower) // 2] if excess < 3 else lower[-1]
        else:
            scale = max(0.3, min(0.9, excess**-0.5 * 0.95))
            clean = clean.resize((max(1, int(clean.width * scale)), max(1, int(clean.height * scale))), Image.Resampling.LANCZOS)
