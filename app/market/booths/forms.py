"""What an officer writes down about an edition."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from app.core import clock
from app.core.forms import ChoiceField, DayField, Form, LineField, TimeField
from app.core.words import _l
from app.market.booths.rules import CANCEL_REASONS, LONGEST_EDITION_DAYS


class EditionForm(Form):
    site = ChoiceField(_l("Tempat"), choices=())
    first_day = DayField(_l("Hari pertama"), description=_l("Contoh: 28-11-2026."))
    last_day = DayField(_l("Hari terakhir"), required=False, description=_l("Kosongkan kalau hanya satu hari."))
    opens_at = TimeField(_l("Buka"), description=_l("Contoh: 16.00."))
    closes_at = TimeField(_l("Tutup"))
    arrive_by = TimeField(_l("Penjual melapor paling lambat"))
    close_day = DayField(_l("Permohonan ditutup, hari"))
    close_time = TimeField(_l("Permohonan ditutup, jam"))
    answer_day = DayField(_l("Jawaban paling lambat, hari"))
    answer_time = TimeField(_l("Jawaban paling lambat, jam"))
    name = LineField(_l("Nama khusus"), max=80, required=False, description=_l("Misalnya: Malam Natal. Boleh kosong."))

    def validate(self, extra_validators: Any = None) -> bool:
        return super().validate(extra_validators) and self._order_holds()

    def _order_holds(self) -> bool:
        """Each thing after the one it needs; the sentence stands beside the later one."""
        first, last = self.first_day.data, self.last_day.data or self.first_day.data
        if last < first or (last - first).days >= LONGEST_EDITION_DAYS:
            self.refuse(_l("Hari terakhir tidak boleh sebelum hari pertama, dan satu edisi paling lama 7 hari."), "last_day")
        if self.closes_at.data <= self.opens_at.data:
            self.refuse(_l("Jam tutup harus sesudah jam buka."), "closes_at")
        if self.arrive_by.data > self.opens_at.data:
            self.refuse(_l("Penjual melapor sebelum pasar buka."), "arrive_by")
        opening = at(first, self.opens_at.data)
        if self.applications_close_at >= opening:
            self.refuse(_l("Permohonan harus ditutup sebelum pasar buka."), "close_day")
        if not self.applications_close_at <= self.answers_by < opening:
            self.refuse(_l("Jawaban ditunggu sesudah permohonan ditutup dan sebelum pasar buka."), "answer_day")
        return not self.is_refused

    @property
    def applications_close_at(self) -> datetime:
        return at(self.close_day.data, self.close_time.data)

    @property
    def answers_by(self) -> datetime:
        return at(self.answer_day.data, self.answer_time.data)


def at(day: date, hour: time) -> datetime:
    """A clock time in Kupang as an instant."""
    return clock.at(day, hour.hour, hour.minute)


class ReasonForm(Form):
    """Why an officer ends something; who is concerned reads it."""

    reason = ChoiceField(_l("Alasan"), choices=CANCEL_REASONS.items(), description=_l("Orangnya akan membaca alasan ini."))
