"""Getting back into an account: what the desk started for somebody, and whom it signed up."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts.recovery.rules import DeskAct, DeskFlag
from app.core.db import Base, Id, code_type


class DeskReset(Base):
    """One code that the desk gave to a person. Until she has used it on her own device, nothing of her account has changed."""

    __tablename__ = "desk_reset"
    __table_args__ = (
        # However many officers start at once: one open row a person, and only its code works.
        Index(
            "uq_desk_reset_open",
            "person_id",
            unique=True,
            sqlite_where=text("done_at IS NULL AND stopped_at IS NULL"),
            postgresql_where=text("done_at IS NULL AND stopped_at IS NULL"),
        ),
        Index("ix_desk_reset_person", "person_id", "made_at"),
        Index("ix_desk_reset_officer", "officer_id", "made_at"),
        Index(
            "ix_desk_reset_to_look_at",
            "id",
            sqlite_where=text("flag IS NOT NULL AND looked_at IS NULL"),
            postgresql_where=text("flag IS NOT NULL AND looked_at IS NULL"),
        ),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    act: Mapped[DeskAct] = mapped_column(code_type(DeskAct, "desk_act"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    officer_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    phone: Mapped[str] = mapped_column(String(16))  # E.164; what she types beside the code: for PHONE her new number
    made_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    done_at: Mapped[datetime | None]  # she set her password with the code
    stopped_at: Mapped[datetime | None]  # a later code took its place, or she said that it was not her
    flag: Mapped[DeskFlag | None] = mapped_column(code_type(DeskFlag, "desk_flag"))
    looked_at: Mapped[datetime | None]
    looked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class AssistedSignUp(Base):
    """Somebody the desk signed up, and who helped. Until the person confirms with her own code the account can do nothing."""

    __tablename__ = "assisted_sign_up"
    __table_args__ = (
        Index("ix_assisted_sign_up_officer", "helped_by_id", "made_at"),
        Index(
            "ix_assisted_sign_up_waiting",
            "made_at",
            sqlite_where=text("confirmed_at IS NULL"),
            postgresql_where=text("confirmed_at IS NULL"),
        ),
    )
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, autoincrement=False)
    helped_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
