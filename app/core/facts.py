"""Facts about this database itself, such as that it holds sample data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

DEMO = "demo"  # its value is the size that was loaded


class Fact(Base):
    __tablename__ = "fact"
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[str] = mapped_column(String(200))


def get(session: Session, name: str) -> str | None:
    return session.scalar(select(Fact.value).where(Fact.name == name))


def put(session: Session, name: str, value: str) -> None:
    session.merge(Fact(name=name, value=value))
