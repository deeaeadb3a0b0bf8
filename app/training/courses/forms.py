"""What a trainer types about a course and its cohorts."""

from __future__ import annotations

from datetime import date

from app.core.forms import ChoiceField, CountField, DayField, Form, LineField, PhotoField, RupiahField, TextField, TickField
from app.core.words import _, _l
from app.training.courses import rules


class CourseForm(Form):
    title = LineField(_l("Nama kelas"), min=4, max=120, missing=_l("Tulis nama kelasnya, misalnya: Menjahit pakaian dengan mesin."))
    vocation = ChoiceField(_l("Bidang"), choices=lambda: list(rules.VOCATIONS.items()))
    summary = LineField(
        _l("Satu atau dua kalimat"),
        min=10,
        max=300,
        missing=_l("Tulis satu kalimat tentang kelas ini."),
        description=_l("Apa yang dipelajari, dan untuk siapa."),
    )
    body = TextField(
        _l("Cerita lengkap"), max=8_000, required=False, description=_l("Boleh kosong. Isi pelajaran, cara belajar, siapa yang mengajar.")
    )
    lesson_hours = CountField(
        _l("Lama belajar (JP)"), min=1, max=rules.MOST_LESSON_HOURS, missing=_l("Tulis jumlah JP."), description=_l("Satu JP = 45 menit.")
    )
    requirements = TextField(_l("Syarat"), max=500, required=False, description=_l("Satu baris satu syarat."))
    provided = TextField(
        _l("Yang disiapkan untuk peserta"), max=500, required=False, description=_l("Satu baris satu hal: alat, bahan, makan siang.")
    )
    cost_rupiah = RupiahField(
        _l("Biaya untuk peserta"), max=rules.MOST_COST_RUPIAH, missing=_l("Tulis 0 kalau gratis."), description=_l("Tulis 0 kalau gratis.")
    )
    certificate = ChoiceField(_l("Sertifikat"), choices=lambda: [(kind.value, words) for kind, words in rules.CERTIFICATES.items()])
    has_childcare = TickField(_l("Ada tempat anak"))
    is_women_only = TickField(_l("Kelas khusus perempuan"))
    photo = PhotoField(_l("Foto (boleh kosong)"))
    photo_alt = LineField(
        _l("Apa yang terlihat di foto"), max=160, required=False, description=_l("Untuk yang tidak bisa melihat fotonya.")
    )


class CohortForm(Form):
    starts_on = DayField(_l("Hari mulai"), missing=_l("Pilih hari mulai."))
    ends_on = DayField(_l("Hari selesai"), missing=_l("Pilih hari selesai."))
    closes_on = DayField(
        _l("Pendaftaran sampai"), missing=_l("Pilih hari terakhir untuk mendaftar."), description=_l("Sampai pukul 23.59 WITA hari itu.")
    )
    schedule = LineField(
        _l("Hari dan jam"), max=160, missing=_l("Tulis hari dan jamnya."), description=_l("Misalnya: Senin–Jumat, 08.00–14.00 WITA.")
    )
    place = LineField(
        _l("Tempat"), max=160, missing=_l("Tulis tempatnya."), description=_l("Nama gedung, ruang, dan cara ke sana dengan angkot.")
    )
    quota = CountField(_l("Jumlah kursi"), min=1, max=rules.MOST_SEATS, missing=_l("Tulis jumlah kursi."))
    least_people = CountField(
        _l("Paling sedikit peserta"),
        min=1,
        max=rules.MOST_SEATS,
        missing=_l("Tulis paling sedikit berapa orang."),
        description=_l("Supaya kelas jadi berjalan."),
    )

    def check_days(self, today: date, began_before: date | None = None) -> bool:
        """Whether the days and numbers fit each other; what does not is said beside its field."""
        fits = True
        if isinstance(self.starts_on.data, date) and isinstance(self.ends_on.data, date) and isinstance(self.closes_on.data, date):
            for fault in rules.day_faults(
                self.starts_on.data, self.ends_on.data, self.closes_on.data, today=today, began_before=began_before
            ):
                field, words = rules.DAY_FAULTS[fault]
                self.refuse(words, field)
                fits = False
        if isinstance(self.quota.data, int) and isinstance(self.least_people.data, int) and self.least_people.data > self.quota.data:
            self.refuse(_("Lebih banyak dari jumlah kursi. Tulis angka yang lebih kecil."), "least_people")
            fits = False
        return fits


class NewCourseForm(CourseForm, CohortForm):
    """A course with its first cohort; `for_places` adds the choice of the organisation."""

    organisation: ChoiceField

    @staticmethod
    def for_places(places: list[tuple[str, str]]) -> type[NewCourseForm]:
        """The form of a trainer who teaches for these organisations (id, name)."""

        class Chosen(NewCourseForm):
            organisation = ChoiceField(_l("Penyelenggara"), choices=places)

        return Chosen
