"""Tables to take along."""

from __future__ import annotations

import csv
import io

import pytest

from app.core.tables import csv_download, safe_cell


@pytest.mark.parametrize("text", ["=1+1", "+62", "-5", "@SUM(A1)", "\tx", "\rx", "\nx"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert safe_cell(text) == f"'{text}"
    table = csv_download("a.csv", ["x"], [[text]]).get_data(as_text=True).removeprefix("\ufeff")
    assert list(csv.reader(io.StringIO(table, newline="")))[1] == [f"'{text}"]


def test_numbers_stay_numbers_and_nothing_is_empty() -> None:
    answer = csv_download("a.csv", ["rupiah", "who", "words"], [[-5000, None, "biasa, saja"]])
    assert answer.get_data(as_text=True) == '\ufeffrupiah,who,words\r\n-5000,,"biasa, saja"\r\n'
    assert answer.headers["Content-Disposition"] == 'attachment; filename="a.csv"'
