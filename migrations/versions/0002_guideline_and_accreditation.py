"""Guideline and accreditation, and the triggers that keep what was handed in, sent and signed as it was.

Revision ID: 0002
Revises: 0001
Create Date: 2026-11-22
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


FROZEN = ("proposal_submissions", "dossiers", "letters", "letter_deliveries", "standing_periods")
# nobody decides on what they assessed or advised, whatever door they come through (domain.md, rule 2)
TOOK_PART = """
    EXISTS (SELECT 1 FROM scores s WHERE s.proposal_id = NEW.proposal_id AND s.person_id = NEW.signed_by_id)
    OR EXISTS (SELECT 1 FROM proposal_assessors a WHERE a.proposal_id = NEW.proposal_id
               AND a.person_id = NEW.signed_by_id)
    OR EXISTS (SELECT 1 FROM fact_checks f WHERE f.proposal_id = NEW.proposal_id AND f.person_id = NEW.signed_by_id)
    OR EXISTS (SELECT 1 FROM moderations m WHERE m.proposal_id = NEW.proposal_id AND m.person_id = NEW.signed_by_id)
    OR EXISTS (SELECT 1 FROM post_advices p WHERE p.proposal_id = NEW.proposal_id AND p.given_by_id = NEW.signed_by_id)
    OR EXISTS (SELECT 1 FROM internal_notes n WHERE n.person_id = NEW.signed_by_id
               AND (n.proposal_id = NEW.proposal_id OR n.accreditation_id = NEW.accreditation_id))
    OR EXISTS (SELECT 1 FROM interests i WHERE i.hub_id = NEW.hub_id AND i.person_id = NEW.signed_by_id
               AND i.ended_at IS NULL)
    OR EXISTS (SELECT 1 FROM objections o JOIN decisions d ON d.id = o.decision_id
               WHERE o.id = NEW.objection_id AND d.signed_by_id = NEW.signed_by_id)
