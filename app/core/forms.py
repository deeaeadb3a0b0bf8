"""Fields that clean what people type, keep it, and answer with a sentence that says what to do.

Every field renders what was typed, even when it could not be read. Nothing here reaches the database.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from datetime import date, time
from typing import Any

import phonenumbers
import wtforms
from wtforms.validators import StopValidation
from wtforms.widgets import TextArea

from app.core import formats
from app.core.refusals import Refusal
from app.core.words import Lazy, _, _l

Words = Lazy | str

# Control characters, surrogates, private use and noncharacters; what is merely newer than our tables (an emoji) stays.
_CONTROL = "\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\ud800-\\udfff\\ue000-\\uf8ff\\ufdd0-\\ufdef\\ufffe\\uffff\\U000f0000-\\U0010ffff"
# Directional overrides and isolates can make a text read otherwise than it is stored; fillers are letters that nobody sees.
_HIDDEN = (
    "\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180e\\u200b\\u200e\\u200f\\u2028\\u2029\\u202a-\\u202e"
    "\\u2060-\\u206f\\u2800\\u3164\\ufeff\\uffa0\\ufff9-\\ufffb\\U000e0001"
)
_UNSEEN = re.compile(f"[{_CONTROL}{_HIDDEN}]")
MOST_MARKS = 30  # accents on one letter (Unicode's stream-safe text): sorting a hundred thousand of them takes 20 seconds
MOST_RUPIAH = 1_000_000_000  # a billion: beyond any honest price or sum typed here


def clean(text: str, *, lines: bool) -> tuple[str, bool]:
    """The text without what can't be seen (NFC, trimmed), and whether anything had to go that a person should know of."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = _UNSEEN.sub("", text)
    if not kept.isascii():
        kept = _with_few_marks(kept)
    was_dirty = len(kept) != len(text)
    kept = unicodedata.normalize("NFC", kept)
    if not lines:
        kept = " ".join(kept.split())
    return kept.strip(), was_dirty


def _with_few_marks(text: str) -> str:
    kept, run = [], 0
    for character in text:
        run = run + 1 if unicodedata.combining(character) else 0
        if run <= MOST_MARKS:
            kept.append(character)
    return "".join(kept)


def is_visible(text: str) -> bool:
    """Whether there is a letter, a digit, a sign or a picture in it: a title of joiners and accents alone is empty to the reader."""
    return any(unicodedata.category(c)[0] in "LNPS" or unicodedata.category(c) == "Cn" for c in text)


class _Meta(wtforms.Form.Meta):
    def get_translations(self, form: wtforms.Form) -> None:
        return None  # every sentence here is ours


class Form(wtforms.Form):
    """Base of every form. `errors_top` are refusals that belong to no field."""

    Meta = _Meta

    def __init__(self, formdata: Any = None, **kwargs: Any) -> None:
        self.errors_top: list[str] = []
        super().__init__(formdata or None, **kwargs)

    def refuse(self, refusal: Refusal | Words, field: str | None = None) -> None:
        """Put a refusal's words beside a field, or at the top of the form."""
        if field is None:
            self.errors_top.append(str(refusal))
        else:
            self[field].errors = [*self[field].errors, str(refusal)]

    @property
    def is_refused(self) -> bool:
        return bool(self.errors_top or any(f.errors for f in self))


class _Typed(wtforms.StringField):
    """Keeps `typed`, what the person wrote, beside `data`, what it means (None when it can't be read)."""

    def __init__(
        self,
        label: Words,
        *,
        required: bool = True,
        missing: Words | None = None,
        description: Words = "",
        validators: Sequence[Any] = (),
        **kwargs: Any,
    ) -> None:
        self.required = required
        self.missing: Words = missing or _l("Isian ini belum diisi.")
        self.typed = ""
        super().__init__(label, validators, description=description, **kwargs)

    lines = False

    def read(self, typed: str) -> Any:
        """What the typed text means; raises ValueError with a sentence."""
        return typed

    def write(self, data: Any) -> str:
        """How a stored value is shown in the field."""
        return str(data)

    def process_data(self, value: Any) -> None:
        self.data = value
        self.typed = "" if value is None else self.write(value)

    def process_formdata(self, valuelist: list[Any]) -> None:
        raw = valuelist[0] if valuelist and isinstance(valuelist[0], str) else ""
        self.typed, was_dirty = clean(raw, lines=self.lines)
        self.data = None
        if was_dirty:
            raise ValueError(str(_l("Ada tanda yang tidak terlihat dalam tulisan ini. Sudah kami buang. Periksa lagi, lalu kirim.")))
        if not is_visible(self.typed):
            self.typed = ""
        if self.typed:
            self.data = self.read(self.typed)

    def pre_validate(self, form: Any) -> None:
        if self.process_errors:
            raise StopValidation
        if not self.typed:
            if self.required:
                raise StopValidation(str(self.missing))
            self.data = None
            raise StopValidation

    def _value(self) -> str:
        return self.typed


