"""Reports: one case a thing, one decision, a second look by somebody else; nothing happens by itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from app.accounts.notices.models import Notice
from app.accounts.reports import actions, contrib, queries, rules
from app.accounts.reports.models import Appeal, Report, ReportCase
from app.accounts.reports.rules import CaseState, Decision, Reason
from app.community.threads import actions as threads
from app.community.threads.models import Post, Room, State, Thread
from app.core import clock, once
from app.core.access import Actor, Role
from app.core.audit import AuditRow
from app.core.db import reading, transaction
from app.core.refusals import NotAllowed, NotThere, TooFast
from tests.community.factories import a_calm_room, a_person, a_room
from tests.conftest import Client


def moderator(name: str = "Moderator Satu") -> Actor:
    return a_person(name, Role.MODERATOR)


def a_reply(writer: Actor, room: str = "") -> int:
    """A reply of this writer in somebody else's thread; its id."""
    with reading() as session:
        is_there = session.scalar(select(Room.id).where(Room.slug == (room or "usaha")))
    if is_there is None:
        room = a_calm_room() if room else a_room()
    thread_id = threads.start_thread(a_person("Penanya"), room or "usaha", "Harga", "Berapa harga keripik?", once.new_key())
    return threads.reply(writer, thread_id, "Dua belas ribu, hubungi saya.", once.new_key())


def a_case(kind: str = "reply", subject_id: int = 0, reason: Reason = Reason.FRAUD, by: Actor | None = None) -> int:
    """The open case of a thing after one report; its id."""
    actions.report(by or a_person("Pelapor"), kind, subject_id, reason, "")
    with reading() as session:
        return queries.open_case_of(session, kind, subject_id) or 0


def case_of(case_id: int) -> queries.Case:
    with reading() as session:
        found = queries.case(session, case_id)
    assert found is not None
    return found


def state_of(post_id: int) -> State:
    with reading() as session:
        return session.scalars(select(Post.state).where(Post.id == post_id)).one()


def told(person: Actor) -> list[str]:
    with reading() as session:
        rows = session.scalars(select(Notice.kind).where(Notice.person_id == person.person_id).order_by(Notice.id))
        return [kind for kind in rows if kind.startswith(("report", "appeal"))]


@pytest.mark.both
def test_many_reports_join_one_open_case(app: Flask) -> None:
    reply_id = a_reply(a_person("Penulis"))
    for number, reason in enumerate([Reason.RUDE, Reason.EXPOSED, Reason.FRAUD]):
        actions.report(a_person(f"Pelapor {number}"), "reply", reply_id, reason, "Lihat sendiri")
    with reading() as session:
        (case,) = queries.queue(session)
        assert case.reason is Reason.EXPOSED  # the gravest
        assert queries.reasons_of(session, [case.id])[case.id] == {Reason.RUDE: 1, Reason.EXPOSED: 1, Reason.FRAUD: 1}
        assert [said.words for said in queries.said_in(session, case.id)] == ["Lihat sendiri"] * 3
        assert b"Lihat" not in b"".join(filter(None, session.scalars(select(Report.words))))


@pytest.mark.both
def test_a_person_reports_a_thing_once_while_it_is_open(app: Flask) -> None:
    rina, reply_id = a_person("Rina"), a_reply(a_person("Penulis"))
    case_id = a_case(subject_id=reply_id, by=rina)
    with pytest.raises(actions.AlreadyReported):
        actions.report(rina, "reply", reply_id, Reason.RUDE, "")
    actions.decide(moderator(), case_id, 1, Decision.NO_VIOLATION)
    assert a_case(subject_id=reply_id, by=rina) != case_id


def test_one_does_not_report_oneself_nor_what_is_not_there(app: Flask) -> None:
    writer = a_person("Penulis")
    with pytest.raises(actions.YourOwn):
        actions.report(writer, "reply", a_reply(writer), Reason.OTHER, "")
    for kind, subject_id in (("reply", 987), ("dapur", 1)):
        with pytest.raises(NotThere):
            actions.report(writer, kind, subject_id, Reason.OTHER, "")


@pytest.mark.both
def test_twenty_reports_change_nothing_by_themselves(app: Flask) -> None:
    reply_id = a_reply(a_person("Penulis"))
    for number in range(20):
        actions.report(a_person(f"Pelapor {number}"), "reply", reply_id, Reason.JOB_ABROAD, "")
    assert state_of(reply_id) is State.SHOWN