"""
# signed means by somebody
NOT_BY_WHO_MAY = (
    f"(NEW.state = 'signed' AND NEW.signed_by_id IS NULL) OR (NEW.signed_by_id IS NOT NULL AND ({TOOK_PART}))"
)
REFUSED = "nobody decides on what they assessed, advised on or have an interest in"


def _guard_sqlite() -> None:
    for table in FROZEN:
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} are insert-only'); END"
            )
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER decisions_no_{verb.lower()} BEFORE {verb} ON decisions WHEN OLD.state = 'signed' "
            "BEGIN SELECT RAISE(ABORT, 'a signed decision does not change'); END"
        )
    for verb in ("INSERT", "UPDATE"):
        op.execute(
            f"CREATE TRIGGER decisions_four_eyes_{verb.lower()} BEFORE {verb} ON decisions "
            f"WHEN {NOT_BY_WHO_MAY} BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
        )


def _guard_postgresql() -> None:
    for table in FROZEN:
        op.execute(
            f"CREATE TRIGGER {table}_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    op.execute(
        "CREATE FUNCTION refuse_signed() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'a signed decision does not change'; END $$"
    )
    op.execute(
        "CREATE TRIGGER decisions_signed BEFORE UPDATE OR DELETE ON decisions FOR EACH ROW "
        "WHEN (OLD.state = 'signed') EXECUTE FUNCTION refuse_signed()"
    )
    op.execute(
        "CREATE FUNCTION four_eyes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {NOT_BY_WHO_MAY} THEN RAISE EXCEPTION '{REFUSED}'; END IF; "
        "RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER decisions_four_eyes BEFORE INSERT OR UPDATE ON decisions "
        "FOR EACH ROW EXECUTE FUNCTION four_eyes()"
    )


# keys between tables that need one another; SQLite got them with its tables, PostgreSQL cannot before both are there
LATE_KEYS = (
    ("fk_proposals_renews_id_accreditations", "proposals", "accreditations", "renews_id"),
    ("fk_decisions_accreditation_id_accreditations", "decisions", "accreditations", "accreditation_id"),
    ("fk_decisions_objection_id_objections", "decisions", "objections", "objection_id"),
)


def _late_keys() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for name, table, other, column in LATE_KEYS:
            op.create_foreign_key(name, table, other, [column], ["id"])


def _drop_late_keys() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for name, table, _other, _column in LATE_KEYS:
            op.drop_constraint(name, table, type_="foreignkey")


def _guard() -> None:
    """What was handed in, sent and signed stays as it was, by whatever client."""
    guard = _guard_sqlite if op.get_bind().dialect.name == "sqlite" else _guard_postgresql
    guard()


def _release() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in (*FROZEN, "decisions"):
            for verb in ("update", "delete"):
                op.execute(f"DROP TRIGGER IF EXISTS {table}_no_{verb}")
        for verb in ("insert", "update"):
            op.execute(f"DROP TRIGGER IF EXISTS decisions_four_eyes_{verb}")
        return
    for table in FROZEN:
        op.execute(f"DROP TRIGGER IF EXISTS {table}_insert_only ON {table}")
    op.execute("DROP TRIGGER IF EXISTS decisions_signed ON decisions")
    op.execute("DROP TRIGGER IF EXISTS decisions_four_eyes ON decisions")
    op.execute("DROP FUNCTION IF EXISTS refuse_signed()")
    op.execute("DROP FUNCTION IF EXISTS four_eyes()")


# --- standings that were set before periods were kept

EVENTS = sa.table(
    "events",
    sa.column("id", sa.BigInteger),
    sa.column("kind", sa.String),
    sa.column("subject_type", sa.String),
    sa.column("subject_id", sa.String),
    sa.column("at", sa.DateTime(timezone=True)),
    sa.column("actor_kind", sa.String),
    sa.column("actor_id", sa.String),
    sa.column("data", sa.JSON),
)
PROFILES = sa.table(
    "hub_profiles",
    sa.column("id", sa.String),
    sa.column("state", sa.String),
    sa.column("status_since", sa.DateTime(timezone=True)),
)
PEOPLE = sa.table("people", sa.column("id", sa.String))
PERIODS = sa.table(
    "standing_periods",
    sa.column("hub_id", sa.String),
    sa.column("status", sa.String),
    sa.column("from_at", sa.DateTime(timezone=True)),
    sa.column("ground", sa.String),
    sa.column("by_person_id", sa.String),
)


def _from_events(people: set[str], chambers: set[str]) -> Iterator[dict[str, Any]]:
    """Every standing of the audit trail, in order."""
    statement = (
        sa.select(EVENTS)
        .where(EVENTS.c.subject_type == "hub_profiles", EVENTS.c.kind.like("hub!_status.%", escape="!"))
        .order_by(EVENTS.c.id)
    )
    for row in op.get_bind().execute(statement).mappings():
        status = (row["data"] or {}).get("to")
        if status and row["subject_id"] in chambers:
            person = row["actor_id"] if row["actor_kind"] == "person" and row["actor_id"] in people else None
            yield _period(row["subject_id"], status, row["at"], person)


def _period(hub_id: str, status: str, at: datetime, person_id: str | None) -> dict[str, Any]:
    aware = at if at.tzinfo else at.replace(tzinfo=UTC)
    found = {"hub_id": hub_id, "status": status, "from_at": aware, "ground": "administrator"}
    return {**found, "by_person_id": person_id}


def _keep_standings_set_before() -> None:
    """ "As of" answers for every day since the first standing: those of the audit trail become periods."""
    bind = op.get_bind()
    people = set(bind.execute(sa.select(PEOPLE.c.id)).scalars())
    profiles = bind.execute(sa.select(PROFILES)).mappings().all()
    rows = list(_from_events(people, {row["id"] for row in profiles}))
    told = {row["hub_id"] for row in rows}
    rows += [
        _period(row["id"], row["state"], row["status_since"], None)
        for row in profiles
        if row["id"] not in told and row["state"] != "registered" and row["status_since"] is not None
    ]
    if rows:
        op.bulk_insert(PERIODS, rows)


def upgrade() -> None:
    op.create_table(
        "guideline_versions",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("based_on_id", sa.String(length=26), nullable=True),
        sa.Column("in_force_on", sa.Date(), nullable=True),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.Column("put_in_force_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=True),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_proposal", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("pass_mark", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.Column("moderation_distance", sa.Integer(), nullable=False),
        sa.Column("term_years", sa.Integer(), nullable=False),
        sa.Column("mid_term_months", sa.Integer(), nullable=False),
        sa.Column("development_months", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('draft', 'in_force', 'retired')", name=op.f("ck_guideline_versions_state")),
        sa.ForeignKeyConstraint(
            ["based_on_id"],
            ["guideline_versions.id"],
            name=op.f("fk_guideline_versions_based_on_id_guideline_versions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guideline_versions")),
        sa.UniqueConstraint("name", name=op.f("uq_guideline_versions_name")),
    )
    with op.batch_alter_table("guideline_versions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_guideline_versions_state"), ["state"], unique=False)

    op.create_table(
        "stored_files",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("scan", sa.String(length=20), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stored_by", sa.String(length=64), nullable=True),
        sa.CheckConstraint("scan IN ('clean', 'not_scanned')", name=op.f("ck_stored_files_scan")),
        sa.CheckConstraint("size > 0", name=op.f("ck_stored_files_size")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_files")),
    )
    with op.batch_alter_table("stored_files", schema=None) as batch_op:
        batch_op.create_index("ix_stored_files_sha256", ["sha256"], unique=False)

    op.create_table(
        "trade_figures",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("reporter", sa.String(length=2), nullable=False),
        sa.Column("market", sa.String(length=3), nullable=False),
        sa.Column("flow", sa.String(length=64), nullable=False),
        sa.Column("value", sa.Numeric(precision=20, scale=3), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("source_date", sa.String(length=40), nullable=True),
        sa.Column("loaded_hash", sa.String(length=64), nullable=True),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trade_figures")),
        sa.UniqueConstraint(
            "reporter",
            "market",
            "flow",
            "year",
            "unit",
            "source",
            name=op.f("uq_trade_figures_reporter_market_flow_year_unit_source"),
        ),
    )
    with op.batch_alter_table("trade_figures", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_trade_figures_market"), ["market"], unique=False)

    op.create_table(
        "calibration_rounds",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("guideline_version_id", sa.String(length=26), nullable=False),
        sa.Column("seed", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("drawn_by_id", sa.String(length=26), nullable=True),
        sa.ForeignKeyConstraint(["drawn_by_id"], ["people.id"], name=op.f("fk_calibration_rounds_drawn_by_id_people")),
        sa.ForeignKeyConstraint(
            ["guideline_version_id"],
            ["guideline_versions.id"],
            name=op.f("fk_calibration_rounds_guideline_version_id_guideline_versions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calibration_rounds")),
    )
    with op.batch_alter_table("calibration_rounds", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_calibration_rounds_guideline_version_id"), ["guideline_version_id"], unique=False
        )

    op.create_table(
        "concerns",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("hub_id", sa.String(length=26), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("raised_by_id", sa.String(length=26), nullable=True),
        sa.Column("owner_id", sa.String(length=26), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("overdue_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by_id", sa.String(length=26), nullable=True),
        sa.Column("finding", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["closed_by_id"], ["people.id"], name=op.f("fk_concerns_closed_by_id_people")),
        sa.ForeignKeyConstraint(["hub_id"], ["organisations.id"], name=op.f("fk_concerns_hub_id_organisations")),
        sa.ForeignKeyConstraint(["owner_id"], ["people.id"], name=op.f("fk_concerns_owner_id_people")),
        sa.ForeignKeyConstraint(["raised_by_id"], ["people.id"], name=op.f("fk_concerns_raised_by_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concerns")),
    )
    with op.batch_alter_table("concerns", schema=None) as batch_op:
        batch_op.create_index("ix_concerns_due", ["closed_at", "due_on"], unique=False)
        batch_op.create_index("ix_concerns_hub_id", ["hub_id", "closed_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_concerns_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "criteria",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("version_id", sa.String(length=26), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("group_code", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name_nl", sa.String(length=250), nullable=False),
        sa.Column("name_en", sa.String(length=250), nullable=False),
        sa.Column("explanation_nl", sa.Text(), nullable=True),
        sa.Column("explanation_en", sa.Text(), nullable=True),
        sa.Column("answer", sa.String(length=20), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=True),
        sa.Column("weight", sa.Numeric(precision=6, scale=2), nullable=False),
        sa.Column("rule", sa.String(length=20), nullable=False),
        sa.Column("threshold", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("better", sa.String(length=10), nullable=False),
        sa.Column("moment", sa.String(length=20), nullable=False),
        sa.Column(
            "kinds",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "market_lists",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("consequence", sa.String(length=20), nullable=False),
        sa.Column(
            "levels",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("source_nl", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "answer IN ('scale', 'yes_no', 'number', 'document', 'agreement')", name=op.f("ck_criteria_answer")
        ),
        sa.CheckConstraint("better IN ('', 'higher', 'lower')", name=op.f("ck_criteria_better")),
        sa.CheckConstraint("moment IN ('application', 'activation', 'review')", name=op.f("ck_criteria_moment")),
        sa.CheckConstraint("rule IN ('knock_out', 'mandatory', 'informative')", name=op.f("ck_criteria_rule")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["guideline_versions.id"], name=op.f("fk_criteria_version_id_guideline_versions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_criteria")),
        sa.UniqueConstraint("version_id", "code", name=op.f("uq_criteria_version_id_code")),
    )
    op.create_table(
        "criterion_groups",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("version_id", sa.String(length=26), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name_nl", sa.String(length=250), nullable=False),
        sa.Column("name_en", sa.String(length=250), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["guideline_versions.id"], name=op.f("fk_criterion_groups_version_id_guideline_versions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_criterion_groups")),
        sa.UniqueConstraint("version_id", "code", name=op.f("uq_criterion_groups_version_id_code")),
    )
    op.create_table(
        "hub_fundings",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("hub_id", sa.String(length=26), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("amount_cents", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("planned_cents", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("is_de_minimis", sa.Boolean(), nullable=False),
        sa.Column("granted_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.String(length=26), nullable=True),
        sa.ForeignKeyConstraint(["hub_id"], ["organisations.id"], name=op.f("fk_hub_fundings_hub_id_organisations")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["people.id"], name=op.f("fk_hub_fundings_recorded_by_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hub_fundings")),
    )
    with op.batch_alter_table("hub_fundings", schema=None) as batch_op:
        batch_op.create_index("ix_hub_fundings_hub_id", ["hub_id", "year"], unique=False)

    op.create_table(
        "interests",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("hub_id", sa.String(length=26), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["hub_id"], ["organisations.id"], name=op.f("fk_interests_hub_id_organisations")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_interests_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interests")),
    )
    with op.batch_alter_table("interests", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_interests_hub_id"), ["hub_id"], unique=False)
        batch_op.create_index("ix_interests_person_id", ["person_id", "hub_id"], unique=False)

    op.create_table(
        "letter_settings",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("sender_nl", sa.Text(), nullable=False),
        sa.Column("sender_en", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("signatory_function_nl", sa.String(length=200), nullable=False),
        sa.Column("signatory_function_en", sa.String(length=200), nullable=False),
        sa.Column("has_objection_clause", sa.Boolean(), nullable=False),
        sa.Column("objection_clause_nl", sa.Text(), nullable=False),
        sa.Column("objection_clause_en", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_by_id", sa.String(length=26), nullable=True),
        sa.ForeignKeyConstraint(["updated_by_id"], ["people.id"], name=op.f("fk_letter_settings_updated_by_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_settings")),
    )
    op.create_table(
        "proposals",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("state_before_return", sa.String(length=24), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("hub_id", sa.String(length=26), nullable=False),
        sa.Column("market", sa.String(length=2), nullable=True),
        sa.Column(
            "markets",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("guideline_version_id", sa.String(length=26), nullable=False),
        sa.Column("renews_id", sa.String(length=26), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("file_number", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.String(length=26), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resubmitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("assessed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("extended_on", sa.Date(), nullable=True),
        sa.Column("extension_days", sa.Integer(), nullable=False),
        sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("overdue_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('new', 'in_development', 'renewal', 'scope_change')", name=op.f("ck_proposals_kind")
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'in_assessment', 'returned', 'assessed', 'decision_drafted', 'decided', 'not_considered', 'withdrawn')",
            name=op.f("ck_proposals_state"),
        ),
        sa.ForeignKeyConstraint(["created_by_id"], ["people.id"], name=op.f("fk_proposals_created_by_id_people")),
        sa.ForeignKeyConstraint(
            ["guideline_version_id"],
            ["guideline_versions.id"],
            name=op.f("fk_proposals_guideline_version_id_guideline_versions"),
        ),
        sa.ForeignKeyConstraint(["hub_id"], ["organisations.id"], name=op.f("fk_proposals_hub_id_organisations")),
        sa.ForeignKeyConstraint(["market"], ["markets.iso2"], name=op.f("fk_proposals_market_markets")),
        sa.ForeignKeyConstraint(
            ["renews_id"], ["accreditations.id"], name=op.f("fk_proposals_renews_id_accreditations"), use_alter=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals")),
        sa.UniqueConstraint("reference", name=op.f("uq_proposals_reference")),
    )
    with op.batch_alter_table("proposals", schema=None) as batch_op:
        batch_op.create_index("ix_proposals_board", ["state", "due_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_proposals_guideline_version_id"), ["guideline_version_id"], unique=False)
        batch_op.create_index("ix_proposals_hub_id", ["hub_id", "id"], unique=False)
        batch_op.create_index("ix_proposals_market", ["market", "state"], unique=False)

    op.create_table(
        "standing_periods",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("hub_id", sa.String(length=26), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("ground", sa.String(length=20), nullable=False),
        sa.Column("accreditation_id", sa.String(length=26), nullable=True),
        sa.Column("decision_id", sa.String(length=26), nullable=True),
        sa.Column("guideline_version_id", sa.String(length=26), nullable=True),
        sa.Column("by_person_id", sa.String(length=26), nullable=True),
        sa.ForeignKeyConstraint(["by_person_id"], ["people.id"], name=op.f("fk_standing_periods_by_person_id_people")),
        sa.ForeignKeyConstraint(
            ["hub_id"], ["organisations.id"], name=op.f("fk_standing_periods_hub_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standing_periods")),
    )
    with op.batch_alter_table("standing_periods", schema=None) as batch_op:
        batch_op.create_index("ix_standing_periods_hub_id", ["hub_id", "from_at"], unique=False)

    op.create_table(
        "calibration_items",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("round_id", sa.String(length=26), nullable=False),
        sa.Column("proposal_id", sa.String(length=26), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_calibration_items_person_id_people")),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposals.id"], name=op.f("fk_calibration_items_proposal_id_proposals")
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["calibration_rounds.id"], name=op.f("fk_calibration_items_round_id_calibration_rounds")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calibration_items")),
        sa.UniqueConstraint("round_id", "proposal_id", name=op.f("uq_calibration_items_round_id_proposal_id")),
    )
    with op.batch_alter_table("calibration_items", schema=None) as batch_op:
        batch_op.create_index("ix_calibration_items_person_id", ["person_id"], unique=False)

    op.create_table(
        "decisions",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("hub_id", sa.String(length=26), nullable=False),
        sa.Column("proposal_id", sa.String(length=26), nullable=True),
        sa.Column("accreditation_id", sa.String(length=26), nullable=True),
        sa.Column("replaces_id", sa.String(length=26), nullable=True),
        sa.Column("objection_id", sa.String(length=26), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("computed_outcome", sa.String(length=20), nullable=True),
        sa.Column(
            "computed",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("departure_reason", sa.String(length=64), nullable=True),
        sa.Column("departure_note", sa.Text(), nullable=True),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("reasons_en", sa.Text(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column(
            "markets",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "services",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("file_number", sa.Integer(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("signed_digest", sa.String(length=64), nullable=True),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("drafted_by_id", sa.String(length=26), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_by_id", sa.String(length=26), nullable=True),
        sa.CheckConstraint(
            "kind IN ('accredit', 'accredit_with_conditions', 'in_development', 'refuse', 'not_consider', 'suspend', 'lift_suspension', 'withdraw')",
            name=op.f("ck_decisions_kind"),
        ),
        sa.CheckConstraint("state IN ('draft', 'signed', 'dropped')", name=op.f("ck_decisions_state")),
        sa.ForeignKeyConstraint(
            ["accreditation_id"],
            ["accreditations.id"],
            name=op.f("fk_decisions_accreditation_id_accreditations"),
            use_alter=True,
        ),
        sa.ForeignKeyConstraint(["drafted_by_id"], ["people.id"], name=op.f("fk_decisions_drafted_by_id_people")),
        sa.ForeignKeyConstraint(["hub_id"], ["organisations.id"], name=op.f("fk_decisions_hub_id_organisations")),
        sa.ForeignKeyConstraint(
            ["objection_id"], ["objections.id"], name=op.f("fk_decisions_objection_id_objections"), use_alter=True
        ),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name=op.f("fk_decisions_proposal_id_proposals")),
        sa.ForeignKeyConstraint(["replaces_id"], ["decisions.id"], name=op.f("fk_decisions_replaces_id_decisions")),
        sa.ForeignKeyConstraint(["signed_by_id"], ["people.id"], name=op.f("fk_decisions_signed_by_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
        sa.UniqueConstraint("reference", name=op.f("uq_decisions_reference")),
    )
    with op.batch_alter_table("decisions", schema=None) as batch_op:
        batch_op.create_index("ix_decisions_hub_id", ["hub_id", "signed_at"], unique=False)
        batch_op.create_index("ix_decisions_proposal_id", ["proposal_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_decisions_replaces_id"), ["replaces_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_decisions_signed_by_id"), ["signed_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_decisions_state"), ["state"], unique=False)

    op.create_table(
        "fact_checks",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.String(length=26), nullable=False),
        sa.Column("criterion_code", sa.String(length=12), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("value", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("answer", sa.Boolean(), nullable=True),
        sa.Column("departs", sa.Boolean(), nullable=False),
        sa.Column("ground", sa.String(length=64), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_fact_checks_person_id_people")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name=op.f("fk_fact_checks_proposal_id_proposals")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fact_checks")),
        sa.UniqueConstraint("proposal_id", "criterion_code", name=op.f("uq_fact_checks_proposal_id_criterion_code")),
    )
    with op.batch_alter_table("fact_checks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_fact_checks_person_id"), ["person_id"], unique=False)

    op.create_table(
        "moderations",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.String(length=26), nullable=False),
        sa.Column("criterion_code", sa.String(length=12), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("ground", sa.String(length=64), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_moderations_person_id_people")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name=op.f("fk_moderations_proposal_id_proposals")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moderations")),
        sa.UniqueConstraint("proposal_id", "criterion_code", name=op.f("uq_moderations_proposal_id_criterion_code")),
    )
    with op.batch_alter_table("moderations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_moderations_person_id"), ["person_id"], unique=False)

    op.create_table(
        "post_advices",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.String(length=26), nullable=False),
        sa.Column("post_id", sa.String(length=26), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by_id", sa.String(length=26), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("opinion", sa.String(length=20), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("given_by_id", sa.String(length=26), nullable=True),
        sa.CheckConstraint(
            "opinion IN ('positive', 'positive_if', 'negative', 'no_opinion')", name=op.f("ck_post_advices_opinion")
        ),
        sa.ForeignKeyConstraint(["asked_by_id"], ["people.id"], name=op.f("fk_post_advices_asked_by_id_people")),
        sa.ForeignKeyConstraint(["given_by_id"], ["people.id"], name=op.f("fk_post_advices_given_by_id_people")),
        sa.ForeignKeyConstraint(["post_id"], ["organisations.id"], name=op.f("fk_post_advices_post_id_organisations")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name=op.f("fk_post_advices_proposal_id_proposals")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post_advices")),
        sa.UniqueConstraint("proposal_id", "post_id", name=op.f("uq_post_advices_proposal_id_post_id")),
    )
    with op.batch_alter_table("post_advices", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_post_advices_given_by_id"), ["given_by_id"], unique=False)
        batch_op.create_index("ix_post_advices_post_id", ["post_id", "given_at"], unique=False)

    op.create_table(
        "proposal_assessors",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("proposal_id", sa.String(length=26), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("assigned_by_id", sa.String(length=26), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["assigned_by_id"], ["people.id"], name=op.f("fk_proposal_assessors_assigned_by_id_people")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_proposal_assessors_person_id_people")),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposals.id"], name=op.f("fk_proposal_assessors_proposal_id_proposals")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal_assessors")),
        sa.UniqueConstraint("proposal_id", "person_id", name=op.f("uq_proposal_assessors_proposal_id_person_id")),
    )
    with op.batch_alter_table("proposal_assessors", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_proposal_assessors_person_id"), ["person_id"], unique=False)

    op.create_table(
        "proposal_evidence",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("proposal_id", sa.String(length=26), nullable=False),
        sa.Column("criterion_code", sa.String(length=12), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("document_on", sa.Date(), nullable=True),
        sa.Column("file_id", sa.String(length=26), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by_id", sa.String(length=26), nullable=True),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["added_by_id"], ["people.id"], name=op.f("fk_proposal_evidence_added_by_id_people")),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_files.id"], name=op.f("fk_proposal_evidence_file_id_stored_files")
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposals.id"], name=op.f("fk_proposal_evidence_proposal_id_proposals")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal_evidence")),
    )
    with op.batch_alter_table("proposal_evidence", schema=None) as batch_op:
        batch_op.create_index("ix_proposal_evidence_proposal_id", ["proposal_id"], unique=False)

    op.create_table(
        "proposal_hints",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("proposal_id", sa.String(length=26), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column(
            "values",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposals.id"], name=op.f("fk_proposal_hints_proposal_id_proposals")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal_hints")),
        sa.UniqueConstraint("proposal_id", "code", "subject", name=op.f("uq_proposal_hints_proposal_id_code_subject")),
    )
    op.create_table(
        "proposal_sections",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.String(length=26), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column(
            "content",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by_id", sa.String(length=26), nullable=True),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposals.id"], name=op.f("fk_proposal_sections_proposal_id_proposals")
        ),
        sa.ForeignKeyConstraint(
            ["updated_by_id"], ["people.id"], name=op.f("fk_proposal_sections_updated_by_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal_sections")),
        sa.UniqueConstraint("proposal_id", "code", name=op.f("uq_proposal_sections_proposal_id_code")),
    )
    op.create_table(
        "proposal_submissions",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("proposal_id", sa.String(length=26), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_by_id", sa.String(length=26), nullable=True),
        sa.Column(
            "content",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposals.id"], name=op.f("fk_proposal_submissions_proposal_id_proposals")
        ),
        sa.ForeignKeyConstraint(
            ["submitted_by_id"], ["people.id"], name=op.f("fk_proposal_submissions_submitted_by_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal_submissions")),
        sa.UniqueConstraint("proposal_id", "number", name=op.f("uq_proposal_submissions_proposal_id_number")),
    )
    op.create_table(
        "scores",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.String(length=26), nullable=False),
        sa.Column("criterion_code", sa.String(length=12), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("ground", sa.String(length=64), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_scores_person_id_people")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name=op.f("fk_scores_proposal_id_proposals")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scores")),
        sa.UniqueConstraint(
            "proposal_id", "criterion_code", "person_id", name=op.f("uq_scores_proposal_id_criterion_code_person_id")
        ),
    )
    with op.batch_alter_table("scores", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_scores_person_id"), ["person_id"], unique=False)

    op.create_table(
        "term_suspensions",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("proposal_id", sa.String(length=26), nullable=False),
        sa.Column("ground", sa.String(length=20), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("is_completed", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "ground IN ('completion', 'consent', 'delay_by_applicant', 'force_majeure')",
            name=op.f("ck_term_suspensions_ground"),
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposals.id"], name=op.f("fk_term_suspensions_proposal_id_proposals")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_term_suspensions")),
    )
    with op.batch_alter_table("term_suspensions", schema=None) as batch_op:
        batch_op.create_index("ix_term_suspensions_proposal_id", ["proposal_id"], unique=False)

    op.create_table(
        "accreditations",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("hub_id", sa.String(length=26), nullable=False),
        sa.Column("decision_id", sa.String(length=26), nullable=False),
        sa.Column("guideline_version_id", sa.String(length=26), nullable=False),
        sa.Column("replaces_id", sa.String(length=26), nullable=True),
        sa.Column("in_development", sa.Boolean(), nullable=False),
        sa.Column("has_conditions", sa.Boolean(), nullable=False),
        sa.Column(
            "markets",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "services",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("registers_contacts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "checked",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ending_told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "state IN ('granted', 'active', 'suspended', 'withdrawn', 'expired', 'replaced')",
            name=op.f("ck_accreditations_state"),
        ),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decisions.id"], name=op.f("fk_accreditations_decision_id_decisions")
        ),
        sa.ForeignKeyConstraint(
            ["guideline_version_id"],
            ["guideline_versions.id"],
            name=op.f("fk_accreditations_guideline_version_id_guideline_versions"),
        ),
        sa.ForeignKeyConstraint(["hub_id"], ["organisations.id"], name=op.f("fk_accreditations_hub_id_organisations")),
        sa.ForeignKeyConstraint(
            ["replaces_id"], ["accreditations.id"], name=op.f("fk_accreditations_replaces_id_accreditations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accreditations")),
        sa.UniqueConstraint("decision_id", name=op.f("uq_accreditations_decision_id")),
    )
    with op.batch_alter_table("accreditations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_accreditations_ends_on"), ["ends_on"], unique=False)
        batch_op.create_index("ix_accreditations_hub_id", ["hub_id", "starts_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_accreditations_state"), ["state"], unique=False)

    op.create_table(
        "calibration_scores",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.String(length=26), nullable=False),
        sa.Column("criterion_code", sa.String(length=12), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("ground", sa.String(length=64), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["calibration_items.id"], name=op.f("fk_calibration_scores_item_id_calibration_items")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calibration_scores")),
        sa.UniqueConstraint("item_id", "criterion_code", name=op.f("uq_calibration_scores_item_id_criterion_code")),
    )
    op.create_table(
        "conditions",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.String(length=26), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("criterion_code", sa.String(length=12), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=True),
        sa.Column("owner", sa.String(length=20), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("evidence_wanted", sa.Text(), nullable=False),
        sa.Column("evidence_file_id", sa.String(length=26), nullable=True),
        sa.Column("evidence_note", sa.Text(), nullable=True),
        sa.Column("evidence_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("judged_by_id", sa.String(length=26), nullable=True),
        sa.Column("judgement", sa.Text(), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("overdue_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("owner IN ('hub', 'post', 'ministry')", name=op.f("ck_conditions_owner")),
        sa.CheckConstraint("state IN ('open', 'met', 'lapsed')", name=op.f("ck_conditions_state")),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name=op.f("fk_conditions_decision_id_decisions")),
        sa.ForeignKeyConstraint(
            ["evidence_file_id"], ["stored_files.id"], name=op.f("fk_conditions_evidence_file_id_stored_files")
        ),
        sa.ForeignKeyConstraint(["judged_by_id"], ["people.id"], name=op.f("fk_conditions_judged_by_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conditions")),
    )
    with op.batch_alter_table("conditions", schema=None) as batch_op:
        batch_op.create_index("ix_conditions_decision_id", ["decision_id"], unique=False)
        batch_op.create_index("ix_conditions_due", ["state", "due_on"], unique=False)

    op.create_table(
        "dossiers",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("proposal_id", sa.String(length=26), nullable=False),
        sa.Column("submission_id", sa.String(length=26), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "payload",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name=op.f("fk_dossiers_proposal_id_proposals")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["proposal_submissions.id"], name=op.f("fk_dossiers_submission_id_proposal_submissions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dossiers")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_dossiers_submission_id")),
    )
    with op.batch_alter_table("dossiers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dossiers_proposal_id"), ["proposal_id"], unique=False)

    op.create_table(
        "objections",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("decision_id", sa.String(length=26), nullable=False),
        sa.Column("hub_id", sa.String(length=26), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lodged_by_id", sa.String(length=26), nullable=True),
        sa.Column("is_in_time", sa.Boolean(), nullable=False),
        sa.Column("lateness_reason", sa.Text(), nullable=True),
        sa.Column("grounds", sa.Text(), nullable=False),
        sa.Column("file_id", sa.String(length=26), nullable=True),
        sa.Column("has_committee", sa.Boolean(), nullable=False),
        sa.Column("adjourned_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("handler_id", sa.String(length=26), nullable=True),
        sa.Column("taken_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.String(length=26), nullable=True),
        sa.Column("outcome", sa.String(length=64), nullable=True),
        sa.Column("outcome_reasons", sa.Text(), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('received', 'in_handling', 'decided', 'withdrawn')", name=op.f("ck_objections_state")
        ),
        sa.ForeignKeyConstraint(["decided_by_id"], ["people.id"], name=op.f("fk_objections_decided_by_id_people")),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name=op.f("fk_objections_decision_id_decisions")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_files.id"], name=op.f("fk_objections_file_id_stored_files")),
        sa.ForeignKeyConstraint(["handler_id"], ["people.id"], name=op.f("fk_objections_handler_id_people")),
        sa.ForeignKeyConstraint(["hub_id"], ["organisations.id"], name=op.f("fk_objections_hub_id_organisations")),
        sa.ForeignKeyConstraint(["lodged_by_id"], ["people.id"], name=op.f("fk_objections_lodged_by_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objections")),
    )
    with op.batch_alter_table("objections", schema=None) as batch_op:
        batch_op.create_index("ix_objections_board", ["state", "due_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_objections_decision_id"), ["decision_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_objections_handler_id"), ["handler_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_objections_hub_id"), ["hub_id"], unique=False)

    op.create_table(
        "hearings",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("article", sa.String(length=5), nullable=False),
        sa.Column("proposal_id", sa.String(length=26), nullable=True),
        sa.Column("accreditation_id", sa.String(length=26), nullable=True),
        sa.Column("objection_id", sa.String(length=26), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("intended_kind", sa.String(length=30), nullable=True),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer_by", sa.Date(), nullable=True),
        sa.Column("held_on", sa.Date(), nullable=True),
        sa.Column("form", sa.String(length=10), nullable=True),
        sa.Column("report", sa.Text(), nullable=True),
        sa.Column("waiver_reason", sa.String(length=64), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_by_id", sa.String(length=26), nullable=True),
        sa.CheckConstraint("article IN ('4:7', '4:8', '7:2')", name=op.f("ck_hearings_article")),
        sa.CheckConstraint("form IN ('oral', 'written', 'waived')", name=op.f("ck_hearings_form")),
        sa.ForeignKeyConstraint(
            ["accreditation_id"], ["accreditations.id"], name=op.f("fk_hearings_accreditation_id_accreditations")
        ),
        sa.ForeignKeyConstraint(["objection_id"], ["objections.id"], name=op.f("fk_hearings_objection_id_objections")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name=op.f("fk_hearings_proposal_id_proposals")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["people.id"], name=op.f("fk_hearings_recorded_by_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hearings")),
    )
    with op.batch_alter_table("hearings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hearings_accreditation_id"), ["accreditation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_hearings_objection_id"), ["objection_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_hearings_proposal_id"), ["proposal_id"], unique=False)

    op.create_table(
        "internal_notes",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("proposal_id", sa.String(length=26), nullable=True),
        sa.Column("accreditation_id", sa.String(length=26), nullable=True),
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["accreditation_id"], ["accreditations.id"], name=op.f("fk_internal_notes_accreditation_id_accreditations")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_internal_notes_person_id_people")),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposals.id"], name=op.f("fk_internal_notes_proposal_id_proposals")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_internal_notes")),
    )
    with op.batch_alter_table("internal_notes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_internal_notes_accreditation_id"), ["accreditation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_internal_notes_person_id"), ["person_id"], unique=False)
        batch_op.create_index("ix_internal_notes_proposal_id", ["proposal_id"], unique=False)

    op.create_table(
        "letters",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("hub_id", sa.String(length=26), nullable=False),
        sa.Column("proposal_id", sa.String(length=26), nullable=True),
        sa.Column("decision_id", sa.String(length=26), nullable=True),
        sa.Column("accreditation_id", sa.String(length=26), nullable=True),
        sa.Column("objection_id", sa.String(length=26), nullable=True),
        sa.Column("dated_on", sa.Date(), nullable=False),
        sa.Column(
            "content",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("file_id", sa.String(length=26), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.String(length=26), nullable=True),
        sa.ForeignKeyConstraint(
            ["accreditation_id"], ["accreditations.id"], name=op.f("fk_letters_accreditation_id_accreditations")
        ),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name=op.f("fk_letters_decision_id_decisions")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_files.id"], name=op.f("fk_letters_file_id_stored_files")),
        sa.ForeignKeyConstraint(["hub_id"], ["organisations.id"], name=op.f("fk_letters_hub_id_organisations")),
        sa.ForeignKeyConstraint(["made_by_id"], ["people.id"], name=op.f("fk_letters_made_by_id_people")),
        sa.ForeignKeyConstraint(["objection_id"], ["objections.id"], name=op.f("fk_letters_objection_id_objections")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name=op.f("fk_letters_proposal_id_proposals")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letters")),
    )
    with op.batch_alter_table("letters", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_letters_accreditation_id"), ["accreditation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_letters_decision_id"), ["decision_id"], unique=False)
        batch_op.create_index("ix_letters_hub_id", ["hub_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_letters_objection_id"), ["objection_id"], unique=False)
        batch_op.create_index("ix_letters_proposal_id", ["proposal_id"], unique=False)

    op.create_table(
        "obligations",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("accreditation_id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("file_id", sa.String(length=26), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by_id", sa.String(length=26), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("overdue_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('yearly_plan', 'yearly_report', 'mid_term_review', 'renewal')", name=op.f("ck_obligations_kind")
        ),
        sa.ForeignKeyConstraint(
            ["accreditation_id"], ["accreditations.id"], name=op.f("fk_obligations_accreditation_id_accreditations")
        ),
        sa.ForeignKeyConstraint(["done_by_id"], ["people.id"], name=op.f("fk_obligations_done_by_id_people")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_files.id"], name=op.f("fk_obligations_file_id_stored_files")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_obligations")),
        sa.UniqueConstraint(
            "accreditation_id", "kind", "due_on", name=op.f("uq_obligations_accreditation_id_kind_due_on")
        ),
    )
    with op.batch_alter_table("obligations", schema=None) as batch_op:
        batch_op.create_index("ix_obligations_due", ["done_at", "due_on"], unique=False)

    op.create_table(
        "letter_deliveries",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("letter_id", sa.String(length=26), nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("message_id", sa.String(length=200), nullable=True),
        sa.Column("detail", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["letter_id"], ["letters.id"], name=op.f("fk_letter_deliveries_letter_id_letters")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_deliveries")),
    )
    with op.batch_alter_table("letter_deliveries", schema=None) as batch_op:
        batch_op.create_index("ix_letter_deliveries_letter_id", ["letter_id"], unique=False)

    with op.batch_alter_table("api_clients", schema=None) as batch_op:
        batch_op.add_column(sa.Column("person_id", sa.String(length=26), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_api_clients_person_id_people"), "people", ["person_id"], ["id"])

    with op.batch_alter_table("hub_profiles", schema=None) as batch_op:
        batch_op.add_column(sa.Column("standing_ends_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("follows_decisions", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("next_state", sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column("next_from_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("next_ends_on", sa.Date(), nullable=True))

    with op.batch_alter_table("referrals", schema=None) as batch_op:
        batch_op.add_column(sa.Column("keep_asked_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("kept_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("late_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(
            "ix_referrals_declined",
            ["support_request_id", "reason"],
            unique=False,
            sqlite_where=sa.text("state = 'declined'"),
            postgresql_where=sa.text("state = 'declined'"),
        )
        batch_op.create_index(
            "ix_referrals_late",
            ["support_request_id"],
            unique=False,
            sqlite_where=sa.text("late_at IS NOT NULL"),
            postgresql_where=sa.text("late_at IS NOT NULL"),
        )

    with op.batch_alter_table("request_parts", schema=None) as batch_op:
        batch_op.create_index("ix_request_parts_need", ["support_request_id", "service", "state"], unique=False)

    with op.batch_alter_table("support_requests", schema=None) as batch_op:
        batch_op.add_column(sa.Column("late_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(
            "ix_support_requests_need",
            [
                "market",
                "received_at",
                "id",
                "sector",
                "company_id",
                "outcome",
                "has_gap",
                "late_at",
                "gap_causes",
                "target_groups",
                "city",
            ],
            unique=False,
        )

    _late_keys()
    _keep_standings_set_before()
    _guard()


def downgrade() -> None:
    _release()
    _drop_late_keys()
    with op.batch_alter_table("support_requests", schema=None) as batch_op:
        batch_op.drop_index("ix_support_requests_need")
        batch_op.drop_column("late_at")

    with op.batch_alter_table("request_parts", schema=None) as batch_op:
        batch_op.drop_index("ix_request_parts_need")

    with op.batch_alter_table("referrals", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_referrals_late",
            sqlite_where=sa.text("late_at IS NOT NULL"),
            postgresql_where=sa.text("late_at IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_referrals_declined",
            sqlite_where=sa.text("state = 'declined'"),
            postgresql_where=sa.text("state = 'declined'"),
        )
        batch_op.drop_column("late_at")
        batch_op.drop_column("kept_at")
        batch_op.drop_column("keep_asked_at")

    with op.batch_alter_table("hub_profiles", schema=None) as batch_op:
        batch_op.drop_column("next_ends_on")
        batch_op.drop_column("next_from_on")
        batch_op.drop_column("next_state")
        batch_op.drop_column("follows_decisions")
        batch_op.drop_column("standing_ends_on")

    with op.batch_alter_table("api_clients", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_api_clients_person_id_people"), type_="foreignkey")
        batch_op.drop_column("person_id")

    with op.batch_alter_table("letter_deliveries", schema=None) as batch_op:
        batch_op.drop_index("ix_letter_deliveries_letter_id")

    op.drop_table("letter_deliveries")
    with op.batch_alter_table("obligations", schema=None) as batch_op:
        batch_op.drop_index("ix_obligations_due")

    op.drop_table("obligations")
    with op.batch_alter_table("letters", schema=None) as batch_op:
        batch_op.drop_index("ix_letters_proposal_id")
        batch_op.drop_index(batch_op.f("ix_letters_objection_id"))
        batch_op.drop_index("ix_letters_hub_id")
        batch_op.drop_index(batch_op.f("ix_letters_decision_id"))
        batch_op.drop_index(batch_op.f("ix_letters_accreditation_id"))

    op.drop_table("letters")
    with op.batch_alter_table("internal_notes", schema=None) as batch_op:
        batch_op.drop_index("ix_internal_notes_proposal_id")
        batch_op.drop_index(batch_op.f("ix_internal_notes_person_id"))
        batch_op.drop_index(batch_op.f("ix_internal_notes_accreditation_id"))

    op.drop_table("internal_notes")
    with op.batch_alter_table("hearings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hearings_proposal_id"))
        batch_op.drop_index(batch_op.f("ix_hearings_objection_id"))
        batch_op.drop_index(batch_op.f("ix_hearings_accreditation_id"))

    op.drop_table("hearings")
    with op.batch_alter_table("objections", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_objections_hub_id"))
        batch_op.drop_index(batch_op.f("ix_objections_handler_id"))
        batch_op.drop_index(batch_op.f("ix_objections_decision_id"))
        batch_op.drop_index("ix_objections_board")

    op.drop_table("objections")
    with op.batch_alter_table("dossiers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_dossiers_proposal_id"))

    op.drop_table("dossiers")
    with op.batch_alter_table("conditions", schema=None) as batch_op:
        batch_op.drop_index("ix_conditions_due")
        batch_op.drop_index("ix_conditions_decision_id")

    op.drop_table("conditions")
    op.drop_table("calibration_scores")
    with op.batch_alter_table("accreditations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_accreditations_state"))
        batch_op.drop_index("ix_accreditations_hub_id")
        batch_op.drop_index(batch_op.f("ix_accreditations_ends_on"))

    op.drop_table("accreditations")
    with op.batch_alter_table("term_suspensions", schema=None) as batch_op:
        batch_op.drop_index("ix_term_suspensions_proposal_id")

    op.drop_table("term_suspensions")
    with op.batch_alter_table("scores", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_scores_person_id"))

    op.drop_table("scores")
    op.drop_table("proposal_submissions")
    op.drop_table("proposal_sections")
    op.drop_table("proposal_hints")
    with op.batch_alter_table("proposal_evidence", schema=None) as batch_op:
        batch_op.drop_index("ix_proposal_evidence_proposal_id")

    op.drop_table("proposal_evidence")
    with op.batch_alter_table("proposal_assessors", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_proposal_assessors_person_id"))

    op.drop_table("proposal_assessors")
    with op.batch_alter_table("post_advices", schema=None) as batch_op:
        batch_op.drop_index("ix_post_advices_post_id")
        batch_op.drop_index(batch_op.f("ix_post_advices_given_by_id"))

    op.drop_table("post_advices")
    with op.batch_alter_table("moderations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_moderations_person_id"))

    op.drop_table("moderations")
    with op.batch_alter_table("fact_checks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_fact_checks_person_id"))

    op.drop_table("fact_checks")
    with op.batch_alter_table("decisions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_decisions_state"))
        batch_op.drop_index(batch_op.f("ix_decisions_signed_by_id"))
        batch_op.drop_index(batch_op.f("ix_decisions_replaces_id"))
        batch_op.drop_index("ix_decisions_proposal_id")
        batch_op.drop_index("ix_decisions_hub_id")

    op.drop_table("decisions")
    with op.batch_alter_table("calibration_items", schema=None) as batch_op:
        batch_op.drop_index("ix_calibration_items_person_id")

    op.drop_table("calibration_items")
    with op.batch_alter_table("standing_periods", schema=None) as batch_op:
        batch_op.drop_index("ix_standing_periods_hub_id")

    op.drop_table("standing_periods")
    with op.batch_alter_table("proposals", schema=None) as batch_op:
        batch_op.drop_index("ix_proposals_market")
        batch_op.drop_index("ix_proposals_hub_id")
        batch_op.drop_index(batch_op.f("ix_proposals_guideline_version_id"))
        batch_op.drop_index("ix_proposals_board")

    op.drop_table("proposals")
    op.drop_table("letter_settings")
    with op.batch_alter_table("interests", schema=None) as batch_op:
        batch_op.drop_index("ix_interests_person_id")
        batch_op.drop_index(batch_op.f("ix_interests_hub_id"))

    op.drop_table("interests")
    with op.batch_alter_table("hub_fundings", schema=None) as batch_op:
        batch_op.drop_index("ix_hub_fundings_hub_id")

    op.drop_table("hub_fundings")
    op.drop_table("criterion_groups")
    op.drop_table("criteria")
    with op.batch_alter_table("concerns", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_concerns_owner_id"))
        batch_op.drop_index("ix_concerns_hub_id")
        batch_op.drop_index("ix_concerns_due")

    op.drop_table("concerns")
    with op.batch_alter_table("calibration_rounds", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_calibration_rounds_guideline_version_id"))

    op.drop_table("calibration_rounds")
    with op.batch_alter_table("trade_figures", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_trade_figures_market"))

    op.drop_table("trade_figures")
    with op.batch_alter_table("stored_files", schema=None) as batch_op:
        batch_op.drop_index("ix_stored_files_sha256")

    op.drop_table("stored_files")
    with op.batch_alter_table("guideline_versions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_guideline_versions_state"))

    op.drop_table("guideline_versions")