def _check_length(typed: str, low: int, high: int) -> None:
    if len(typed) > high:
        raise ValueError(
            _("Terlalu panjang: paling banyak {most} huruf, sekarang {now}.", most=formats.count(high), now=formats.count(len(typed)))
        )
    if len(typed) < low:
        raise ValueError(_("Terlalu pendek: paling sedikit {least} huruf.", least=low))


class LineField(_Typed):
    """One line of text."""

    def __init__(self, label: Words, *, min: int = 1, max: int = 100, **kwargs: Any) -> None:  # noqa: A002
        self.least, self.most = min, max
        super().__init__(label, **kwargs)

    def read(self, typed: str) -> str:
        _check_length(typed, self.least, self.most)
        return typed


class NameField(LineField):
    """A person's or shop's name: letters of any script, digits, and the signs names have; no pictures."""

    def read(self, typed: str) -> str:
        if not all(unicodedata.category(c)[0] in "LMN" or c in " .,'’ʼ-&/()+" for c in typed) or not any(
            unicodedata.category(c)[0] == "L" for c in typed
        ):
            raise ValueError(_("Tulis nama dengan huruf biasa, tanpa gambar kecil (emoji) atau tanda khusus."))
        return super().read(typed)


class TextField(_Typed):
    """Several lines of text."""

    widget = TextArea()
    lines = True

    def __init__(self, label: Words, *, min: int = 1, max: int = 10_000, **kwargs: Any) -> None:  # noqa: A002
        self.least, self.most = min, max
        super().__init__(label, **kwargs)

    def read(self, typed: str) -> str:
        _check_length(typed, self.least, self.most)
        return typed


class PasswordField(_Typed):
    """A password: never shown again, never trimmed inside."""

    widget = wtforms.widgets.PasswordInput(hide_value=True)

    def __init__(self, label: Words, *, min: int = 1, max: int = 200, **kwargs: Any) -> None:  # noqa: A002
        self.least, self.most = min, max
        super().__init__(label, **kwargs)

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.typed = valuelist[0] if valuelist and isinstance(valuelist[0], str) else ""
        self.data = None
        if self.typed:
            _check_length(self.typed, self.least, self.most)
            self.data = self.typed

    def _value(self) -> str:
        return ""


class PhoneField(_Typed):
    """A phone number in any spelling; `data` is E.164. Other countries' numbers begin with +."""

    def read(self, typed: str) -> str:
        number = read_phone(typed)
        if number is None:
            raise ValueError(_("Nomor ini belum benar. Contoh: 0812-3456-7890. Nomor luar negeri ditulis dengan + di depan."))
        return number

    def write(self, data: Any) -> str:
        return formats.phone(str(data))


def read_phone(typed: str) -> str | None:
    """E.164 of a mobile number (Indonesian unless it begins with +), or None."""
    if len(typed) > 32:
        return None
    try:
        number = phonenumbers.parse(typed, "ID")
    except phonenumbers.NumberParseException:
        return None
    kinds = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)
    if not phonenumbers.is_valid_number(number) or phonenumbers.number_type(number) not in kinds:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


class EmailField(_Typed):
    """An e-mail address; `data` is as `read_email` gives it."""

    widget = wtforms.widgets.EmailInput()

    def read(self, typed: str) -> str:
        address = read_email(typed)
        if address is None:
            raise ValueError(_("Alamat e-mail ini belum benar. Contoh: nama@contoh.id"))
        return address

    def write(self, data: Any) -> str:
        return formats.email(str(data))


MOST_EMAIL_LETTERS = 254


def read_email(typed: str) -> str | None:
    """An e-mail address in one spelling: small letters, the domain as the net writes it (xn--…); None when it is none. Asks no server."""
    from email_validator import EmailNotValidError, validate_email  # here, so that a start does not pay for it

    if len(typed) > MOST_EMAIL_LETTERS:
        return None
    try:
        found = validate_email(typed.strip(), check_deliverability=False, allow_smtputf8=False, strict=True)
    except EmailNotValidError:
        return None
    address = f"{found.local_part}@{found.ascii_domain}".lower()
    return address if len(address) <= MOST_EMAIL_LETTERS else None


class CountField(_Typed):
    """A whole number between two bounds."""

    def __init__(self, label: Words, *, min: int = 0, max: int = 1_000_000, **kwargs: Any) -> None:  # noqa: A002
        self.least, self.most = min, max
        super().__init__(label, **kwargs)

    def read(self, typed: str) -> int:
        number = read_number(typed)
        if number is None:
            raise ValueError(_("Tulis angka saja, misalnya {example}.", example=formats.count(max(self.least, 12))))
        if not self.least <= number <= self.most:
            raise ValueError(_("Tulis angka dari {least} sampai {most}.", least=formats.count(self.least), most=formats.count(self.most)))
        return number