def test_the_queue_has_the_gravest_first_then_the_oldest(app: Flask) -> None:
    cases = [
        a_case(subject_id=a_reply(a_person("Penulis")), reason=reason)
        for reason in (Reason.RUDE, Reason.FRAUD, Reason.EXPOSED, Reason.FRAUD)
    ]
    with reading() as session:
        assert [case.id for case in queries.queue(session)] == [cases[2], cases[1], cases[3], cases[0]]


@pytest.mark.both
def test_what_is_taken_down_goes_and_both_sides_are_told(app: Flask, run_outbox: Callable[[], int]) -> None:
    writer, rina, first = a_person("Penulis"), a_person("Rina"), moderator()
    reply_id = a_reply(writer)
    case_id = a_case(subject_id=reply_id, by=rina)
    actions.take_up(first, case_id, 1)
    actions.decide(first, case_id, 2, Decision.TAKEN_DOWN)
    run_outbox()
    assert state_of(reply_id) is State.REMOVED
    assert (told(rina), told(writer)) == ([contrib.ANSWERED], [contrib.DECIDED])
    with reading() as session:
        trail = session.execute(select(AuditRow.act, AuditRow.codes).where(AuditRow.subject == "report_case").order_by(AuditRow.id)).all()
    assert [row.act for row in trail] == ["report.taken_up", "report.decided"]
    assert trail[1].codes == {"decision": "taken_down", "kind": "reply", "subject": reply_id, "reason": "fraud"}


def test_where_nothing_was_found_only_the_reporter_is_told(app: Flask, run_outbox: Callable[[], int]) -> None:
    writer, rina = a_person("Penulis"), a_person("Rina")
    actions.decide(moderator(), a_case(subject_id=a_reply(writer), by=rina), 1, Decision.NO_VIOLATION)
    run_outbox()
    assert (told(rina), told(writer)) == ([contrib.ANSWERED], [])


def test_a_thread_taken_down_is_no_page_and_comes_back(app: Flask, client: Client) -> None:
    writer = a_person("Penulis")
    a_room()
    thread_id = threads.start_thread(writer, "usaha", "Kerja di luar negeri", "Gaji besar.", once.new_key())
    assert client.get(f"/komunitas/t/{thread_id}-kerja-di-luar-negeri").status_code == 200
    case_id = a_case("thread", thread_id)
    actions.decide(moderator(), case_id, 1, Decision.TAKEN_DOWN)
    assert client.get(f"/komunitas/t/{thread_id}-kerja-di-luar-negeri").status_code == 404
    actions.appeal(writer, case_id, "Saya hanya bertanya.")
    actions.decide_appeal(moderator("Moderator Dua"), case_id, 1, falls=True)
    assert client.get(f"/komunitas/t/{thread_id}-kerja-di-luar-negeri").status_code == 200
    with reading() as session:
        assert session.scalar(select(Room.thread_count)) == 1


@pytest.mark.both
def test_the_second_moderator_is_told_who_was_first(app: Flask) -> None:
    one, two = moderator(), moderator("Moderator Dua")
    case_id = a_case(subject_id=a_reply(a_person("Penulis")))
    actions.take_up(one, case_id, 1)
    with pytest.raises(actions.SomebodyWasFirst, match="Moderator") as refused:
        actions.decide(two, case_id, 1, Decision.WARNED)
    assert "Moderator Satu" in str(refused.value)
    with pytest.raises(actions.SomebodyWasFirst):
        actions.decide(two, case_id, 2, Decision.WARNED)  # even with the newest version: it is in another's hands
    actions.let_go(one, case_id, 2)
    actions.decide(two, case_id, 3, Decision.WARNED)
    assert case_of(case_id).decided_by == "Moderator Dua"


def test_a_case_left_lying_for_a_day_is_anybodys_again(app: Flask) -> None:
    one, two = moderator(), moderator("Moderator Dua")
    case_id = a_case(subject_id=a_reply(a_person("Penulis")))
    actions.take_up(one, case_id, 1)
    with transaction() as session:
        session.execute(update(ReportCase).values(taken_at=clock.now() - rules.HOLDS - timedelta(minutes=1)))
    actions.take_up(two, case_id, 2)
    assert case_of(case_id).taken_by == "Moderator Dua"


def test_nobody_judges_her_own_or_what_she_reported(app: Flask) -> None:
    writer, reporter = moderator("Penulis"), moderator("Pelapor")
    case_id = a_case(subject_id=a_reply(writer), by=reporter)
    for somebody in (writer, reporter):
        with pytest.raises(NotAllowed):
            actions.decide(somebody, case_id, 1, Decision.NO_VIOLATION)


