"""People: contacts and their proofs, passkeys, privacy, organisations, reports, messages out."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "spent_challenge",
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("spent_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_spent_challenge")),
    )
    with op.batch_alter_table("spent_challenge", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_spent_challenge_spent_at"), ["spent_at"], unique=False)

    op.create_table(
        "passkey",
        sa.Column("id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("rp_id", sa.String(length=253), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("label", sa.String(length=60), nullable=False),
        sa.Column("transports", sa.String(length=80), nullable=False),
        sa.Column("is_backed_up", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_passkey_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("credential_id", name="uq_passkey_credential_id"),
    )
    with op.batch_alter_table("passkey", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_passkey_person_id"), ["person_id"], unique=False)

    op.create_table(
        "passkey_handle",
        sa.Column("person_id", ID, autoincrement=False, nullable=False),
        sa.Column("handle", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_passkey_handle_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_passkey_handle")),
        sa.UniqueConstraint("handle", name="uq_passkey_handle_handle"),
    )
    op.create_table(
        "proof",
        sa.Column("id", ID, nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "phone",
                "email",
                "sign_in",
                "recovery",
                "desk_reset",
                "assisted",
                name="proof_purpose",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("target", sa.String(length=254), nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("code_mark", sa.String(length=32), nullable=False),
        sa.Column("made_by_id", ID, nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries_left", sa.SmallInteger(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_proof_made_by_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_proof_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proof")),
    )
    with op.batch_alter_table("proof", schema=None) as batch_op:
        batch_op.create_index("ix_proof_ends", ["ends_at"], unique=False)
        batch_op.create_index("ix_proof_mark", ["code_mark"], unique=False)
        batch_op.create_index(batch_op.f("ix_proof_person_id"), ["person_id"], unique=False)
        batch_op.create_index("ix_proof_target", ["purpose", "target"], unique=False)

    op.create_table(
        "suspension",
        sa.Column("id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "fraud",
                "abuse",
                "exposing",
                "recruiting",
                "taken_over",
                "other",
                name="suspension_reason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("words", sa.String(length=500), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", ID, nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by_id", ID, nullable=True),
        sa.CheckConstraint("until_at > from_at", name=op.f("ck_suspension_order")),
        sa.ForeignKeyConstraint(["lifted_by_id"], ["person.id"], name=op.f("fk_suspension_lifted_by_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_suspension_made_by_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_suspension_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suspension")),
    )
    with op.batch_alter_table("suspension", schema=None) as batch_op:
        batch_op.create_index("ix_suspension_person", ["person_id", "id"], unique=False)
        batch_op.create_index(
            "uq_suspension_standing",
            ["person_id"],
            unique=True,
            sqlite_where=sa.text("lifted_at IS NULL"),
            postgresql_where=sa.text("lifted_at IS NULL"),
        )

    with op.batch_alter_table("device_session", schema=None) as batch_op:
        batch_op.add_column(sa.Column("proved_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("phone_slot", sa.SmallInteger(), server_default=sa.text("0"), nullable=False))
        batch_op.add_column(sa.Column("phone_lost_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("picture_key", sa.String(length=64), nullable=True))
        batch_op.add_column(
            sa.Column(
                "suspended_for",
                sa.Enum(
                    "fraud",
                    "abuse",
                    "exposing",
                    "recruiting",
                    "taken_over",
                    "other",
                    name="suspended_for",
                    native_enum=False,
                    create_constraint=True,
                    length=32,
                ),
                nullable=True,
            )
        )
        batch_op.drop_constraint(batch_op.f("uq_person_phone"), type_="unique")
        batch_op.create_index(
            "uq_person_phone_proven",
            ["phone"],
            unique=True,
            sqlite_where=sa.text("phone_proven_at IS NOT NULL"),
            postgresql_where=sa.text("phone_proven_at IS NOT NULL"),
        )
        batch_op.create_unique_constraint("uq_person_phone_slot", ["phone", "phone_slot"])
        batch_op.create_check_constraint("phone_slot", "phone_slot BETWEEN 0 AND 2")


def downgrade() -> None:
    # The older schema knows one account a number: the later ones lose theirs and are helped at the desk.
    op.execute("UPDATE person SET phone = NULL WHERE phone_slot > 0")
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_constraint("phone_slot", type_="check")
        batch_op.drop_constraint("uq_person_phone_slot", type_="unique")
        batch_op.drop_index(
            "uq_person_phone_proven",
            sqlite_where=sa.text("phone_proven_at IS NOT NULL"),
            postgresql_where=sa.text("phone_proven_at IS NOT NULL"),
        )
        batch_op.create_unique_constraint(batch_op.f("uq_person_phone"), ["phone"])
        batch_op.drop_column("suspended_for")
        batch_op.drop_column("picture_key")
        batch_op.drop_column("phone_lost_at")
        batch_op.drop_column("phone_slot")

    with op.batch_alter_table("device_session", schema=None) as batch_op:
        batch_op.drop_column("proved_at")

    with op.batch_alter_table("suspension", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_suspension_standing", sqlite_where=sa.text("lifted_at IS NULL"), postgresql_where=sa.text("lifted_at IS NULL")
        )
        batch_op.drop_index("ix_suspension_person")

    op.drop_table("suspension")
    with op.batch_alter_table("proof", schema=None) as batch_op:
        batch_op.drop_index("ix_proof_target")
        batch_op.drop_index(batch_op.f("ix_proof_person_id"))
        batch_op.drop_index("ix_proof_mark")
        batch_op.drop_index("ix_proof_ends")

    op.drop_table("proof")
    op.drop_table("passkey_handle")
    with op.batch_alter_table("passkey", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_passkey_person_id"))

    op.drop_table("passkey")
    with op.batch_alter_table("spent_challenge", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_spent_challenge_spent_at"))

    op.drop_table("spent_challenge")
