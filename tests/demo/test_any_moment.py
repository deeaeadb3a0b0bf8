"""The sample city can be loaded at any moment of the week, and the printed seller always has something to answer and to prepare."""

from datetime import datetime, timedelta, timezone

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import demo
from app.community.threads.models import Post
from app.core.db import reading
from app.demo import pictures
from app.market.applications.models import Application
from app.market.booths.models import MarketDay
from app.market.orders.models import Order, OrderPickup, OrderState
from app.market.rota.models import Turn, TurnState
from app.market.shops.models import Shop

MONDAY = datetime(2026, 11, 16, tzinfo=timezone.utc)


@pytest.mark.parametrize("hours", [1, 51, 59, 104, 130, 137, 158, 167])
def test_the_seller_has_something_to_do(app: Flask, monkeypatch: pytest.MonkeyPatch, hours: int) -> None:
    """Monday morning, Wednesday before and during the market, Friday afternoon, Saturday and Sunday on, at and after market hours."""
    monkeypatch.setattr(pictures, "store_all", dict)
    now = MONDAY + timedelta(hours=hours)
    assert demo.load(app, "demo", now=now, fills_index=False)
    with reading() as session:
        offered = session.execute(
            select(Turn.answer_by, MarketDay.opens_at)
            .join(MarketDay, MarketDay.id == Turn.market_day_id)
            .join(Shop, Shop.id == Turn.shop_id)
            .where(Shop.slug == "dapur-oesapa", Turn.state == TurnState.OFFERED)
        ).all()
        assert len(offered) == 1
        assert now < offered[0].answer_by < offered[0].opens_at
        to_prepare = session.scalar(
            select(func.count())
            .select_from(Order)
            .join(OrderPickup, OrderPickup.order_id == Order.id)
            .join(MarketDay, MarketDay.id == OrderPickup.market_day_id)
            .join(Shop, Shop.id == Order.shop_id)
            .where(Shop.slug == "dapur-oesapa", Order.state == OrderState.RESERVED, MarketDay.closes_at > now)
        )
        assert to_prepare
        for column in (
            Post.made_at,
            Turn.made_at,
            Turn.answered_at,
            Application.made_at,
            Application.decided_at,
            Order.made_at,
            Order.handed_over_at,
        ):
            latest = session.scalar(select(func.max(column)))
            assert latest is None or latest <= now, column