def test_what_was_passed_on_is_for_admins(app: Flask) -> None:
    case_id = a_case(subject_id=a_reply(a_person("Penulis")))
    actions.pass_on(moderator(), case_id, 1)
    with pytest.raises(NotAllowed):
        actions.decide(moderator("Moderator Dua"), case_id, 2, Decision.WARNED)
    actions.decide(a_person("Kelola", Role.ADMIN), case_id, 2, Decision.WARNED)
    assert case_of(case_id).state is CaseState.DECIDED


def test_what_cannot_be_taken_down_is_not(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    import dataclasses

    case_id = a_case(subject_id=a_reply(a_person("Penulis")))
    whole = queries.subject_of("reply")
    assert whole is not None
    monkeypatch.setattr(queries, "subject_of", lambda _kind: dataclasses.replace(whole, take_down=None))
    with pytest.raises(actions.NotOffered):
        actions.decide(moderator(), case_id, 1, Decision.TAKEN_DOWN)
    assert case_of(case_id).state is CaseState.OPEN


# Appeals


@pytest.mark.both
def test_a_decision_is_appealed_once_by_whose_thing_it_is(app: Flask, run_outbox: Callable[[], int]) -> None:
    writer, first = a_person("Penulis"), moderator()
    reply_id = a_reply(writer)
    case_id = a_case(subject_id=reply_id)
    with pytest.raises(NotThere):
        actions.appeal(writer, case_id, "Belum diputuskan.")
    actions.decide(first, case_id, 1, Decision.TAKEN_DOWN)
    with pytest.raises(NotThere):
        actions.appeal(a_person("Orang lain"), case_id, "Bukan milik saya.")
    actions.appeal(writer, case_id, "Itu nomor toko saya sendiri.")
    with pytest.raises(actions.AlreadyAppealed):
        actions.appeal(writer, case_id, "Sekali lagi.")
    with pytest.raises(NotAllowed):
        actions.decide_appeal(first, case_id, 1, falls=False)
    second = moderator("Moderator Dua")
    actions.decide_appeal(second, case_id, 1, falls=True)
    with pytest.raises(actions.SomebodyWasFirst, match="Moderator") as refused:
        actions.decide_appeal(moderator("Moderator Tiga"), case_id, 1, falls=False)
    assert "Moderator Dua" in str(refused.value)
    run_outbox()
    assert state_of(reply_id) is State.SHOWN
    assert told(writer) == [contrib.DECIDED, contrib.APPEAL]
    with reading() as session:
        assert b"nomor" not in (session.scalars(select(Appeal.words)).one() or b"")


def test_an_admin_looks_again_where_there_is_no_other_moderator(app: Flask) -> None:
    writer, first, admin = a_person("Penulis"), moderator(), a_person("Kelola", Role.ADMIN)
    case_id = a_case(subject_id=a_reply(writer))
    actions.decide(first, case_id, 1, Decision.WARNED)
    actions.appeal(writer, case_id, "Saya sopan.")
    other = moderator("Moderator Dua")
    with pytest.raises(NotAllowed):
        actions.decide_appeal(admin, case_id, 1, falls=True)
    with transaction() as session:
        session.execute(update(Thread).values(is_closed=False))
        from app.accounts.people.models import PersonRole

        session.query(PersonRole).filter(PersonRole.person_id == other.person_id).delete()
    actions.decide_appeal(admin, case_id, 1, falls=True)


def test_an_appeal_comes_within_thirty_days(app: Flask) -> None:
    writer = a_person("Penulis")
    case_id = a_case(subject_id=a_reply(writer))
    actions.decide(moderator(), case_id, 1, Decision.WARNED)
    with transaction() as session:
        session.execute(update(ReportCase).values(decided_at=clock.now() - timedelta(days=31)))
    with pytest.raises(actions.AppealTooLate):
        actions.appeal(writer, case_id, "Terlambat.")


# Rooms of pseudonyms


@pytest.mark.both
def test_in_a_room_of_pseudonyms_no_row_names_writer_or_reporter(
    app: Flask, run_outbox: Callable[[], int], sign_in: Callable[[int], Client]
) -> None:
    writer, rina = a_person("Penulis"), a_person("Rina")
    reply_id = a_reply(writer, "hati-tenang")
    case_id = a_case(subject_id=reply_id, by=rina)
    with pytest.raises(actions.AlreadyReported):
        actions.report(rina, "reply", reply_id, Reason.RUDE, "")
    with pytest.raises(actions.YourOwn):
        actions.report(writer, "reply", reply_id, Reason.RUDE, "")
    actions.decide(moderator(), case_id, 1, Decision.TAKEN_DOWN)
    run_outbox()
    with reading() as session:
        assert session.scalars(select(Report.reporter_id)).all() == [None]
        assert session.scalar(select(func.count()).select_from(Notice).where(Notice.kind.like("report%"))) == 0
    # The writer finds the decision from the place of the reply; nobody else does.
    browser = sign_in(writer.person_id)
    led = browser.get(f"/lapor/putusan/reply/{reply_id}")
    assert (led.status_code, led.location) == (303, f"/lapor/banding/{case_id}")
    assert sign_in(rina.person_id).get(f"/lapor/putusan/reply/{reply_id}").status_code == 404
    assert browser.fill(led.location, {"words": "Saya tidak menipu."}).status_code == 303
    with reading() as session:
        row = session.execute(select(Appeal.__table__)).mappings().one()
        assert writer.person_id not in [value for name, value in row.items() if name not in ("id", "case_id", "version")]


# Pages


def test_a_report_is_sent_answered_and_read(app: Flask, sign_in: Callable[[int], Client], run_outbox: Callable[[], int]) -> None:
    writer, rina, one = a_person("Penulis"), a_person("Rina Pelapor"), moderator()
    reply_id = a_reply(writer)
    phone, desk = sign_in(rina.person_id), sign_in(one.person_id)
    with reading() as session:
        thread_id = session.scalars(select(Post.thread_id).where(Post.id == reply_id)).one()
    assert f'href="/lapor/reply/{reply_id}"' in phone.get(f"/komunitas/t/{thread_id}-harga").get_data(as_text=True)
    assert f'href="/lapor/reply/{reply_id}"' not in sign_in(writer.person_id).get(f"/komunitas/t/{thread_id}-harga").get_data(as_text=True)
    refused = phone.fill(f"/lapor/reply/{reply_id}", {"words": "Menipu saya"})
    assert refused.status_code == 422
    assert "Menipu saya" in refused.get_data(as_text=True)
    assert (
        phone.fill(f"/lapor/reply/{reply_id}", {"reason": "fraud", "words": "Menipu saya"}, action=f"/lapor/reply/{reply_id}").status_code
        == 303
    )
    assert "sedang kami periksa" in phone.get(f"/lapor/reply/{reply_id}").get_data(as_text=True)
    with reading() as session:
        case_id = queries.open_case_of(session, "reply", reply_id)
    shown = desk.get(f"/petugas/laporan/{case_id}").get_data(as_text=True)
    assert "Menipu saya" in shown
    assert "Rina Pelapor" not in shown
    assert desk.fill(f"/petugas/laporan/{case_id}", {"putusan": "warned"}, action=f"/petugas/laporan/{case_id}/putus").status_code == 303
    run_outbox()
    assert "Diperingatkan" in phone.get("/lapor").get_data(as_text=True)
    answer = sign_in(writer.person_id).get(f"/lapor/banding/{case_id}").get_data(as_text=True)
    assert str(rules.RULE_WORDS[Reason.FRAUD]) in answer
    assert "Rina Pelapor" not in answer


def test_reports_have_a_brake(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.core import brakes

    monkeypatch.setattr(brakes, "are_on", lambda: True)
    rina, replies = a_person("Rina"), [a_reply(a_person("Penulis")) for _ in range(11)]
    for reply_id in replies[:10]:
        actions.report(rina, "reply", reply_id, Reason.OTHER, "")
    with pytest.raises(TooFast):
        actions.report(rina, "reply", replies[10], Reason.OTHER, "")


@pytest.mark.both
def test_whoever_leaves_takes_name_and_words_out_of_the_reports(app: Flask) -> None:
    rina, reply_id = a_person("Rina"), a_reply(a_person("Penulis"))
    actions.report(rina, "reply", reply_id, Reason.FRAUD, "Menipu saya")
    with reading() as session:
        (mine,) = queries.data_of(session, rina.person_id)
    assert mine["text"] == "Menipu saya"
    with transaction() as session:
        contrib._leave(session, rina.person_id, clock.now())
    with reading() as session:
        assert [tuple(row) for row in session.execute(select(Report.reporter_id, Report.words))] == [(None, None)]


def test_the_queue_stays_within_its_statements(app: Flask, sign_in: Callable[[int], Client], sql_count: Callable[[], object]) -> None:
    desk, counts = sign_in(moderator().person_id), []
    for _turn in range(2):
        for _one in range(3):
            a_case(subject_id=a_reply(a_person("Penulis")))
        with sql_count() as counted:  # type: ignore[attr-defined]
            assert desk.get("/petugas/laporan").status_code == 200
        counts.append(len(counted))
    assert counts[1] <= counts[0] <= 12
