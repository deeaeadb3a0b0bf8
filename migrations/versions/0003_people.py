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

    with op.batch_alter_table("device_session", schema=None) as batch_op:
        batch_op.add_column(sa.Column("proved_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("phone_slot", sa.SmallInteger(), server_default=sa.text("0"), nullable=False))
        batch_op.add_column(sa.Column("phone_lost_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("picture_key", sa.String(length=64), nullable=True))
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
        batch_op.drop_column("picture_key")
        batch_op.drop_column("phone_lost_at")
        batch_op.drop_column("phone_slot")

    with op.batch_alter_table("device_session", schema=None) as batch_op:
        batch_op.drop_column("proved_at")

    with op.batch_alter_table("proof", schema=None) as batch_op:
        batch_op.drop_index("ix_proof_target")
        batch_op.drop_index(batch_op.f("ix_proof_person_id"))
        batch_op.drop_index("ix_proof_mark")
        batch_op.drop_index("ix_proof_ends")

    op.drop_table("proof")