class RupiahField(CountField):
    """An amount in whole rupiah; 15000, 15.000 and Rp15.000 are the same."""

    def __init__(self, label: Words, *, min: int = 0, max: int = MOST_RUPIAH, **kwargs: Any) -> None:  # noqa: A002
        super().__init__(label, min=min, max=max, **kwargs)

    def read(self, typed: str) -> int:
        number = read_number(typed)
        if number is None:
            raise ValueError(_("Tulis angka saja, misalnya 15.000."))
        if not self.least <= number <= self.most:
            raise ValueError(_("Tulis harga dari {least} sampai {most}.", least=formats.rupiah(self.least), most=formats.rupiah(self.most)))
        return number

    def write(self, data: Any) -> str:
        return f"{int(data):,}".replace(",", ".")


_NUMBER = re.compile(r"-?(?:\d{1,15}|\d{1,3}(?:[., ]\d{3}){1,4})")


def read_number(typed: str) -> int | None:
    """A whole number as people write it (dots group thousands), or None."""
    bare = re.sub(r"^(rp\.?|idr)\s*", "", typed.strip(), flags=re.IGNORECASE)
    bare = re.sub(r",(00|-)$", "", bare)
    if not bare.isascii() or not _NUMBER.fullmatch(bare):
        return None
    return int(re.sub(r"[., ]", "", bare))


class DayField(_Typed):
    """A day; the browser's picker or typed as 28-11-2026."""

    widget = wtforms.widgets.DateInput()

    def read(self, typed: str) -> date:
        for pattern, order in ((r"(\d{4})-(\d{1,2})-(\d{1,2})", (0, 1, 2)), (r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})", (2, 1, 0))):
            found = re.fullmatch(pattern, typed) if typed.isascii() else None
            if found:
                try:
                    day = date(*(int(found.groups()[i]) for i in order))
                except ValueError:
                    break
                if 2000 <= day.year <= 2100:
                    return day
        raise ValueError(_("Tulis tanggal seperti 28-11-2026."))

    def write(self, data: Any) -> str:
        return str(data.isoformat())


class TimeField(_Typed):
    """A clock time in Kupang: 16.00 or 16:00."""

    def read(self, typed: str) -> time:
        found = re.fullmatch(r"(\d{1,2})[.:](\d{2})", typed) if typed.isascii() else None
        if not found or int(found[1]) > 23 or int(found[2]) > 59:
            raise ValueError(_("Tulis jam seperti 16.00."))
        return time(int(found[1]), int(found[2]))

    def write(self, data: Any) -> str:
        return f"{data.hour:02d}.{data.minute:02d}"


Choices = Iterable[tuple[str, Words]]


class ChoiceField(_Typed):
    """One of a few; `choices` is a list of (code, words) or a function that gives it. Render with `ui.field` (list) or `ui.choices` (radio lines)."""

    widget = wtforms.widgets.Select()

    def __init__(self, label: Words, *, choices: Choices | Callable[[], Choices], **kwargs: Any) -> None:
        self._choices = choices
        super().__init__(label, **kwargs)
        if "missing" not in kwargs:
            self.missing = _l("Pilih salah satu.")

    @property
    def choices(self) -> list[tuple[str, Words]]:
        return list(self._choices() if callable(self._choices) else self._choices)

    @choices.setter
    def choices(self, value: Choices) -> None:
        self._choices = value

    def pre_validate(self, form: Any) -> None:
        super().pre_validate(form)
        # Here and not in `read`: a view may give the choices after the form was filled.
        if self.typed not in {code for code, _words in self.choices}:
            self.data = None
            raise StopValidation(_("Pilih salah satu dari daftar."))

    def iter_choices(self) -> Iterable[tuple[str, str, bool, dict[str, Any]]]:
        for code, words in self.choices:
            yield code, str(words), code == self.typed, {}

    def has_groups(self) -> bool:
        return False


class TickField(wtforms.BooleanField):
    """A tick box; with `must` it has to be ticked."""

    def __init__(self, label: Words, *, must: Words | None = None, description: Words = "", **kwargs: Any) -> None:
        self.must = must
        super().__init__(label, description=description, **kwargs)

    def pre_validate(self, form: Any) -> None:
        if self.must and not self.data:
            raise StopValidation(str(self.must))


class PhotoField(wtforms.FileField):
    """A photo; `data` is the uploaded file or None. What is in it is looked at by core.pictures."""

    def __init__(
        self, label: Words, *, required: bool = False, missing: Words | None = None, description: Words = "", **kwargs: Any
    ) -> None:
        self.required = required
        self.missing: Words = missing or _l("Pilih satu foto.")
        super().__init__(label, description=description, **kwargs)

    def process_formdata(self, valuelist: list[Any]) -> None:
        found = valuelist[0] if valuelist else None
        self.data = found if getattr(found, "filename", "") else None

    def pre_validate(self, form: Any) -> None:
        if self.required and self.data is None:
            raise StopValidation(str(self.missing))
