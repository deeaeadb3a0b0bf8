"""Shops and their goods. Stock is on the variant and never below zero."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, code_type


class ShopState(StrEnum):
    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"


class ShopRole(StrEnum):
    OWNER = "owner"
    HELPER = "helper"


class Category(StrEnum):
    FOOD = "food"
    DRINK = "drink"
    WEAVING = "weaving"
    CRAFT = "craft"
    FARM = "farm"
    SERVICE = "service"


class Halal(StrEnum):
    """Green only after an officer has seen the paper; silence is not the same as not halal."""

    UNKNOWN = "unknown"
    SELLER_SAYS = "seller_says"
    CHECKED = "checked"
    NOT_HALAL = "not_halal"
    NOT_FOOD = "not_food"


class ProductState(StrEnum):
    SHOWN = "shown"
    HIDDEN = "hidden"
    REMOVED = "removed"


class StockReason(StrEnum):
    SET = "set"
    RESERVED = "reserved"
    RETURNED = "returned"
    SOLD = "sold"


class Shop(Base):
    __tablename__ = "shop"
    __table_args__ = (UniqueConstraint("slug", name="uq_shop_slug"),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    slug: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(80))
    about: Mapped[str] = mapped_column(String(1000), default="")
    place_code: Mapped[str | None] = mapped_column(String(16))
    whatsapp: Mapped[str | None] = mapped_column(String(16))  # shown only when the seller gives it for the shop
    state: Mapped[ShopState] = mapped_column(code_type(ShopState, "shop_state"), default=ShopState.OPEN)
    held_at: Mapped[datetime | None]  # paused by a moderator's decision: its owner can't open it until that falls
    is_sample: Mapped[bool] = mapped_column(default=False)
    made_at: Mapped[datetime]


class ShopMember(Base):
    __tablename__ = "shop_member"
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    role: Mapped[ShopRole] = mapped_column(code_type(ShopRole, "shop_role"))


class Product(Base):
    __tablename__ = "product"
    __table_args__ = (
        Index("ix_product_new", "state", "made_at", "id"),
        Index("ix_product_category_new", "state", "category", "made_at", "id"),
        Index("ix_product_price", "state", "price_rupiah", "id"),
        Index("ix_product_category_price", "state", "category", "price_rupiah", "id"),
        Index("ix_product_shop", "shop_id", "state"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id"))
    title: Mapped[str] = mapped_column(String(120))
    description: Mapped[str] = mapped_column(Text, default="")
    category: Mapped[Category] = mapped_column(code_type(Category, "category"))
    unit: Mapped[str] = mapped_column(String(40))  # such as "bungkus 200 g"
    ingredients: Mapped[str] = mapped_column(String(300), default="")
    halal: Mapped[Halal] = mapped_column(code_type(Halal, "halal"), default=Halal.UNKNOWN)
    has_pork: Mapped[bool] = mapped_column(default=False)
    # The lowest price and whether anything is left, copied from the variants in the same transaction: a list is one query.
    price_rupiah: Mapped[int]
    is_available: Mapped[bool] = mapped_column(default=True)
    photo_key: Mapped[str | None] = mapped_column(String(32))
    photo_alt: Mapped[str] = mapped_column(String(160), default="")
    state: Mapped[ProductState] = mapped_column(code_type(ProductState, "product_state"), default=ProductState.SHOWN)
    made_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class Variant(Base):
    __tablename__ = "variant"
    __table_args__ = (
        CheckConstraint("stock >= 0", name="stock"),
        CheckConstraint("price_rupiah > 0", name="price"),
        Index("ix_variant_product", "product_id", "position"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    name: Mapped[str] = mapped_column(String(60), default="")  # "" while a product has one variant
    price_rupiah: Mapped[int]
    stock: Mapped[int]
    position: Mapped[int] = mapped_column(default=1)
    is_active: Mapped[bool] = mapped_column(default=True)


class StockMovement(Base):
    """Every change of stock; the sum of a variant's rows is its stock."""

    __tablename__ = "stock_movement"
    __table_args__ = (Index("ix_stock_movement_variant", "variant_id", "id"),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    variant_id: Mapped[int] = mapped_column(ForeignKey("variant.id"))
    delta: Mapped[int]
    reason: Mapped[StockReason] = mapped_column(code_type(StockReason, "stock_reason"))
    order_id: Mapped[int | None] = mapped_column(Id)
    by_person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]


class ProductPhoto(Base):
    __tablename__ = "product_photo"
    __table_args__ = (UniqueConstraint("product_id", "position", name="uq_product_photo_product_position"),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    position: Mapped[int]
    key: Mapped[str] = mapped_column(String(32))
    alt: Mapped[str] = mapped_column(String(160))
    width: Mapped[int]
    height: Mapped[int]
    made_at: Mapped[datetime]


class Paper(Base):
    """A seller's paper that an officer saw; the paper itself is not kept."""

    __tablename__ = "paper"
    __table_args__ = (Index("ix_paper_shop", "shop_id"),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id"))
    product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id"))
    kind: Mapped[str] = mapped_column(String(16))  # nib, sku, pirt, halal, bpom
    number: Mapped[str] = mapped_column(String(40))
    expires_on: Mapped[date | None]
    seen_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # None: the seller says so
    seen_at: Mapped[datetime | None]
