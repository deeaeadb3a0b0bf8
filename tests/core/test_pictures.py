"""What people upload as a photo, and what we keep of it."""

import io
import struct
import zlib
from contextlib import suppress
from pathlib import Path

import pytest
from PIL import Image, ImageCms, ImageDraw

from app.core import pictures
from app.core.files import FolderStore
from app.core.pictures import (
    MOST_OUTPUT_BYTES,
    WIDTHS,
    NotAPicture,
    Photo,
    PictureBroken,
    PictureIsHeic,
    PictureRefused,
    PictureTooHeavy,
    PictureTooSmall,
    PictureTooWide,
    store_photo,
)


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path)


def a_picture(width: int = 800, height: int = 600, mode: str = "RGB") -> Image.Image:
    picture = Image.new("RGB", (width, height), (200, 30, 30))
    ImageDraw.Draw(picture).rectangle((0, 0, width // 2, height // 2), fill=(20, 60, 200))
    return picture.convert(mode)


def encoded(picture: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def kept(store: FolderStore, photo: Photo, width: int = 640, ending: str = "webp") -> Image.Image:
    content = store.get(f"g/{photo.key}-{width}.{ending}")
    assert content is not None
    return Image.open(io.BytesIO(content))


def stored(store: FolderStore, content: bytes) -> Photo:
    return store_photo(io.BytesIO(content), store)


def colour_at(picture: Image.Image, x: float, y: float) -> tuple[int, ...]:
    found = picture.convert("RGB").getpixel((int(x * picture.width), int(y * picture.height)))
    assert isinstance(found, tuple)
    return tuple(int(value) for value in found)


def is_near(found: tuple[int, ...], wanted: tuple[int, int, int], by: int = 24) -> bool:
    return all(abs(a - b) <= by for a, b in zip(found, wanted, strict=True))


def a_png(width: int, height: int, data: bytes = b"", extra: bytes = b"") -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + extra + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def test_every_size_is_made_within_sixty_kilobytes(store: FolderStore) -> None:
    noisy = Image.effect_noise((1600, 1200), 90).convert("RGB")  # nothing is harder to compress
    photo = stored(store, encoded(noisy, quality=95))
    assert (photo.width, photo.height) == (1280, 960)
    assert len(photo.key) == 20
    for width in WIDTHS:
        content = store.get(f"g/{photo.key}-{width}.webp")
        assert content is not None
        assert len(content) <= MOST_OUTPUT_BYTES
        assert kept(store, photo, width).format == "WEBP"
    fallback = store.get(f"g/{photo.key}-640.jpg")
    assert fallback is not None
    assert len(fallback) <= MOST_OUTPUT_BYTES
    assert kept(store, photo, 640, "jpg").format == "JPEG"
    assert kept(store, photo, 320).size == (320, 240)


def test_a_small_picture_is_not_enlarged(store: FolderStore) -> None:
    photo = stored(store, encoded(a_picture(100, 80), "PNG"))
    assert (photo.width, photo.height) == (100, 80)
    assert kept(store, photo, 1280).size == (100, 80)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_the_usual_kinds_are_taken_with_their_colours(store: FolderStore, kind: str) -> None:
    picture = kept(store, stored(store, encoded(a_picture(), kind)))
    assert is_near(colour_at(picture, 0.2, 0.2), (20, 60, 200))
    assert is_near(colour_at(picture, 0.8, 0.8), (200, 30, 30))


def test_the_photo_is_upright_and_says_nothing_of_where_it_was_taken(store: FolderStore) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright
    exif[0x010F] = "MERK-RAHASIA"
    exif.get_ifd(0x8825)[1] = "S"
    exif.get_ifd(0x8825)[2] = (10.0, 10.0, 37.0)
    content = encoded(a_picture(800, 600), exif=exif, comment=b"KOMENTAR-RAHASIA", xmp=b"<x>XMP-RAHASIA</x>", icc_profile=srgb_profile())
    assert all(secret in content for secret in (b"MERK-RAHASIA", b"KOMENTAR-RAHASIA", b"XMP-RAHASIA"))
    photo = stored(store, content)
    assert photo.width < photo.height
    for width, ending in [*((width, "webp") for width in WIDTHS), (640, "jpg")]:
        raw = store.get(f"g/{photo.key}-{width}.{ending}")
        assert raw is not None
        assert b"RAHASIA" not in raw
        assert not any(mark in raw for mark in (b"EXIF", b"Exif", b"XMP ", b"ICCP", b"ICC_PROFILE", b"http://ns.adobe.com"))
        picture = Image.open(io.BytesIO(raw))
        assert not picture.getexif()
        assert not {"exif", "xmp", "icc_profile", "comment"} & set(picture.info)
    # The blue corner was top left; a quarter turn to the right puts it top right.
    assert is_near(colour_at(kept(store, photo), 0.8, 0.2), (20, 60, 200))


def srgb_profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_a_broken_exif_block_does_not_cost_the_photo(store: FolderStore) -> None:
    stored(store, encoded(a_picture(), exif=b"Exif\x00\x00II*\x00\xff\xff\xff\xff" + b"\xff" * 40))


def test_a_broken_colour_profile_does_not_cost_the_photo(store: FolderStore) -> None:
    picture = kept(store, stored(store, encoded(a_picture(), icc_profile=b"not a profile" * 20)))
    assert is_near(colour_at(picture, 0.2, 0.2), (20, 60, 200))


def test_a_cmyk_jpeg_becomes_rgb(store: FolderStore) -> None:
    picture = kept(store, stored(store, encoded(a_picture(mode="CMYK"), quality=95)))
    assert picture.mode == "RGB"
    assert is_near(colour_at(picture, 0.2, 0.2), (20, 60, 200))


def test_a_sixteen_bit_png_keeps_its_brightness(store: FolderStore) -> None:
    deep = Image.new("I;16", (200, 200), 32768)
    picture = kept(store, stored(store, encoded(deep, "PNG")))
    assert is_near(colour_at(picture, 0.5, 0.5), (128, 128, 128), by=4)


@pytest.mark.parametrize("mode", ["P", "RGBA", "LA"])
def test_transparent_parts_are_white(store: FolderStore, mode: str) -> None:
    picture = Image.new("RGBA", (200, 200), (0, 0, 0, 0))
    ImageDraw.Draw(picture).rectangle((0, 0, 100, 200), fill=(40, 40, 40, 255))
    content = encoded(picture.quantize(8) if mode == "P" else picture.convert(mode), "PNG")
    assert Image.open(io.BytesIO(content)).mode == mode
    shown = kept(store, stored(store, content))
    assert is_near(colour_at(shown, 0.9, 0.5), (255, 255, 255), by=6)
    assert is_near(colour_at(shown, 0.2, 0.5), (40, 40, 40), by=12)


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
def test_an_animation_gives_its_first_frame(store: FolderStore, kind: str) -> None:
    frames = [Image.new("RGB", (120, 120), colour) for colour in ((200, 30, 30), (20, 200, 20), (20, 20, 200))]
    picture = kept(store, stored(store, encoded(frames[0], kind, save_all=True, append_images=frames[1:])))
    assert getattr(picture, "n_frames", 1) == 1
    assert is_near(colour_at(picture, 0.5, 0.5), (200, 30, 30))


@pytest.mark.parametrize("tail", [b"<script>alert(1)</script>", b"PK\x03\x04 a zip behind the photo", b"%PDF-1.7"])
def test_nothing_that_hides_behind_a_picture_is_kept(store: FolderStore, tail: bytes) -> None:
    for kind in ("JPEG", "GIF", "PNG"):
        photo = stored(store, encoded(a_picture(100, 100), kind) + tail)
        for width in WIDTHS:
            assert tail not in (store.get(f"g/{photo.key}-{width}.webp") or b"")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"ini bukan foto, ini tulisan",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"%PDF-1.7\n",
        b"GIF89a/*<script>*/",
        b"\xff\xd8\xff",
        b"\x00" * 5000,
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 100 100\n",
    ],
)
def test_a_file_that_is_no_picture_is_refused_whatever_its_name(store: FolderStore, content: bytes) -> None:
    with pytest.raises(PictureRefused) as refusal:
        stored(store, content)
    assert isinstance(refusal.value, (NotAPicture, PictureBroken))


def test_other_picture_kinds_are_refused(store: FolderStore) -> None:
    for kind in ("BMP", "TIFF", "PPM", "ICO"):
        with pytest.raises(NotAPicture):
            stored(store, encoded(a_picture(100, 100), kind))


def test_a_heic_photo_is_refused_with_a_way_out(store: FolderStore) -> None:
    with pytest.raises(PictureIsHeic, match="JPG"):
        stored(store, b"\x00\x00\x00\x18ftypheic" + b"\x00" * 200)


class Endless(io.RawIOBase):
    """A stream of 40 MB that counts what is read of it."""

    given = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        assert 0 < size < 40_000_000, "read without a limit"
        self.given += size
        return b"\xff\xd8\xff\xe0" + b"\x00" * (size - 4)


def test_a_photo_of_40_megabytes_is_refused_without_reading_it_all(store: FolderStore) -> None:
    stream = Endless()
    with pytest.raises(PictureTooHeavy, match="25 MB"):
        store_photo(stream, store)  # type: ignore[arg-type]
    assert stream.given <= pictures.MOST_BYTES + 1


@pytest.mark.parametrize("size", [(8000, 7000), (30_000, 30_000), (2_000_000_000, 2)])
def test_a_decompression_bomb_is_refused_by_its_header(store: FolderStore, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image.Image, "load", lambda *_: pytest.fail("it was decoded"))
    with pytest.raises(PictureTooWide):
        stored(store, a_png(*size, zlib.compress(b"\x00" * 1_000_000)))


def test_a_bomb_of_text_inside_a_small_picture_is_refused(store: FolderStore) -> None:
    body = b"Comment\x00\x00" + zlib.compress(b"A" * 80_000_000, 1)
    chunk = struct.pack(">I", len(body)) + b"zTXt" + body + struct.pack(">I", zlib.crc32(b"zTXt" + body))
    with pytest.raises(PictureRefused):
        stored(store, a_png(100, 100, zlib.compress((b"\x00" + b"\x00" * 300) * 100), extra=chunk))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_truncated_photo_is_refused(store: FolderStore, kind: str) -> None:
    content = encoded(Image.effect_noise((400, 300), 60).convert("RGB"), kind)
    for part in (2, 3, 10):
        with pytest.raises(PictureRefused) as refusal:
            stored(store, content[: len(content) // part])
        assert isinstance(refusal.value, (PictureBroken, NotAPicture))


@pytest.mark.parametrize("size", [(39, 500), (500, 39), (1, 1)])
def test_a_picture_too_small_to_see_is_refused(store: FolderStore, size: tuple[int, int]) -> None:
    with pytest.raises(PictureTooSmall):
        stored(store, encoded(a_picture(*size), "PNG"))


def test_a_thin_tall_picture_still_fits(store: FolderStore) -> None:
    photo = stored(store, encoded(a_picture(40, 20_000), "PNG"))
    assert photo.height <= 2 * WIDTHS[-1]


@pytest.mark.filterwarnings("ignore")
def test_bytes_flipped_anywhere_give_a_photo_or_a_sentence(store: FolderStore) -> None:
    for kind in ("JPEG", "PNG", "WEBP", "GIF"):
        content = bytearray(encoded(a_picture(60, 60), kind))
        for place in range(0, len(content), max(1, len(content) // 25)):
            broken = bytes(content[:place]) + bytes([content[place] ^ 0xFF]) + bytes(content[place + 1 :])
            with suppress(PictureRefused):
                stored(store, broken)


def test_a_refused_photo_leaves_nothing_behind(store: FolderStore, tmp_path: Path) -> None:
    with pytest.raises(PictureRefused):
        stored(store, b"bukan foto")
    assert list(tmp_path.rglob("*")) == []


def test_a_photo_can_be_forgotten(store: FolderStore, tmp_path: Path) -> None:
    photo = stored(store, encoded(a_picture()))
    pictures.delete_photo(photo.key, store)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_the_address_names_key_and_width() -> None:
    assert pictures.picture_url("ab12", 640) == "/berkas/g/ab12-640.webp"
    assert pictures.picture_url("ab12", 640, "jpg") == "/berkas/g/ab12-640.jpg"
