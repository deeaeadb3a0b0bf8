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
        "discarded_picture",
        sa.Column("id", ID, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("put_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discarded_picture")),
    )
    op.create_table(
        "spent_challenge",
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("spent_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_spent_challenge")),
    )
    with op.batch_alter_table("spent_challenge", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_spent_challenge_spent_at"), ["spent_at"], unique=False)

    op.create_table(
        "assisted_sign_up",
        sa.Column("person_id", ID, autoincrement=False, nullable=False),
        sa.Column("helped_by_id", ID, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["helped_by_id"], ["person.id"], name=op.f("fk_assisted_sign_up_helped_by_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_assisted_sign_up_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_assisted_sign_up")),
    )
    with op.batch_alter_table("assisted_sign_up", schema=None) as batch_op:
        batch_op.create_index("ix_assisted_sign_up_officer", ["helped_by_id", "made_at"], unique=False)
        batch_op.create_index(
            "ix_assisted_sign_up_waiting",
            ["made_at"],
            unique=False,
            sqlite_where=sa.text("confirmed_at IS NULL"),
            postgresql_where=sa.text("confirmed_at IS NULL"),
        )

    op.create_table(
        "block",
        sa.Column("blocker_id", ID, nullable=False),
        sa.Column("blocked_id", ID, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("blocker_id <> blocked_id", name=op.f("ck_block_not_oneself")),
        sa.ForeignKeyConstraint(["blocked_id"], ["person.id"], name=op.f("fk_block_blocked_id")),
        sa.ForeignKeyConstraint(["blocker_id"], ["person.id"], name=op.f("fk_block_blocker_id")),
        sa.PrimaryKeyConstraint("blocker_id", "blocked_id", name=op.f("pk_block")),
    )
    with op.batch_alter_table("block", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_block_blocked_id"), ["blocked_id"], unique=False)

    op.create_table(
        "breach",
        sa.Column("id", ID, nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("happened", sa.String(length=120), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("people_count", sa.Integer(), nullable=False),
        sa.Column("measures", sa.Text(), nullable=False),
        sa.Column("contact", sa.String(length=200), nullable=False),
        sa.Column("lang", sa.String(length=2), nullable=False),
        sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state", sa.Enum("open", "closed", name="breach_state", native_enum=False, create_constraint=True, length=32), nullable=False
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("made_by_id", ID, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("people_count >= 0", name=op.f("ck_breach_people_count")),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_breach_made_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_breach")),
    )
    with op.batch_alter_table("breach", schema=None) as batch_op:
        batch_op.create_index("ix_breach_state", ["state", "noticed_at"], unique=False)

    op.create_table(
        "contact_change",
        sa.Column("id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column(
            "contact",
            sa.Enum("phone", "email", name="contact_change_contact", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("before", sa.String(length=254), nullable=True),
        sa.Column("was_proven", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_contact_change_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_change")),
    )
    with op.batch_alter_table("contact_change", schema=None) as batch_op:
        batch_op.create_index("ix_contact_change_made", ["made_at"], unique=False)
        batch_op.create_index("ix_contact_change_person", ["person_id", "made_at"], unique=False)

    op.create_table(
        "data_request",
        sa.Column("id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "access",
                "correction",
                "restriction",
                "erasure",
                "objection",
                name="request_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum("open", "done", "declined", "withdrawn", name="request_state", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", ID, nullable=True),
        sa.CheckConstraint("(state = 'open') = (closed_at IS NULL)", name=op.f("ck_data_request_closed")),
        sa.ForeignKeyConstraint(["answered_by_id"], ["person.id"], name=op.f("fk_data_request_answered_by_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_data_request_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_request")),
    )
    with op.batch_alter_table("data_request", schema=None) as batch_op:
        batch_op.create_index("ix_data_request_due", ["state", "due_at"], unique=False)
        batch_op.create_index("ix_data_request_person", ["person_id", "id"], unique=False)
        batch_op.create_index(
            "uq_data_request_open",
            ["person_id", "kind"],
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )

    op.create_table(
        "desk_reset",
        sa.Column("id", ID, nullable=False),
        sa.Column(
            "act", sa.Enum("password", "phone", name="desk_act", native_enum=False, create_constraint=True, length=32), nullable=False
        ),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("officer_id", ID, nullable=False),
        sa.Column("phone", sa.String(length=16), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "flag",
            sa.Enum("many", "again", "denied", name="desk_flag", native_enum=False, create_constraint=True, length=32),
            nullable=True,
        ),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("looked_by_id", ID, nullable=True),
        sa.ForeignKeyConstraint(["looked_by_id"], ["person.id"], name=op.f("fk_desk_reset_looked_by_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["person.id"], name=op.f("fk_desk_reset_officer_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_desk_reset_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_reset")),
    )
    with op.batch_alter_table("desk_reset", schema=None) as batch_op:
        batch_op.create_index("ix_desk_reset_officer", ["officer_id", "made_at"], unique=False)
        batch_op.create_index("ix_desk_reset_person", ["person_id", "made_at"], unique=False)
        batch_op.create_index(
            "ix_desk_reset_to_look_at",
            ["id"],
            unique=False,
            sqlite_where=sa.text("flag IS NOT NULL AND looked_at IS NULL"),
            postgresql_where=sa.text("flag IS NOT NULL AND looked_at IS NULL"),
        )
        batch_op.create_index(
            "uq_desk_reset_open",
            ["person_id"],
            unique=True,
            sqlite_where=sa.text("done_at IS NULL AND stopped_at IS NULL"),
            postgresql_where=sa.text("done_at IS NULL AND stopped_at IS NULL"),
        )

    op.create_table(
        "digest",
        sa.Column("id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_digest_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest")),
        sa.UniqueConstraint("person_id", "day", name="uq_digest_person_day"),
    )
    with op.batch_alter_table("digest", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_digest_day"), ["day"], unique=False)

    op.create_table(
        "merit",
        sa.Column("id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("source_id", ID, nullable=False),
        sa.Column("earned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_merit_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merit")),
        sa.UniqueConstraint("person_id", "kind", "source", "source_id", name="uq_merit_source"),
    )
    op.create_table(
        "notice_preference",
        sa.Column("person_id", ID, nullable=False),
        sa.Column(
            "kind_group",
            sa.Enum(
                "selling", "booth", "training", "talk", "account", name="kind_group", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column(
            "pace", sa.Enum("now", "daily", "none", name="pace", native_enum=False, create_constraint=True, length=32), nullable=False
        ),
        sa.Column("by_mail", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notice_preference_person_id")),
        sa.PrimaryKeyConstraint("person_id", "kind_group", name=op.f("pk_notice_preference")),
    )
    op.create_table(
        "notice_setting",
        sa.Column("person_id", ID, autoincrement=False, nullable=False),
        sa.Column("has_quiet", sa.Boolean(), nullable=False),
        sa.Column("quiet_from", sa.SmallInteger(), nullable=False),
        sa.Column("quiet_until", sa.SmallInteger(), nullable=False),
        sa.Column(
            "by_message",
            sa.Enum("urgent", "always", "never", name="message_wish", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.CheckConstraint("quiet_from BETWEEN 0 AND 23 AND quiet_until BETWEEN 0 AND 23", name=op.f("ck_notice_setting_quiet")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notice_setting_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_notice_setting")),
    )
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
    )
    with op.batch_alter_table("passkey", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_passkey_person_id"), ["person_id"], unique=False)
        batch_op.create_index("uq_passkey_credential_id", ["credential_id"], unique=True)

    op.create_table(
        "passkey_handle",
        sa.Column("person_id", ID, autoincrement=False, nullable=False),
        sa.Column("handle", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_passkey_handle_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_passkey_handle")),
        sa.UniqueConstraint("handle", name="uq_passkey_handle_handle"),
    )
    op.create_table(
        "private_fact",
        sa.Column("person_id", ID, autoincrement=False, nullable=False),
        sa.Column("told", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_private_fact_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_private_fact")),
    )
    op.create_table(
        "programme",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("office", sa.String(length=120), nullable=False),
        sa.Column("gives", sa.Text(), nullable=False),
        sa.Column("counter", sa.String(length=200), nullable=False),
        sa.Column("lang", sa.String(length=2), nullable=False),
        sa.Column(
            "needs",
            sa.Enum("none", "business", "abroad", "family", name="programme_check", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("made_by_id", ID, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_programme_made_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme")),
    )
    with op.batch_alter_table("programme", schema=None) as batch_op:
        batch_op.create_index("ix_programme_ends", ["ends_on"], unique=False)

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
        sa.Column("asker", sa.String(length=32), nullable=False),
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
        "report_case",
        sa.Column("id", ID, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("subject_id", ID, nullable=False),
        sa.Column(
            "state",
            sa.Enum("open", "taken", "decided", name="report_case_state", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("weight", sa.SmallInteger(), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "fraud",
                "rude",
                "forbidden_goods",
                "exposed",
                "job_abroad",
                "other",
                name="report_case_reason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("is_for_admin", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_by_id", ID, nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "decision",
            sa.Enum(
                "no_violation", "warned", "taken_down", name="report_case_decision", native_enum=False, create_constraint=True, length=32
            ),
            nullable=True,
        ),
        sa.Column("decided_by_id", ID, nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_report_case_decided_by_id")),
        sa.ForeignKeyConstraint(["taken_by_id"], ["person.id"], name=op.f("fk_report_case_taken_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_case")),
    )
    with op.batch_alter_table("report_case", schema=None) as batch_op:
        batch_op.create_index("ix_report_case_queue", ["state", "weight", "opened_at"], unique=False)
        batch_op.create_index("ix_report_case_subject", ["kind", "subject_id"], unique=False)
        batch_op.create_index(
            "uq_report_case_open",
            ["kind", "subject_id"],
            unique=True,
            sqlite_where=sa.text("decided_at IS NULL"),
            postgresql_where=sa.text("decided_at IS NULL"),
        )

    op.create_table(
        "sign_in_entry",
        sa.Column("id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column(
            "way",
            sa.Enum(
                "password",
                "code",
                "factor",
                "passkey",
                "recovery",
                "sign_up",
                name="entry_way",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "outcome",
            sa.Enum(
                "in", "wrong_password", "wrong_code", "braked", name="entry_outcome", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("device", sa.String(length=80), nullable=False),
        sa.Column("hour", sa.DateTime(timezone=True), nullable=True),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(hour IS NULL) = (outcome = 'in')", name=op.f("ck_sign_in_entry_hour")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_sign_in_entry_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_entry")),
        sa.UniqueConstraint("person_id", "outcome", "hour", name="uq_sign_in_entry_hour"),
    )
    with op.batch_alter_table("sign_in_entry", schema=None) as batch_op:
        batch_op.create_index("ix_sign_in_entry_at", ["at"], unique=False)
        batch_op.create_index("ix_sign_in_entry_person", ["person_id", "at"], unique=False)

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

    op.create_table(
        "appeal",
        sa.Column("id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column(
            "state",
            sa.Enum("open", "kept", "changed", name="appeal_state", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", ID, nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["report_case.id"], name=op.f("fk_appeal_case_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_appeal_decided_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeal")),
        sa.UniqueConstraint("case_id", name="uq_appeal_case"),
    )
    with op.batch_alter_table("appeal", schema=None) as batch_op:
        batch_op.create_index("ix_appeal_state", ["state", "made_at"], unique=False)

    op.create_table(
        "breach_notice",
        sa.Column("id", ID, nullable=False),
        sa.Column("breach_id", ID, nullable=False),
        sa.Column(
            "audience",
            sa.Enum("agency", "people", name="breach_audience", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column(
            "way",
            sa.Enum(
                "letter", "email", "message", "inbox", "visit", name="breach_way", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("people_count", sa.Integer(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", ID, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("people_count >= 0", name=op.f("ck_breach_notice_people_count")),
        sa.ForeignKeyConstraint(["breach_id"], ["breach.id"], name=op.f("fk_breach_notice_breach_id")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_breach_notice_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_breach_notice")),
    )
    with op.batch_alter_table("breach_notice", schema=None) as batch_op:
        batch_op.create_index("ix_breach_notice_breach", ["breach_id"], unique=False)

    op.create_table(
        "delivery",
        sa.Column("id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("notice_id", ID, nullable=True),
        sa.Column("digest_id", ID, nullable=True),
        sa.Column(
            "channel",
            sa.Enum("mail", "message", "push", "whatsapp", name="channel", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "sending",
                "sent",
                "dropped",
                "stuck",
                name="delivery_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_by_id", ID, nullable=True),
        sa.Column("trouble", sa.String(length=48), nullable=True),
        sa.CheckConstraint("(notice_id IS NULL) <> (digest_id IS NULL)", name=op.f("ck_delivery_subject")),
        sa.ForeignKeyConstraint(["digest_id"], ["digest.id"], name=op.f("fk_delivery_digest_id")),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_delivery_notice_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_delivery_person_id")),
        sa.ForeignKeyConstraint(["sent_by_id"], ["person.id"], name=op.f("fk_delivery_sent_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("digest_id", "channel", name="uq_delivery_digest_channel"),
        sa.UniqueConstraint("notice_id", "channel", name="uq_delivery_notice_channel"),
    )
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.create_index("ix_delivery_made", ["made_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_delivery_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_delivery_sent_at"), ["sent_at"], unique=False)
        batch_op.create_index(
            "ix_delivery_stuck",
            ["made_at"],
            unique=False,
            sqlite_where=sa.text("state = 'stuck'"),
            postgresql_where=sa.text("state = 'stuck'"),
        )
        batch_op.create_index(
            "ix_delivery_to_hand",
            ["expires_at"],
            unique=False,
            sqlite_where=sa.text("channel = 'whatsapp' AND state = 'waiting'"),
            postgresql_where=sa.text("channel = 'whatsapp' AND state = 'waiting'"),
        )

    op.create_table(
        "digest_notice",
        sa.Column("notice_id", ID, autoincrement=False, nullable=False),
        sa.Column("digest_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["digest_id"], ["digest.id"], name=op.f("fk_digest_notice_digest_id")),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_digest_notice_notice_id")),
        sa.PrimaryKeyConstraint("notice_id", name=op.f("pk_digest_notice")),
    )
    with op.batch_alter_table("digest_notice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_digest_notice_digest_id"), ["digest_id"], unique=False)

    op.create_table(
        "programme_ask",
        sa.Column("id", ID, nullable=False),
        sa.Column("programme_id", ID, nullable=False),
        sa.Column("asker_mark", sa.String(length=32), nullable=False),
        sa.Column("asker", sa.LargeBinary(), nullable=False),
        sa.Column("consent_version", sa.String(length=16), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("result", sa.LargeBinary(), nullable=True),
        sa.Column("checked_on", sa.Date(), nullable=True),
        sa.Column("checked_by_id", ID, nullable=True),
        sa.ForeignKeyConstraint(["checked_by_id"], ["person.id"], name=op.f("fk_programme_ask_checked_by_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_programme_ask_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme_ask")),
        sa.UniqueConstraint("asker_mark", name="uq_programme_ask_asker_mark"),
    )
    with op.batch_alter_table("programme_ask", schema=None) as batch_op:
        batch_op.create_index("ix_programme_ask_programme", ["programme_id"], unique=False)

    op.create_table(
        "programme_officer",
        sa.Column("programme_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("added_by_id", ID, nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["added_by_id"], ["person.id"], name=op.f("fk_programme_officer_added_by_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_programme_officer_person_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_programme_officer_programme_id")),
        sa.PrimaryKeyConstraint("programme_id", "person_id", name=op.f("pk_programme_officer")),
    )
    with op.batch_alter_table("programme_officer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_programme_officer_person_id"), ["person_id"], unique=False)

    op.create_table(
        "push_subscription",
        sa.Column("id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("session_id", ID, nullable=False),
        sa.Column("endpoint", sa.String(length=1000), nullable=False),
        sa.Column("p256dh", sa.String(length=120), nullable=False),
        sa.Column("auth", sa.String(length=40), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_push_subscription_person_id")),
        sa.ForeignKeyConstraint(["session_id"], ["device_session.id"], name=op.f("fk_push_subscription_session_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_push_subscription")),
        sa.UniqueConstraint("endpoint", name="uq_push_subscription_endpoint"),
    )
    with op.batch_alter_table("push_subscription", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_push_subscription_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_push_subscription_session_id"), ["session_id"], unique=False)

    op.create_table(
        "report",
        sa.Column("id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("reporter_id", ID, nullable=True),
        sa.Column("reporter_mark", sa.String(length=32), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "fraud",
                "rude",
                "forbidden_goods",
                "exposed",
                "job_abroad",
                "other",
                name="report_reason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["report_case.id"], name=op.f("fk_report_case_id")),
        sa.ForeignKeyConstraint(["reporter_id"], ["person.id"], name=op.f("fk_report_reporter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sa.UniqueConstraint("case_id", "reporter_mark", name="uq_report_case_reporter"),
    )
    with op.batch_alter_table("report", schema=None) as batch_op:
        batch_op.create_index("ix_report_reporter", ["reporter_id"], unique=False)

    with op.batch_alter_table("device_session", schema=None) as batch_op:
        batch_op.add_column(sa.Column("proved_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("phone_slot", sa.SmallInteger(), server_default=sa.text("0"), nullable=False))
        batch_op.add_column(sa.Column("phone_lost_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("picture_key", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("suspended_for", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("suspended_words", sa.String(length=500), server_default=sa.text("('')"), nullable=False))
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

    with op.batch_alter_table("shop", schema=None) as batch_op:
        batch_op.add_column(sa.Column("held_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    # The older schema knows one account a number: the later ones lose theirs and are helped at the desk.
    op.execute("UPDATE person SET phone = NULL WHERE phone_slot > 0")
    with op.batch_alter_table("shop", schema=None) as batch_op:
        batch_op.drop_column("held_at")

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_constraint("phone_slot", type_="check")
        batch_op.drop_constraint("uq_person_phone_slot", type_="unique")
        batch_op.drop_index(
            "uq_person_phone_proven",
            sqlite_where=sa.text("phone_proven_at IS NOT NULL"),
            postgresql_where=sa.text("phone_proven_at IS NOT NULL"),
        )
        batch_op.create_unique_constraint(batch_op.f("uq_person_phone"), ["phone"])
        batch_op.drop_column("suspended_words")
        batch_op.drop_column("suspended_for")
        batch_op.drop_column("picture_key")
        batch_op.drop_column("phone_lost_at")
        batch_op.drop_column("phone_slot")

    with op.batch_alter_table("device_session", schema=None) as batch_op:
        batch_op.drop_column("proved_at")

    with op.batch_alter_table("report", schema=None) as batch_op:
        batch_op.drop_index("ix_report_reporter")

    op.drop_table("report")
    with op.batch_alter_table("push_subscription", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_push_subscription_session_id"))
        batch_op.drop_index(batch_op.f("ix_push_subscription_person_id"))

    op.drop_table("push_subscription")
    with op.batch_alter_table("programme_officer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_programme_officer_person_id"))

    op.drop_table("programme_officer")
    with op.batch_alter_table("programme_ask", schema=None) as batch_op:
        batch_op.drop_index("ix_programme_ask_programme")

    op.drop_table("programme_ask")
    with op.batch_alter_table("digest_notice", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_digest_notice_digest_id"))

    op.drop_table("digest_notice")
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_delivery_to_hand",
            sqlite_where=sa.text("channel = 'whatsapp' AND state = 'waiting'"),
            postgresql_where=sa.text("channel = 'whatsapp' AND state = 'waiting'"),
        )
        batch_op.drop_index("ix_delivery_stuck", sqlite_where=sa.text("state = 'stuck'"), postgresql_where=sa.text("state = 'stuck'"))
        batch_op.drop_index(batch_op.f("ix_delivery_sent_at"))
        batch_op.drop_index(batch_op.f("ix_delivery_person_id"))
        batch_op.drop_index("ix_delivery_made")

    op.drop_table("delivery")
    with op.batch_alter_table("breach_notice", schema=None) as batch_op:
        batch_op.drop_index("ix_breach_notice_breach")

    op.drop_table("breach_notice")
    with op.batch_alter_table("appeal", schema=None) as batch_op:
        batch_op.drop_index("ix_appeal_state")

    op.drop_table("appeal")
    with op.batch_alter_table("suspension", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_suspension_standing", sqlite_where=sa.text("lifted_at IS NULL"), postgresql_where=sa.text("lifted_at IS NULL")
        )
        batch_op.drop_index("ix_suspension_person")

    op.drop_table("suspension")
    with op.batch_alter_table("sign_in_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_sign_in_entry_person")
        batch_op.drop_index("ix_sign_in_entry_at")

    op.drop_table("sign_in_entry")
    with op.batch_alter_table("report_case", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_report_case_open", sqlite_where=sa.text("decided_at IS NULL"), postgresql_where=sa.text("decided_at IS NULL")
        )
        batch_op.drop_index("ix_report_case_subject")
        batch_op.drop_index("ix_report_case_queue")

    op.drop_table("report_case")
    with op.batch_alter_table("proof", schema=None) as batch_op:
        batch_op.drop_index("ix_proof_target")
        batch_op.drop_index(batch_op.f("ix_proof_person_id"))
        batch_op.drop_index("ix_proof_mark")
        batch_op.drop_index("ix_proof_ends")

    op.drop_table("proof")
    with op.batch_alter_table("programme", schema=None) as batch_op:
        batch_op.drop_index("ix_programme_ends")

    op.drop_table("programme")
    op.drop_table("private_fact")
    op.drop_table("passkey_handle")
    with op.batch_alter_table("passkey", schema=None) as batch_op:
        batch_op.drop_index("uq_passkey_credential_id")
        batch_op.drop_index(batch_op.f("ix_passkey_person_id"))

    op.drop_table("passkey")
    op.drop_table("notice_setting")
    op.drop_table("notice_preference")
    op.drop_table("merit")
    with op.batch_alter_table("digest", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_digest_day"))

    op.drop_table("digest")
    with op.batch_alter_table("desk_reset", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_desk_reset_open",
            sqlite_where=sa.text("done_at IS NULL AND stopped_at IS NULL"),
            postgresql_where=sa.text("done_at IS NULL AND stopped_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_desk_reset_to_look_at",
            sqlite_where=sa.text("flag IS NOT NULL AND looked_at IS NULL"),
            postgresql_where=sa.text("flag IS NOT NULL AND looked_at IS NULL"),
        )
        batch_op.drop_index("ix_desk_reset_person")
        batch_op.drop_index("ix_desk_reset_officer")

    op.drop_table("desk_reset")
    with op.batch_alter_table("data_request", schema=None) as batch_op:
        batch_op.drop_index("uq_data_request_open", sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"))
        batch_op.drop_index("ix_data_request_person")
        batch_op.drop_index("ix_data_request_due")

    op.drop_table("data_request")
    with op.batch_alter_table("contact_change", schema=None) as batch_op:
        batch_op.drop_index("ix_contact_change_person")
        batch_op.drop_index("ix_contact_change_made")

    op.drop_table("contact_change")
    with op.batch_alter_table("breach", schema=None) as batch_op:
        batch_op.drop_index("ix_breach_state")

    op.drop_table("breach")
    with op.batch_alter_table("block", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_block_blocked_id"))

    op.drop_table("block")
    with op.batch_alter_table("assisted_sign_up", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_assisted_sign_up_waiting", sqlite_where=sa.text("confirmed_at IS NULL"), postgresql_where=sa.text("confirmed_at IS NULL")
        )
        batch_op.drop_index("ix_assisted_sign_up_officer")

    op.drop_table("assisted_sign_up")
    with op.batch_alter_table("spent_challenge", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_spent_challenge_spent_at"))

    op.drop_table("spent_challenge")
    op.drop_table("discarded_picture")
