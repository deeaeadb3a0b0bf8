"""Whenever the sample city is loaded, some market is near."""

from datetime import datetime, timedelta, timezone

import pytest

from app.demo.calendar import Phase, editions
from app.demo.content.booths import SABOAK, WEDNESDAY

MONDAY = datetime(2026, 11, 16, 0, 30, tzinfo=timezone.utc)


@pytest.mark.parametrize("hours", range(0, 7 * 24, 5))
def test_every_hour_of_the_week_has_a_market_to_answer_for(hours: int) -> None:
    now = MONDAY + timedelta(hours=hours)
    made = editions(SABOAK, now, past=3, ahead=3)
    assert [edition.weeks_away for edition in made] == [-3, -2, -1, 0, 1, 2]
    assert [edition.phase for edition in made[:3]] == [Phase.OVER] * 3
    assert all(edition.closes_at(edition.days[-1]) <= now for edition in made[:3])
    first = made[3]
    assert first.closes_at(first.days[-1]) > now
    assert [edition.phase for edition in made].count(Phase.ANSWERING) == 1
    assert made[-1].phase is Phase.APPLYING
    answering = next(edition for edition in made if edition.phase is Phase.ANSWERING)
    assert answering.answer_by > now
    assert made[-1].applications_close_at > now


@pytest.mark.parametrize("hours", range(0, 7 * 24, 11))
def test_a_wednesday_market_is_always_ahead(hours: int) -> None:
    now = MONDAY + timedelta(hours=hours)
    over, running, coming = editions(WEDNESDAY, now, past=1, ahead=2)
    assert over.closes_at(over.days[0]) <= now < running.closes_at(running.days[0])
    assert coming.opens_at(coming.days[0]) > now
    assert running.days[0].weekday() == 2
