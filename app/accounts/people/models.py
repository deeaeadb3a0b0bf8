"""People, their roles, their signed-in devices, what proves them, and what they agreed to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, SmallInteger, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.access import Role
from app.core.db import Base, Id, code_type


class Person(Base):
    __tablename__ = "person"
    __table_args__ = (
        # Nobody learns from signing up whose number is known here: up to three accounts may name a number, one may have proven it.
        UniqueConstraint("phone", "phone_slot", name="uq_person_phone_slot"),
        CheckConstraint("phone_slot BETWEEN 0 AND 2", name="phone_slot"),
        Index(
            "uq_person_phone_proven",
            "phone",
            unique=True,
            sqlite_where=text("phone_proven_at IS NOT NULL"),
            postgresql_where=text("phone_proven_at IS NOT NULL"),
        ),
        UniqueConstraint("email", name="uq_person_email"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(100))  # shown to others; may be a nickname
    phone: Mapped[str | None] = mapped_column(String(16))  # E.164
    phone_slot: Mapped[int] = mapped_column(SmallInteger, default=0, server_default=text("0"))
    phone_proven_at: Mapped[datetime | None]
    phone_lost_at: Mapped[datetime | None]  # it was proven here, then by somebody else: it still signs in, nothing goes to it
    email: Mapped[str | None] = mapped_column(String(254))  # only once its link was opened
    email_proven_at: Mapped[datetime | None]
    password_hash: Mapped[str | None] = mapped_column(String(200))
    greeting: Mapped[str] = mapped_column(String(8), default="")  # Kaka, Mama, Bapa, Om, Tanta or nothing
    place_code: Mapped[str | None] = mapped_column(String(16))  # core.places
    about: Mapped[str] = mapped_column(String(500), default="")  # what one offers, in one's own words
    picture_key: Mapped[str | None] = mapped_column(String(64))  # core.pictures
    made_at: Mapped[datetime] = mapped_column(index=True)
    suspended_until: Mapped[datetime | None]
    suspended_for: Mapped[str | None] = mapped_column(String(32))  # a SuspensionReason
    suspended_words: Mapped[str] = mapped_column(String(500), default="", server_default=text("''"))
    left_at: Mapped[datetime | None]


class PersonRole(Base):
    __tablename__ = "person_role"
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    role: Mapped[Role] = mapped_column(code_type(Role, "role"), primary_key=True)
    given_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    given_at: Mapped[datetime]


class DeviceSession(Base):
    """One sign-in on one device. The cookie holds a random token, the table its SHA-256 only."""

    __tablename__ = "device_session"
    __table_args__ = (
        UniqueConstraint("token_hash", name="uq_device_session_token_hash"),
        Index("ix_device_session_live", "person_id", sqlite_where=text("ended_at IS NULL"), postgresql_where=text("ended_at IS NULL")),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    token_hash: Mapped[str] = mapped_column(String(64))
    device: Mapped[str] = mapped_column(String(80))  # such as "Chrome di Android", worded for the person
    is_remembered: Mapped[bool]
    made_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    proved_at: Mapped[datetime | None]  # when its owner last proved here that it is she: dangerous acts ask for it again
    factor_at: Mapped[datetime | None]  # when the second factor was passed here; NULL: in by the password alone, staff roles rest


class SecondFactor(Base):
    """The secret that a person's phone makes codes from, sealed for this row's column "secret"; `next_secret` waits for its first code."""

    __tablename__ = "second_factor"
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, autoincrement=False)
    secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int] = mapped_column(BigInteger, default=0)  # of the newest code that was used: no code enters twice
    next_secret: Mapped[bytes | None] = mapped_column(LargeBinary)


class RecoveryCode(Base):
    """A code on paper for the day the phone is gone; good once. Kept as a keyed mark only."""

    __tablename__ = "recovery_code"
    __table_args__ = (UniqueConstraint("person_id", "code_mark", name="uq_recovery_code_mark"),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    code_mark: Mapped[str] = mapped_column(String(32))
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Passkey(Base):
    """A key on somebody's phone (WebAuthn); we hold its public half. It signs in by itself, and is a second factor beside a password."""

    __tablename__ = "passkey"
    __table_args__ = (Index("uq_passkey_credential_id", "credential_id", unique=True),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    rp_id: Mapped[str] = mapped_column(String(253))  # the host it was made for; it opens no other
    sign_count: Mapped[int] = mapped_column(BigInteger)  # of the last use; 0 for ever on phones that do not count
    label: Mapped[str] = mapped_column(String(60))  # such as "Chrome · Android", worded by or for the person
    transports: Mapped[str] = mapped_column(String(80))  # how the browser reaches it, joined by spaces
    is_backed_up: Mapped[bool]  # also on the person's other devices, by Google's or Apple's account
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Consent(Base):
    """What a person agreed to, with the version of the text; withdrawing is as easy as giving."""

    __tablename__ = "consent"
    __table_args__ = (Index("ix_consent_person", "person_id", "purpose"),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    purpose: Mapped[str] = mapped_column(String(32))
    text_version: Mapped[str] = mapped_column(String(16))
    given_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
