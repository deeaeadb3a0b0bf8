"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("id", ID, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", ID, nullable=True),
        sa.Column("act", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=32), nullable=False),
        sa.Column("subject_id", ID, nullable=False),
        sa.Column("codes", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_actor_id"), "audit", ["actor_id"], unique=False)
    op.create_index(op.f("ix_audit_at"), "audit", ["at"], unique=False)
    op.create_index("ix_audit_subject", "audit", ["subject", "subject_id"], unique=False)
    op.create_table(
        "fact",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_fact")),
    )
    op.create_table(
        "once_key",
        sa.Column("owner", sa.String(length=24), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("result", ID, nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("owner", "key", name=op.f("pk_once_key")),
    )
    op.create_index(op.f("ix_once_key_made_at"), "once_key", ["made_at"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("id", ID, nullable=False),
        sa.Column("topic", sa.String(length=64), nullable=False),
        sa.Column("subject_id", ID, nullable=False),
        sa.Column("handler", sa.String(length=160), nullable=False),
        sa.Column("put_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("trouble", sa.String(length=200), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_index("ix_outbox_done", "outbox", ["done_at"], unique=False)
    op.create_index(
        "ix_outbox_due",
        "outbox",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("done_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.create_table(
        "page_version",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("version", ID, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_page_version")),
    )
    op.create_table(
        "person",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("phone", sa.String(length=16), nullable=True),
        sa.Column("phone_proven_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("email_proven_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("greeting", sa.String(length=8), nullable=False),
        sa.Column("place_code", sa.String(length=16), nullable=True),
        sa.Column("about", sa.String(length=500), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("suspended_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email", name="uq_person_email"),
        sa.UniqueConstraint("phone", name="uq_person_phone"),
    )
    op.create_index(op.f("ix_person_made_at"), "person", ["made_at"], unique=False)
    op.create_table(
        "room",
        sa.Column("id", ID, nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("about", sa.String(length=300), nullable=False),
        sa.Column("icon", sa.String(length=24), nullable=False),
        sa.Column(
            "reach", sa.Enum("public", "members", name="reach", native_enum=False, create_constraint=True, length=32), nullable=False
        ),
        sa.Column(
            "voice", sa.Enum("named", "pseudonym", name="voice", native_enum=False, create_constraint=True, length=32), nullable=False
        ),
        sa.Column("is_indexed", sa.Boolean(), nullable=False),
        sa.Column("is_calm", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("thread_count", sa.Integer(), nullable=False),
        sa.Column("last_post_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room")),
        sa.UniqueConstraint("slug", name="uq_room_slug"),
    )
    op.create_table(
        "shop",
        sa.Column("id", ID, nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("about", sa.String(length=1000), nullable=False),
        sa.Column("place_code", sa.String(length=16), nullable=True),
        sa.Column("whatsapp", sa.String(length=16), nullable=True),
        sa.Column(
            "state",
            sa.Enum("open", "paused", "closed", name="shop_state", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("is_sample", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop")),
        sa.UniqueConstraint("slug", name="uq_shop_slug"),
    )
    op.create_table(
        "site",
        sa.Column("id", ID, nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column(
            "kind", sa.Enum("market", "containers", name="site_kind", native_enum=False, create_constraint=True, length=32), nullable=False
        ),
        sa.Column(
            "method",
            sa.Enum("direct", "groups", "draw", "assigned", name="method", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("address", sa.String(length=160), nullable=False),
        sa.Column("place_code", sa.String(length=16), nullable=True),
        sa.Column("office", sa.String(length=120), nullable=False),
        sa.Column("about", sa.String(length=500), nullable=False),
        sa.Column("hold_minutes", sa.Integer(), nullable=False),
        sa.Column("most_a_month", sa.Integer(), nullable=True),
        sa.Column("fee_rupiah", sa.Integer(), nullable=False),
        sa.Column("is_sample", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site")),
        sa.UniqueConstraint("slug", name="uq_site_slug"),
    )
    op.create_table(
        "consent",
        sa.Column("id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("text_version", sa.String(length=16), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_consent_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index("ix_consent_person", "consent", ["person_id", "purpose"], unique=False)
    op.create_table(
        "device_session",
        sa.Column("id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("device", sa.String(length=80), nullable=False),
        sa.Column("is_remembered", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_device_session_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_session")),
        sa.UniqueConstraint("token_hash", name="uq_device_session_token_hash"),
    )
    op.create_index(
        "ix_device_session_live",
        "device_session",
        ["person_id"],
        unique=False,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "edition",
        sa.Column("id", ID, nullable=False),
        sa.Column("site_id", ID, nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "open",
                "closed",
                "finished",
                "cancelled",
                name="edition_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("applications_close_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancel_reason", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_edition_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edition")),
        sa.UniqueConstraint("site_id", "first_day", name="uq_edition_site_first_day"),
    )
    op.create_index("ix_edition_first_day", "edition", ["first_day"], unique=False)
    op.create_table(
        "notice",
        sa.Column("id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=48), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("event", sa.String(length=80), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notice_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("person_id", "event", name="uq_notice_person_event"),
    )
    op.create_index("ix_notice_inbox", "notice", ["person_id", "id"], unique=False)
    op.create_index(
        "ix_notice_unread",
        "notice",
        ["person_id"],
        unique=False,
        sqlite_where=sa.text("read_at IS NULL"),
        postgresql_where=sa.text("read_at IS NULL"),
    )
    op.create_table(
        "organisation",
        sa.Column("id", ID, nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("short_name", sa.String(length=40), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "office", "training_centre", "ngo", "bank", name="organisation_kind", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verified_by_id", ID, nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["verified_by_id"], ["person.id"], name=op.f("fk_organisation_verified_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("slug", name="uq_organisation_slug"),
    )
    op.create_table(
        "payment",
        sa.Column("id", ID, nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("buyer_id", ID, nullable=False),
        sa.Column("provider", sa.String(length=16), nullable=False),
        sa.Column("session_id", sa.String(length=120), nullable=True),
        sa.Column("checkout_url", sa.Text(), nullable=True),
        sa.Column("amount_rupiah", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("started", "paid", "expired", name="payment_state", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["buyer_id"], ["person.id"], name=op.f("fk_payment_buyer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
        sa.UniqueConstraint("code", name="uq_payment_code"),
        sa.UniqueConstraint("session_id", name="uq_payment_session_id"),
    )
    op.create_index("ix_payment_buyer", "payment", ["buyer_id"], unique=False)
    op.create_table(
        "person_role",
        sa.Column("person_id", ID, nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "trainer",
                "officer",
                "counsellor",
                "desk",
                "moderator",
                "admin",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("given_by_id", ID, nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["given_by_id"], ["person.id"], name=op.f("fk_person_role_given_by_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_person_role_person_id")),
        sa.PrimaryKeyConstraint("person_id", "role", name=op.f("pk_person_role")),
    )
    op.create_table(
        "product",
        sa.Column("id", ID, nullable=False),
        sa.Column("shop_id", ID, nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column(
            "category",
            sa.Enum(
                "food",
                "drink",
                "weaving",
                "craft",
                "farm",
                "service",
                name="category",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("ingredients", sa.String(length=300), nullable=False),
        sa.Column(
            "halal",
            sa.Enum(
                "unknown",
                "seller_says",
                "checked",
                "not_halal",
                "not_food",
                name="halal",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("has_pork", sa.Boolean(), nullable=False),
        sa.Column("price_rupiah", sa.Integer(), nullable=False),
        sa.Column("is_available", sa.Boolean(), nullable=False),
        sa.Column("photo_key", sa.String(length=32), nullable=True),
        sa.Column("photo_alt", sa.String(length=160), nullable=False),
        sa.Column(
            "state",
            sa.Enum("shown", "hidden", "removed", name="product_state", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_product_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product")),
    )
    op.create_index("ix_product_category_new", "product", ["state", "category", "made_at", "id"], unique=False)
    op.create_index("ix_product_category_price", "product", ["state", "category", "price_rupiah", "id"], unique=False)
    op.create_index("ix_product_new", "product", ["state", "made_at", "id"], unique=False)
    op.create_index("ix_product_price", "product", ["state", "price_rupiah", "id"], unique=False)
    op.create_index("ix_product_shop", "product", ["shop_id", "state"], unique=False)
    op.create_table(
        "shop_member",
        sa.Column("shop_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column(
            "role", sa.Enum("owner", "helper", name="shop_role", native_enum=False, create_constraint=True, length=32), nullable=False
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_shop_member_person_id")),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_shop_member_shop_id")),
        sa.PrimaryKeyConstraint("shop_id", "person_id", name=op.f("pk_shop_member")),
    )
    op.create_index(op.f("ix_shop_member_person_id"), "shop_member", ["person_id"], unique=False)
    op.create_table(
        "shop_order",
        sa.Column("id", ID, nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("buyer_id", ID, nullable=False),
        sa.Column("shop_id", ID, nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "reserved", "ready", "handed_over", "cancelled", name="order_state", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column(
            "will_pay_by",
            sa.Enum("cash", "qris", "card", name="will_pay_by", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column(
            "paid_by", sa.Enum("cash", "qris", "card", name="paid_by", native_enum=False, create_constraint=True, length=32), nullable=True
        ),
        sa.Column("total_rupiah", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handed_over_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_by", sa.String(length=8), nullable=True),
        sa.Column("cancel_reason", sa.String(length=16), nullable=True),
        sa.CheckConstraint("(paid_at IS NULL) = (paid_by IS NULL)", name=op.f("ck_shop_order_paid")),
        sa.CheckConstraint("total_rupiah > 0", name=op.f("ck_shop_order_total")),
        sa.ForeignKeyConstraint(["buyer_id"], ["person.id"], name=op.f("fk_shop_order_buyer_id")),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_shop_order_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_order")),
        sa.UniqueConstraint("code", name="uq_shop_order_code"),
    )
    op.create_index("ix_shop_order_buyer", "shop_order", ["buyer_id", "id"], unique=False)
    op.create_index("ix_shop_order_shop", "shop_order", ["shop_id", "state", "id"], unique=False)
    op.create_table(
        "thread",
        sa.Column("id", ID, nullable=False),
        sa.Column("room_id", ID, nullable=False),
        sa.Column("title", sa.String(length=150), nullable=False),
        sa.Column("author_id", ID, nullable=True),
        sa.Column("author_mark", sa.String(length=40), nullable=True),
        sa.Column("author_seal", sa.String(length=64), nullable=True),
        sa.Column(
            "state",
            sa.Enum("shown", "held", "removed", "withdrawn", name="state", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("is_closed", sa.Boolean(), nullable=False),
        sa.Column("reply_count", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_post_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_thread_author_id")),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_thread_room_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thread")),
    )
    op.create_index("ix_thread_author", "thread", ["author_id"], unique=False)
    op.create_index("ix_thread_latest", "thread", ["state", "last_post_at", "id"], unique=False)
    op.create_index("ix_thread_room_page", "thread", ["room_id", "state", "last_post_at", "id"], unique=False)
    op.create_table(
        "zone",
        sa.Column("id", ID, nullable=False),
        sa.Column("site_id", ID, nullable=False),
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column(
            "method",
            sa.Enum("direct", "groups", "draw", "assigned", name="method", native_enum=False, create_constraint=True, length=32),
            nullable=True,
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("x", sa.Integer(), nullable=False),
        sa.Column("y", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_zone_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zone")),
        sa.UniqueConstraint("site_id", "code", name="uq_zone_site_code"),
    )
    op.create_table(
        "booth",
        sa.Column("id", ID, nullable=False),
        sa.Column("site_id", ID, nullable=False),
        sa.Column("zone_id", ID, nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("tent", "table", "cart", "container", name="booth_kind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("width_cm", sa.Integer(), nullable=False),
        sa.Column("depth_cm", sa.Integer(), nullable=False),
        sa.Column("power_va", sa.Integer(), nullable=False),
        sa.Column("has_gas", sa.Boolean(), nullable=False),
        sa.Column("has_water", sa.Boolean(), nullable=False),
        sa.Column("is_accessible", sa.Boolean(), nullable=False),
        sa.Column("is_bookable", sa.Boolean(), nullable=False),
        sa.Column("monthly_rupiah", sa.Integer(), nullable=False),
        sa.Column("deposit_rupiah", sa.Integer(), nullable=False),
        sa.Column("x", sa.Integer(), nullable=False),
        sa.Column("y", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_booth_site_id")),
        sa.ForeignKeyConstraint(["zone_id"], ["zone.id"], name=op.f("fk_booth_zone_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booth")),
        sa.UniqueConstraint("site_id", "code", name="uq_booth_site_code"),
    )
    op.create_index("ix_booth_zone", "booth", ["zone_id"], unique=False)
    op.create_table(
        "course",
        sa.Column("id", ID, nullable=False),
        sa.Column("slug", sa.String(length=120), nullable=False),
        sa.Column("organisation_id", ID, nullable=False),
        sa.Column("trainer_id", ID, nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("summary", sa.String(length=300), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("body_html", sa.Text(), nullable=False),
        sa.Column("vocation", sa.String(length=32), nullable=False),
        sa.Column("lesson_hours", sa.Integer(), nullable=False),
        sa.Column("requirements", sa.String(length=500), nullable=False),
        sa.Column("provided", sa.String(length=500), nullable=False),
        sa.Column("cost_rupiah", sa.Integer(), nullable=False),
        sa.Column(
            "certificate",
            sa.Enum("attendance", "competence", "none", name="certificate_kind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("has_childcare", sa.Boolean(), nullable=False),
        sa.Column("is_women_only", sa.Boolean(), nullable=False),
        sa.Column("photo_key", sa.String(length=32), nullable=True),
        sa.Column("photo_alt", sa.String(length=160), nullable=False),
        sa.Column("is_sample", sa.Boolean(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("draft", "shown", "archived", name="course_state", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_course_organisation_id")),
        sa.ForeignKeyConstraint(["trainer_id"], ["person.id"], name=op.f("fk_course_trainer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course")),
        sa.UniqueConstraint("slug", name="uq_course_slug"),
    )
    op.create_index("ix_course_list", "course", ["state", "id"], unique=False)
    op.create_index("ix_course_trainer", "course", ["trainer_id"], unique=False)
    op.create_table(
        "journal",
        sa.Column("id", ID, nullable=False),
        sa.Column("shop_id", ID, nullable=False),
        sa.Column("order_id", ID, nullable=True),
        sa.Column(
            "kind", sa.Enum("sale", "refund", name="journal_kind", native_enum=False, create_constraint=True, length=32), nullable=False
        ),
        sa.Column(
            "evidence", sa.Enum("a", "b", "c", name="evidence", native_enum=False, create_constraint=True, length=32), nullable=False
        ),
        sa.Column("words", sa.String(length=200), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["shop_order.id"], name=op.f("fk_journal_order_id")),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_journal_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal")),
        sa.UniqueConstraint("order_id", "kind", name="uq_journal_order_kind"),
    )
    op.create_index("ix_journal_shop", "journal", ["shop_id", "happened_at", "id"], unique=False)
    op.create_table(
        "market_day",
        sa.Column("id", ID, nullable=False),
        sa.Column("edition_id", ID, nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("arrive_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_market_day_edition_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_market_day")),
        sa.UniqueConstraint("edition_id", "held_on", name="uq_market_day_edition_held_on"),
    )
    op.create_index("ix_market_day_held_on", "market_day", ["held_on"], unique=False)
    op.create_table(
        "organisation_member",
        sa.Column("organisation_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("function", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_organisation_member_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_organisation_member_person_id")),
        sa.PrimaryKeyConstraint("organisation_id", "person_id", name=op.f("pk_organisation_member")),
    )
    op.create_index(op.f("ix_organisation_member_person_id"), "organisation_member", ["person_id"], unique=False)
    op.create_table(
        "paper",
        sa.Column("id", ID, nullable=False),
        sa.Column("shop_id", ID, nullable=False),
        sa.Column("product_id", ID, nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("seen_by_id", ID, nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_paper_product_id")),
        sa.ForeignKeyConstraint(["seen_by_id"], ["person.id"], name=op.f("fk_paper_seen_by_id")),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_paper_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper")),
    )
    op.create_index("ix_paper_shop", "paper", ["shop_id"], unique=False)
    op.create_table(
        "payment_allocation",
        sa.Column("payment_id", ID, nullable=False),
        sa.Column("order_id", ID, nullable=False),
        sa.Column("amount_rupiah", sa.Integer(), nullable=False),
        sa.Column("is_live", sa.Boolean(), nullable=False),
        sa.Column("refund_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refunded_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["shop_order.id"], name=op.f("fk_payment_allocation_order_id")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_payment_allocation_payment_id")),
        sa.PrimaryKeyConstraint("payment_id", "order_id", name=op.f("pk_payment_allocation")),
    )
    op.create_index(
        "ix_payment_allocation_refund_due",
        "payment_allocation",
        ["refund_due_at"],
        unique=False,
        sqlite_where=sa.text("refund_due_at IS NOT NULL AND refunded_at IS NULL"),
        postgresql_where=sa.text("refund_due_at IS NOT NULL AND refunded_at IS NULL"),
    )
    op.create_index(
        "uq_payment_allocation_live_order",
        "payment_allocation",
        ["order_id"],
        unique=True,
        sqlite_where=sa.text("is_live"),
        postgresql_where=sa.text("is_live"),
    )
    op.create_table(
        "payment_event",
        sa.Column("event_id", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("payment_id", ID, nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_payment_event_payment_id")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_payment_event")),
    )
    op.create_table(
        "post",
        sa.Column("id", ID, nullable=False),
        sa.Column("thread_id", ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("author_id", ID, nullable=True),
        sa.Column("author_mark", sa.String(length=40), nullable=True),
        sa.Column("author_seal", sa.String(length=64), nullable=True),
        sa.Column("is_staff_answer", sa.Boolean(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("body_html", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("shown", "held", "removed", "withdrawn", name="state", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("position >= 1", name=op.f("ck_post_position")),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_post_author_id")),
        sa.ForeignKeyConstraint(["thread_id"], ["thread.id"], name=op.f("fk_post_thread_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post")),
        sa.UniqueConstraint("thread_id", "position", name="uq_post_thread_position"),
    )
    op.create_index("ix_post_author", "post", ["author_id"], unique=False)
    op.create_table(
        "product_photo",
        sa.Column("id", ID, nullable=False),
        sa.Column("product_id", ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("alt", sa.String(length=160), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_product_photo_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_photo")),
        sa.UniqueConstraint("product_id", "position", name="uq_product_photo_product_position"),
    )
    op.create_table(
        "variant",
        sa.Column("id", ID, nullable=False),
        sa.Column("product_id", ID, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("price_rupiah", sa.Integer(), nullable=False),
        sa.Column("stock", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("price_rupiah > 0", name=op.f("ck_variant_price")),
        sa.CheckConstraint("stock >= 0", name=op.f("ck_variant_stock")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_variant_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_variant")),
    )
    op.create_index("ix_variant_product", "variant", ["product_id", "position"], unique=False)
    op.create_table(
        "application",
        sa.Column("id", ID, nullable=False),
        sa.Column("edition_id", ID, nullable=False),
        sa.Column("shop_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("zone_id", ID, nullable=True),
        sa.Column("market_day_id", ID, nullable=True),
        sa.Column("goods", sa.String(length=120), nullable=False),
        sa.Column("needs_gas", sa.Boolean(), nullable=False),
        sa.Column("power_va", sa.Integer(), nullable=False),
        sa.Column("document", sa.String(length=8), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "submitted",
                "placed",
                "refused",
                "withdrawn",
                name="application_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=32), nullable=True),
        sa.Column("decided_by_id", ID, nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_application_decided_by_id")),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_application_edition_id")),
        sa.ForeignKeyConstraint(["market_day_id"], ["market_day.id"], name=op.f("fk_application_market_day_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_application_person_id")),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_application_shop_id")),
        sa.ForeignKeyConstraint(["zone_id"], ["zone.id"], name=op.f("fk_application_zone_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application")),
        sa.UniqueConstraint("edition_id", "shop_id", name="uq_application_edition_shop"),
    )
    op.create_index("ix_application_edition", "application", ["edition_id", "state", "id"], unique=False)
    op.create_index("ix_application_person", "application", ["person_id"], unique=False)
    op.create_table(
        "cart_line",
        sa.Column("person_id", ID, nullable=False),
        sa.Column("variant_id", ID, nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_cart_line_quantity")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_cart_line_person_id")),
        sa.ForeignKeyConstraint(["variant_id"], ["variant.id"], name=op.f("fk_cart_line_variant_id")),
        sa.PrimaryKeyConstraint("person_id", "variant_id", name=op.f("pk_cart_line")),
    )
    op.create_table(
        "cohort",
        sa.Column("id", ID, nullable=False),
        sa.Column("course_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("schedule", sa.String(length=160), nullable=False),
        sa.Column("place", sa.String(length=160), nullable=False),
        sa.Column("quota", sa.Integer(), nullable=False),
        sa.Column("least_people", sa.Integer(), nullable=False),
        sa.Column("seats_taken", sa.Integer(), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum("open", "closed", "finished", "cancelled", name="cohort_state", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_cohort_days")),
        sa.CheckConstraint("seats_taken >= 0 AND seats_taken <= quota", name=op.f("ck_cohort_seats")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_cohort_course_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cohort")),
        sa.UniqueConstraint("course_id", "number", name="uq_cohort_course_number"),
    )
    op.create_index("ix_cohort_next", "cohort", ["state", "starts_on"], unique=False)
    op.create_table(
        "journal_line",
        sa.Column("journal_id", ID, nullable=False),
        sa.Column(
            "account",
            sa.Enum("cash", "qris", "card", "sales", name="account", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("amount_rupiah", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["journal_id"], ["journal.id"], name=op.f("fk_journal_line_journal_id")),
        sa.PrimaryKeyConstraint("journal_id", "account", name=op.f("pk_journal_line")),
    )
    op.create_table(
        "lease",
        sa.Column("id", ID, nullable=False),
        sa.Column("booth_id", ID, nullable=False),
        sa.Column("shop_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("first_month", sa.Date(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("monthly_rupiah", sa.Integer(), nullable=False),
        sa.Column("deposit_rupiah", sa.Integer(), nullable=False),
        sa.Column("use", sa.String(length=160), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "applied",
                "running",
                "refused",
                "withdrawn",
                "ended",
                name="lease_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=32), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", ID, nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.CheckConstraint("months >= 1 AND months <= 12", name=op.f("ck_lease_months")),
        sa.ForeignKeyConstraint(["booth_id"], ["booth.id"], name=op.f("fk_lease_booth_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_lease_decided_by_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_lease_person_id")),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_lease_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lease")),
    )
    op.create_index("ix_lease_booth", "lease", ["booth_id", "state"], unique=False)
    op.create_index("ix_lease_person", "lease", ["person_id"], unique=False)
    op.create_index("ix_lease_shop", "lease", ["shop_id"], unique=False)
    op.create_table(
        "order_line",
        sa.Column("id", ID, nullable=False),
        sa.Column("order_id", ID, nullable=False),
        sa.Column("variant_id", ID, nullable=False),
        sa.Column("title", sa.String(length=190), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("price_rupiah", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_order_line_quantity")),
        sa.ForeignKeyConstraint(["order_id"], ["shop_order.id"], name=op.f("fk_order_line_order_id")),
        sa.ForeignKeyConstraint(["variant_id"], ["variant.id"], name=op.f("fk_order_line_variant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_line")),
        sa.UniqueConstraint("order_id", "variant_id", name="uq_order_line_order_variant"),
    )
    op.create_table(
        "stock_movement",
        sa.Column("id", ID, nullable=False),
        sa.Column("variant_id", ID, nullable=False),
        sa.Column("delta", sa.Integer(), nullable=False),
        sa.Column(
            "reason",
            sa.Enum("set", "reserved", "returned", "sold", name="stock_reason", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("order_id", ID, nullable=True),
        sa.Column("by_person_id", ID, nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_person_id"], ["person.id"], name=op.f("fk_stock_movement_by_person_id")),
        sa.ForeignKeyConstraint(["variant_id"], ["variant.id"], name=op.f("fk_stock_movement_variant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_movement")),
    )
    op.create_index("ix_stock_movement_variant", "stock_movement", ["variant_id", "id"], unique=False)
    op.create_table(
        "booth_month",
        sa.Column("booth_id", ID, nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("lease_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["booth_id"], ["booth.id"], name=op.f("fk_booth_month_booth_id")),
        sa.ForeignKeyConstraint(["lease_id"], ["lease.id"], name=op.f("fk_booth_month_lease_id")),
        sa.PrimaryKeyConstraint("booth_id", "month", name=op.f("pk_booth_month")),
    )
    op.create_index(op.f("ix_booth_month_lease_id"), "booth_month", ["lease_id"], unique=False)
    op.create_table(
        "enrolment",
        sa.Column("id", ID, nullable=False),
        sa.Column("cohort_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column(
            "state",
            sa.Enum("enrolled", "left", name="enrolment_state", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_enrolment_cohort_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_enrolment_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment")),
        sa.UniqueConstraint("cohort_id", "person_id", name="uq_enrolment_cohort_person"),
    )
    op.create_index("ix_enrolment_person", "enrolment", ["person_id"], unique=False)
    op.create_table(
        "turn",
        sa.Column("id", ID, nullable=False),
        sa.Column("market_day_id", ID, nullable=False),
        sa.Column("booth_id", ID, nullable=False),
        sa.Column("shop_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("application_id", ID, nullable=True),
        sa.Column(
            "method",
            sa.Enum("direct", "groups", "draw", "assigned", name="method", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("goods", sa.String(length=120), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "held",
                "offered",
                "confirmed",
                "attended",
                "absent",
                "released",
                "expired",
                "given_back",
                "cancelled",
                name="turn_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["application_id"], ["application.id"], name=op.f("fk_turn_application_id")),
        sa.ForeignKeyConstraint(["booth_id"], ["booth.id"], name=op.f("fk_turn_booth_id")),
        sa.ForeignKeyConstraint(["market_day_id"], ["market_day.id"], name=op.f("fk_turn_market_day_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_turn_person_id")),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_turn_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_turn")),
    )
    op.create_index("ix_turn_answer_by", "turn", ["state", "answer_by"], unique=False)
    op.create_index("ix_turn_person", "turn", ["person_id", "id"], unique=False)
    op.create_index("ix_turn_shop", "turn", ["shop_id", "id"], unique=False)
    op.create_index(
        "uq_turn_live_booth",
        "turn",
        ["market_day_id", "booth_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('held', 'offered', 'confirmed', 'attended', 'absent')"),
        postgresql_where=sa.text("state IN ('held', 'offered', 'confirmed', 'attended', 'absent')"),
    )
    op.create_table(
        "booth_day",
        sa.Column("market_day_id", ID, nullable=False),
        sa.Column("booth_id", ID, nullable=False),
        sa.Column(
            "state",
            sa.Enum("free", "offered", "held", "blocked", name="booth_day_state", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("shop_id", ID, nullable=True),
        sa.Column("turn_id", ID, nullable=True),
        sa.Column("offered_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'offered') = (offered_until IS NOT NULL)", name=op.f("ck_booth_day_offer")),
        sa.CheckConstraint("(state IN ('held', 'offered')) = (shop_id IS NOT NULL)", name=op.f("ck_booth_day_holder")),
        sa.ForeignKeyConstraint(["booth_id"], ["booth.id"], name=op.f("fk_booth_day_booth_id")),
        sa.ForeignKeyConstraint(["market_day_id"], ["market_day.id"], name=op.f("fk_booth_day_market_day_id")),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_booth_day_shop_id")),
        sa.ForeignKeyConstraint(["turn_id"], ["turn.id"], name=op.f("fk_booth_day_turn_id")),
        sa.PrimaryKeyConstraint("market_day_id", "booth_id", name=op.f("pk_booth_day")),
    )
    op.create_index("ix_booth_day_booth", "booth_day", ["booth_id"], unique=False)
    op.create_index("ix_booth_day_shop", "booth_day", ["shop_id"], unique=False)
    op.create_table(
        "order_pickup",
        sa.Column("order_id", ID, nullable=False),
        sa.Column("market_day_id", ID, nullable=True),
        sa.Column("turn_id", ID, nullable=True),
        sa.ForeignKeyConstraint(["market_day_id"], ["market_day.id"], name=op.f("fk_order_pickup_market_day_id")),
        sa.ForeignKeyConstraint(["order_id"], ["shop_order.id"], name=op.f("fk_order_pickup_order_id")),
        sa.ForeignKeyConstraint(["turn_id"], ["turn.id"], name=op.f("fk_order_pickup_turn_id")),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_order_pickup")),
    )
    op.create_index(op.f("ix_order_pickup_turn_id"), "order_pickup", ["turn_id"], unique=False)
    op.create_table(
        "turn_person",
        sa.Column("market_day_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("turn_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["market_day_id"], ["market_day.id"], name=op.f("fk_turn_person_market_day_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_turn_person_person_id")),
        sa.ForeignKeyConstraint(["turn_id"], ["turn.id"], name=op.f("fk_turn_person_turn_id")),
        sa.PrimaryKeyConstraint("market_day_id", "person_id", name=op.f("pk_turn_person")),
    )
    op.create_index(op.f("ix_turn_person_turn_id"), "turn_person", ["turn_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_turn_person_turn_id"), table_name="turn_person")
    op.drop_table("turn_person")
    op.drop_index(op.f("ix_order_pickup_turn_id"), table_name="order_pickup")
    op.drop_table("order_pickup")
    op.drop_index("ix_booth_day_shop", table_name="booth_day")
    op.drop_index("ix_booth_day_booth", table_name="booth_day")
    op.drop_table("booth_day")
    op.drop_index(
        "uq_turn_live_booth",
        table_name="turn",
        sqlite_where=sa.text("state IN ('held', 'offered', 'confirmed', 'attended', 'absent')"),
        postgresql_where=sa.text("state IN ('held', 'offered', 'confirmed', 'attended', 'absent')"),
    )
    op.drop_index("ix_turn_shop", table_name="turn")
    op.drop_index("ix_turn_person", table_name="turn")
    op.drop_index("ix_turn_answer_by", table_name="turn")
    op.drop_table("turn")
    op.drop_index("ix_enrolment_person", table_name="enrolment")
    op.drop_table("enrolment")
    op.drop_index(op.f("ix_booth_month_lease_id"), table_name="booth_month")
    op.drop_table("booth_month")
    op.drop_index("ix_stock_movement_variant", table_name="stock_movement")
    op.drop_table("stock_movement")
    op.drop_table("order_line")
    op.drop_index("ix_lease_shop", table_name="lease")
    op.drop_index("ix_lease_person", table_name="lease")
    op.drop_index("ix_lease_booth", table_name="lease")
    op.drop_table("lease")
    op.drop_table("journal_line")
    op.drop_index("ix_cohort_next", table_name="cohort")
    op.drop_table("cohort")
    op.drop_table("cart_line")
    op.drop_index("ix_application_person", table_name="application")
    op.drop_index("ix_application_edition", table_name="application")
    op.drop_table("application")
    op.drop_index("ix_variant_product", table_name="variant")
    op.drop_table("variant")
    op.drop_table("product_photo")
    op.drop_index("ix_post_author", table_name="post")
    op.drop_table("post")
    op.drop_table("payment_event")
    op.drop_index(
        "uq_payment_allocation_live_order",
        table_name="payment_allocation",
        sqlite_where=sa.text("is_live"),
        postgresql_where=sa.text("is_live"),
    )
    op.drop_index(
        "ix_payment_allocation_refund_due",
        table_name="payment_allocation",
        sqlite_where=sa.text("refund_due_at IS NOT NULL AND refunded_at IS NULL"),
        postgresql_where=sa.text("refund_due_at IS NOT NULL AND refunded_at IS NULL"),
    )
    op.drop_table("payment_allocation")
    op.drop_index("ix_paper_shop", table_name="paper")
    op.drop_table("paper")
    op.drop_index(op.f("ix_organisation_member_person_id"), table_name="organisation_member")
    op.drop_table("organisation_member")
    op.drop_index("ix_market_day_held_on", table_name="market_day")
    op.drop_table("market_day")
    op.drop_index("ix_journal_shop", table_name="journal")
    op.drop_table("journal")
    op.drop_index("ix_course_trainer", table_name="course")
    op.drop_index("ix_course_list", table_name="course")
    op.drop_table("course")
    op.drop_index("ix_booth_zone", table_name="booth")
    op.drop_table("booth")
    op.drop_table("zone")
    op.drop_index("ix_thread_room_page", table_name="thread")
    op.drop_index("ix_thread_latest", table_name="thread")
    op.drop_index("ix_thread_author", table_name="thread")
    op.drop_table("thread")
    op.drop_index("ix_shop_order_shop", table_name="shop_order")
    op.drop_index("ix_shop_order_buyer", table_name="shop_order")
    op.drop_table("shop_order")
    op.drop_index(op.f("ix_shop_member_person_id"), table_name="shop_member")
    op.drop_table("shop_member")
    op.drop_index("ix_product_shop", table_name="product")
    op.drop_index("ix_product_price", table_name="product")
    op.drop_index("ix_product_new", table_name="product")
    op.drop_index("ix_product_category_price", table_name="product")
    op.drop_index("ix_product_category_new", table_name="product")
    op.drop_table("product")
    op.drop_table("person_role")
    op.drop_index("ix_payment_buyer", table_name="payment")
    op.drop_table("payment")
    op.drop_table("organisation")
    op.drop_index(
        "ix_notice_unread", table_name="notice", sqlite_where=sa.text("read_at IS NULL"), postgresql_where=sa.text("read_at IS NULL")
    )
    op.drop_index("ix_notice_inbox", table_name="notice")
    op.drop_table("notice")
    op.drop_index("ix_edition_first_day", table_name="edition")
    op.drop_table("edition")
    op.drop_index(
        "ix_device_session_live",
        table_name="device_session",
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_table("device_session")
    op.drop_index("ix_consent_person", table_name="consent")
    op.drop_table("consent")
    op.drop_table("site")
    op.drop_table("shop")
    op.drop_table("room")
    op.drop_index(op.f("ix_person_made_at"), table_name="person")
    op.drop_table("person")
    op.drop_table("page_version")
    op.drop_index(
        "ix_outbox_due", table_name="outbox", sqlite_where=sa.text("done_at IS NULL"), postgresql_where=sa.text("done_at IS NULL")
    )
    op.drop_index("ix_outbox_done", table_name="outbox")
    op.drop_table("outbox")
    op.drop_index(op.f("ix_once_key_made_at"), table_name="once_key")
    op.drop_table("once_key")
    op.drop_table("fact")
    op.drop_index("ix_audit_subject", table_name="audit")
    op.drop_index(op.f("ix_audit_at"), table_name="audit")
    op.drop_index(op.f("ix_audit_actor_id"), table_name="audit")
    op.drop_table("audit")
