"""The first tables of every area, and the triggers that keep events insert-only.

Revision ID: 0001
Create Date: 2026-11-22
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


GUARDED = ("events", "event_seals")


def _guard_events() -> None:
    """Events are never changed or deleted, by whatever client."""
    if op.get_bind().dialect.name == "sqlite":
        for table in GUARDED:
            for verb in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} are insert-only'); END"
                )
        return
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% are insert-only', TG_TABLE_NAME; END $$"
    )
    for table in GUARDED:
        op.execute(
            f"CREATE TRIGGER {table}_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def _release_events() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in GUARDED:
            for verb in ("update", "delete"):
                op.execute(f"DROP TRIGGER IF EXISTS {table}_no_{verb}")
        return
    for table in GUARDED:
        op.execute(f"DROP TRIGGER IF EXISTS {table}_insert_only ON {table}")
    op.execute("DROP FUNCTION IF EXISTS refuse_change()")


def upgrade() -> None:
    op.create_table(
        "account_attempts",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("account_key", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=10), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("purpose IN ('sign_in', 'reset')", name=op.f("ck_account_attempts_purpose")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_attempts")),
    )
    with op.batch_alter_table("account_attempts", schema=None) as batch_op:
        batch_op.create_index("ix_account_attempts_account_key", ["account_key", "purpose", "at"], unique=False)
        batch_op.create_index(batch_op.f("ix_account_attempts_at"), ["at"], unique=False)

    op.create_table(
        "code_list_entries",
        sa.Column("list_code", sa.String(length=64), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("source_date", sa.String(length=40), nullable=True),
        sa.Column("loaded_hash", sa.String(length=64), nullable=True),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.Column("name_nl", sa.String(length=250), nullable=False),
        sa.Column("name_en", sa.String(length=250), nullable=False),
        sa.Column("name_nl_folded", sa.String(length=250), nullable=False),
        sa.Column("name_en_folded", sa.String(length=250), nullable=False),
        sa.PrimaryKeyConstraint("list_code", "code", name=op.f("pk_code_list_entries")),
    )
    op.create_table(
        "companies",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("registration_number", sa.String(length=40), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_companies")),
        sa.UniqueConstraint("country", "registration_number", name=op.f("uq_companies_country_registration_number")),
    )
    op.create_table(
        "consent_texts",
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("text_nl", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column(
            "fields",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_consent_texts")),
    )
    op.create_table(
        "events",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("subject_type", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.String(length=26), nullable=False),
        sa.Column("related_type", sa.String(length=40), nullable=True),
        sa.Column("related_id", sa.String(length=26), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_kind", sa.String(length=20), nullable=False),
        sa.Column("actor_id", sa.String(length=64), nullable=True),
        sa.Column("organisation_id", sa.String(length=26), nullable=True),
        sa.Column(
            "data",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "commitments",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_events_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_events_kind"), ["kind"], unique=False)
        batch_op.create_index("ix_events_related", ["related_type", "related_id", "id"], unique=False)
        batch_op.create_index("ix_events_subject", ["subject_type", "subject_id", "id"], unique=False)

    op.create_table(
        "idempotency_keys",
        sa.Column("client_id", sa.String(length=26), nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("location", sa.String(length=300), nullable=True),
        sa.Column("etag", sa.String(length=100), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("client_id", "key", name=op.f("pk_idempotency_keys")),
    )
    with op.batch_alter_table("idempotency_keys", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_idempotency_keys_created_at"), ["created_at"], unique=False)

    op.create_table(
        "kept_forms",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column(
            "values",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_kept_forms")),
    )
    with op.batch_alter_table("kept_forms", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_kept_forms_created_at"), ["created_at"], unique=False)

    op.create_table(
        "markets",
        sa.Column("iso2", sa.String(length=2), nullable=False),
        sa.Column("iso3", sa.String(length=3), nullable=False),
        sa.Column("formal_name_nl", sa.String(length=120), nullable=False),
        sa.Column("formal_name_en", sa.String(length=120), nullable=False),
        sa.Column("region", sa.String(length=40), nullable=True),
        sa.Column("subregion", sa.String(length=60), nullable=True),
        sa.Column("capital", sa.String(length=80), nullable=True),
        sa.Column(
            "weekend_days",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("weekend_source", sa.String(length=80), nullable=True),
        sa.Column("timezone", sa.String(length=40), nullable=True),
        sa.Column("timezone_count", sa.Integer(), nullable=False),
        sa.Column("bhos2022_relation", sa.String(length=20), nullable=True),
        sa.Column("partner_country_2013", sa.String(length=20), nullable=True),
        sa.Column("is_growth_market_2025", sa.Boolean(), nullable=False),
        sa.Column("post_in_country", sa.String(length=20), nullable=True),
        sa.Column("priority_source", sa.Text(), nullable=True),
        sa.Column("sanctions_from", sa.Date(), nullable=True),
        sa.Column("sanctions_until", sa.Date(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("source_date", sa.String(length=40), nullable=True),
        sa.Column("loaded_hash", sa.String(length=64), nullable=True),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.Column("name_nl", sa.String(length=250), nullable=False),
        sa.Column("name_en", sa.String(length=250), nullable=False),
        sa.Column("name_nl_folded", sa.String(length=250), nullable=False),
        sa.Column("name_en_folded", sa.String(length=250), nullable=False),
        sa.PrimaryKeyConstraint("iso2", name=op.f("pk_markets")),
        sa.UniqueConstraint("iso3", name=op.f("uq_markets_iso3")),
    )
    op.create_table(
        "organisations",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name_nl", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("name_folded", sa.String(length=200), nullable=False),
        sa.Column("market", sa.String(length=2), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("source_date", sa.String(length=40), nullable=True),
        sa.Column("loaded_hash", sa.String(length=64), nullable=True),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('ministry', 'post', 'hub', 'partner', 'steering_team')", name=op.f("ck_organisations_kind")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisations")),
        sa.UniqueConstraint("kind", "code", name=op.f("uq_organisations_kind_code")),
    )
    with op.batch_alter_table("organisations", schema=None) as batch_op:
        batch_op.create_index("ix_organisations_kind_name", ["kind", "name_folded"], unique=False)
        batch_op.create_index(batch_op.f("ix_organisations_market"), ["market"], unique=False)

    op.create_table(
        "pauses",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("subject_type", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.String(length=26), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pauses")),
    )
    with op.batch_alter_table("pauses", schema=None) as batch_op:
        batch_op.create_index("ix_pauses_subject", ["subject_type", "subject_id"], unique=False)

    op.create_table(
        "people",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("email_folded", sa.String(length=254), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("email_folded", name=op.f("uq_people_email_folded")),
    )
    op.create_table(
        "routing_rules",
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column(
            "weights",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_routing_rules")),
    )
    op.create_table(
        "routing_snapshots",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column(
            "content",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_routing_snapshots")),
    )
    op.create_table(
        "sectors",
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("parent_code", sa.String(length=64), nullable=True),
        sa.Column(
            "topsector_hints",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("source_date", sa.String(length=40), nullable=True),
        sa.Column("loaded_hash", sa.String(length=64), nullable=True),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.Column("name_nl", sa.String(length=250), nullable=False),
        sa.Column("name_en", sa.String(length=250), nullable=False),
        sa.Column("name_nl_folded", sa.String(length=250), nullable=False),
        sa.Column("name_en_folded", sa.String(length=250), nullable=False),
        sa.CheckConstraint(
            "kind IN ('topsector', 'sbi2008_section', 'sbi2008_division', 'nace21_section', 'nace21_division')",
            name=op.f("ck_sectors_kind"),
        ),
        sa.ForeignKeyConstraint(["parent_code"], ["sectors.code"], name=op.f("fk_sectors_parent_code_sectors")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_sectors")),
    )
    with op.batch_alter_table("sectors", schema=None) as batch_op:
        batch_op.create_index("ix_sectors_kind", ["kind", "code"], unique=False)

    op.create_table(
        "services",
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("default_provider", sa.String(length=20), nullable=False),
        sa.Column("usual_provider", sa.String(length=120), nullable=False),
        sa.Column(
            "partner_codes",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("is_paid", sa.Boolean(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("source_date", sa.String(length=40), nullable=True),
        sa.Column("loaded_hash", sa.String(length=64), nullable=True),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.Column("name_nl", sa.String(length=250), nullable=False),
        sa.Column("name_en", sa.String(length=250), nullable=False),
        sa.Column("name_nl_folded", sa.String(length=250), nullable=False),
        sa.Column("name_en_folded", sa.String(length=250), nullable=False),
        sa.CheckConstraint(
            "default_provider IN ('public', 'private', 'partner', 'either', 'out_of_scope')",
            name=op.f("ck_services_default_provider"),
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_services")),
    )
    op.create_table(
        "stamps",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_stamps")),
    )
    op.create_table(
        "terms",
        sa.Column("code", sa.String(length=30), nullable=False),
        sa.Column("working_hours", sa.Integer(), nullable=True),
        sa.Column("outer_days", sa.Integer(), nullable=False),
        sa.Column("loaded_hash", sa.String(length=64), nullable=True),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_terms")),
    )
    op.create_table(
        "account_links",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("organisation_id", sa.String(length=26), nullable=True),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("purpose IN ('invitation', 'reset')", name=op.f("ck_account_links_purpose")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_account_links_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_account_links_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_account_links_token_hash")),
    )
    with op.batch_alter_table("account_links", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_account_links_person_id"), ["person_id"], unique=False)

    op.create_table(
        "agreements",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("lineage_id", sa.String(length=26), nullable=False),
        sa.Column("version_number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("hub_id", sa.String(length=26), nullable=False),
        sa.Column("drafted_by_id", sa.String(length=26), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column(
            "directions",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "services",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "sectors",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "markets",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "cities",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "target_groups",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("either_to", sa.String(length=10), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("notice_days", sa.Integer(), nullable=False),
        sa.Column("conditional_on_accreditation", sa.Boolean(), nullable=False),
        sa.Column("review_month", sa.Integer(), nullable=True),
        sa.Column("acknowledge_hours", sa.Integer(), nullable=False),
        sa.Column("acknowledge_outer_days", sa.Integer(), nullable=False),
        sa.Column("decide_hours", sa.Integer(), nullable=False),
        sa.Column("decide_outer_days", sa.Integer(), nullable=False),
        sa.Column("contact_hours", sa.Integer(), nullable=False),
        sa.Column("contact_outer_days", sa.Integer(), nullable=False),
        sa.Column("quote_days", sa.Integer(), nullable=False),
        sa.Column("report_days", sa.Integer(), nullable=False),
        sa.Column("capacity_share", sa.Integer(), nullable=True),
        sa.Column("first_talk_free", sa.Boolean(), nullable=False),
        sa.Column("no_membership", sa.Boolean(), nullable=False),
        sa.Column("no_commission", sa.Boolean(), nullable=False),
        sa.Column("non_exclusive", sa.Boolean(), nullable=False),
        sa.Column("consent_text_version", sa.String(length=20), nullable=True),
        sa.Column(
            "data_fields",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "decline_reasons",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("liaison_hub", sa.String(length=200), nullable=True),
        sa.Column("liaison_posts", sa.String(length=200), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hub_signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hub_signed_by", sa.String(length=64), nullable=True),
        sa.Column("hub_ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pause_reason", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.String(length=20), nullable=True),
        sa.CheckConstraint("either_to IN ('hub', 'post')", name=op.f("ck_agreements_either_to")),
        sa.CheckConstraint(
            "state IN ('draft', 'offered', 'signed', 'in_force', 'paused', 'ended')", name=op.f("ck_agreements_state")
        ),
        sa.ForeignKeyConstraint(
            ["consent_text_version"],
            ["consent_texts.version"],
            name=op.f("fk_agreements_consent_text_version_consent_texts"),
        ),
        sa.ForeignKeyConstraint(
            ["drafted_by_id"], ["organisations.id"], name=op.f("fk_agreements_drafted_by_id_organisations")
        ),
        sa.ForeignKeyConstraint(["hub_id"], ["organisations.id"], name=op.f("fk_agreements_hub_id_organisations")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreements")),
        sa.UniqueConstraint("lineage_id", "version_number", name=op.f("uq_agreements_lineage_id_version_number")),
    )
    with op.batch_alter_table("agreements", schema=None) as batch_op:
        batch_op.create_index("ix_agreements_hub_id", ["hub_id", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_agreements_state"), ["state"], unique=False)

    op.create_table(
        "api_clients",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("organisation_id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column(
            "scopes",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_api_clients_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_clients")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_clients_token_hash")),
    )
    with op.batch_alter_table("api_clients", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_api_clients_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "client_contacts",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("organisation_id", sa.String(length=26), nullable=False),
        sa.Column("company_id", sa.String(length=26), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("market", sa.String(length=2), nullable=True),
        sa.Column("sector", sa.String(length=64), nullable=True),
        sa.Column("service", sa.String(length=64), nullable=True),
        sa.Column("result", sa.String(length=64), nullable=True),
        sa.Column("subject_type", sa.String(length=40), nullable=True),
        sa.Column("subject_id", sa.String(length=26), nullable=True),
        sa.Column("recorded_by", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_client_contacts_company_id_companies")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_client_contacts_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_contacts")),
    )
    with op.batch_alter_table("client_contacts", schema=None) as batch_op:
        batch_op.create_index("ix_client_contacts_company", ["company_id", "organisation_id"], unique=False)
        batch_op.create_index("ix_client_contacts_scope", ["organisation_id", "at", "id"], unique=False)

    op.create_table(
        "company_records",
        sa.Column("organisation_id", sa.String(length=26), nullable=False),
        sa.Column("company_id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_folded", sa.String(length=200), nullable=False),
        sa.Column("city", sa.String(length=100), nullable=True),
        sa.Column("region", sa.String(length=60), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_company_records_company_id_companies")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_company_records_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "company_id", name=op.f("pk_company_records")),
    )
    with op.batch_alter_table("company_records", schema=None) as batch_op:
        batch_op.create_index("ix_company_records_company_id", ["company_id"], unique=False)
        batch_op.create_index("ix_company_records_name", ["organisation_id", "name_folded", "company_id"], unique=False)

    op.create_table(
        "contact_persons",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("organisation_id", sa.String(length=26), nullable=False),
        sa.Column("company_id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_contact_persons_company_id_companies")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_contact_persons_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_persons")),
    )
    with op.batch_alter_table("contact_persons", schema=None) as batch_op:
        batch_op.create_index("ix_contact_persons_scope", ["organisation_id", "company_id"], unique=False)

    op.create_table(
        "deliveries",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("template", sa.String(length=60), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("organisation_id", sa.String(length=26), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'sent', 'failed', 'dropped')", name=op.f("ck_deliveries_state")),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_deliveries_event_id_events")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_deliveries_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("event_id", "template", "address", name=op.f("uq_deliveries_event_id_template_address")),
    )
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.create_index("ix_deliveries_open", ["state", "next_try_at"], unique=False)

    op.create_table(
        "event_personal",
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_event_personal_event_id_events")),
        sa.PrimaryKeyConstraint("event_id", "field", name=op.f("pk_event_personal")),
    )
    op.create_table(
        "event_seals",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_event_seals_event_id_events")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_event_seals")),
        sa.UniqueConstraint("event_id", name=op.f("uq_event_seals_event_id")),
    )
    op.create_table(
        "holidays",
        sa.Column("market", sa.String(length=2), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("name_nl", sa.String(length=250), nullable=False),
        sa.Column("name_en", sa.String(length=250), nullable=False),
        sa.Column("closes_offices", sa.Boolean(), nullable=False),
        sa.Column("is_statutory", sa.Boolean(), nullable=False),
        sa.Column("is_estimated", sa.Boolean(), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("source_date", sa.String(length=40), nullable=True),
        sa.Column("loaded_hash", sa.String(length=64), nullable=True),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["market"], ["markets.iso2"], name=op.f("fk_holidays_market_markets")),
        sa.PrimaryKeyConstraint("market", "on_date", name=op.f("pk_holidays")),
    )
    op.create_table(
        "hub_profiles",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("status_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("status_reason", sa.Text(), nullable=True),
        sa.Column("hub_type", sa.String(length=40), nullable=True),
        sa.Column("seated_in_nl", sa.Boolean(), nullable=False),
        sa.Column("founded_year", sa.Integer(), nullable=True),
        sa.Column("legal_form", sa.String(length=80), nullable=True),
        sa.Column("member_count", sa.Integer(), nullable=True),
        sa.Column("staff_count", sa.Integer(), nullable=True),
        sa.Column("website", sa.String(length=200), nullable=True),
        sa.Column("nlib_accredited", sa.String(length=20), nullable=True),
        sa.Column(
            "languages",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "markets",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("summary_nl", sa.Text(), nullable=True),
        sa.Column("summary_en", sa.Text(), nullable=True),
        sa.Column("contact_email", sa.String(length=254), nullable=True),
        sa.Column("contact_phone", sa.String(length=40), nullable=True),
        sa.Column("first_talk_free", sa.Boolean(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('registered', 'in_development', 'accredited', 'conditional', 'suspended', 'withdrawn', 'expired')",
            name=op.f("ck_hub_profiles_state"),
        ),
        sa.ForeignKeyConstraint(["id"], ["organisations.id"], name=op.f("fk_hub_profiles_id_organisations")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hub_profiles")),
    )
    with op.batch_alter_table("hub_profiles", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hub_profiles_state"), ["state"], unique=False)

    op.create_table(
        "instruments",
        sa.Column("instrument_id", sa.String(length=64), nullable=False),
        sa.Column("partner_code", sa.String(length=64), nullable=True),
        sa.Column("owner", sa.String(length=120), nullable=True),
        sa.Column("executed_by", sa.String(length=200), nullable=True),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("for_whom", sa.Text(), nullable=True),
        sa.Column("need_service_code", sa.String(length=64), nullable=True),
        sa.Column("country_limits", sa.Text(), nullable=True),
        sa.Column("terms", sa.Text(), nullable=True),
        sa.Column("status", sa.String(length=80), nullable=True),
        sa.Column("lapsed_on", sa.Date(), nullable=True),
        sa.Column(
            "conditions",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("source_date", sa.String(length=40), nullable=True),
        sa.Column("loaded_hash", sa.String(length=64), nullable=True),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.Column("name_nl", sa.String(length=250), nullable=False),
        sa.Column("name_en", sa.String(length=250), nullable=False),
        sa.Column("name_nl_folded", sa.String(length=250), nullable=False),
        sa.Column("name_en_folded", sa.String(length=250), nullable=False),
        sa.ForeignKeyConstraint(
            ["need_service_code"], ["services.code"], name=op.f("fk_instruments_need_service_code_services")
        ),
        sa.PrimaryKeyConstraint("instrument_id", name=op.f("pk_instruments")),
    )
    with op.batch_alter_table("instruments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_instruments_need_service_code"), ["need_service_code"], unique=False)
        batch_op.create_index(batch_op.f("ix_instruments_partner_code"), ["partner_code"], unique=False)

    op.create_table(
        "offices",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("organisation_id", sa.String(length=26), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("city", sa.String(length=100), nullable=True),
        sa.Column("city_folded", sa.String(length=100), nullable=True),
        sa.Column("market", sa.String(length=2), nullable=True),
        sa.Column("timezone", sa.String(length=40), nullable=False),
        sa.Column(
            "hours",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("weekly_capacity", sa.Integer(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_offices_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offices")),
    )
    with op.batch_alter_table("offices", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_offices_city_folded"), ["city_folded"], unique=False)
        batch_op.create_index("ix_offices_organisation_id", ["organisation_id", "position"], unique=False)

    op.create_table(
        "outbox",
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_outbox_event_id_events")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_outbox")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index("ix_outbox_open", ["done_at", "lease_until", "event_id"], unique=False)

    op.create_table(
        "partner_profiles",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("partner_type", sa.String(length=60), nullable=True),
        sa.Column(
            "regions",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("website", sa.String(length=200), nullable=True),
        sa.Column("contact_email", sa.String(length=254), nullable=True),
        sa.Column("contact_phone", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["id"], ["organisations.id"], name=op.f("fk_partner_profiles_id_organisations")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_profiles")),
    )
    op.create_table(
        "post_coverage",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("post_id", sa.String(length=26), nullable=False),
        sa.Column("market", sa.String(length=2), nullable=False),
        sa.Column("coverage_kind", sa.String(length=40), nullable=False),
        sa.Column("is_economic", sa.Boolean(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("source_date", sa.String(length=40), nullable=True),
        sa.Column("loaded_hash", sa.String(length=64), nullable=True),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["market"], ["markets.iso2"], name=op.f("fk_post_coverage_market_markets")),
        sa.ForeignKeyConstraint(["post_id"], ["organisations.id"], name=op.f("fk_post_coverage_post_id_organisations")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post_coverage")),
        sa.UniqueConstraint(
            "post_id", "market", "coverage_kind", name=op.f("uq_post_coverage_post_id_market_coverage_kind")
        ),
    )
    with op.batch_alter_table("post_coverage", schema=None) as batch_op:
        batch_op.create_index("ix_post_coverage_market", ["market"], unique=False)

    op.create_table(
        "post_profiles",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("post_type", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("evidence_year", sa.Integer(), nullable=True),
        sa.Column("supervising_post_id", sa.String(length=26), nullable=True),
        sa.Column(
            "district_cities",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "automatic_services",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["id"], ["organisations.id"], name=op.f("fk_post_profiles_id_organisations")),
        sa.ForeignKeyConstraint(
            ["supervising_post_id"],
            ["organisations.id"],
            name=op.f("fk_post_profiles_supervising_post_id_organisations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post_profiles")),
    )
    with op.batch_alter_table("post_profiles", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_post_profiles_post_type"), ["post_type"], unique=False)

    op.create_table(
        "service_offers",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("organisation_id", sa.String(length=26), nullable=False),
        sa.Column("service", sa.String(length=64), nullable=False),
        sa.Column(
            "sectors",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "languages",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("price_cents", sa.Integer(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("price_unit", sa.String(length=20), nullable=True),
        sa.Column("price_includes_vat", sa.Boolean(), nullable=False),
        sa.Column("lead_time_days", sa.Integer(), nullable=True),
        sa.Column("is_published", sa.Boolean(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_service_offers_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(["service"], ["services.code"], name=op.f("fk_service_offers_service_services")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_offers")),
        sa.UniqueConstraint("organisation_id", "service", name=op.f("uq_service_offers_organisation_id_service")),
    )
    with op.batch_alter_table("service_offers", schema=None) as batch_op:
        batch_op.create_index("ix_service_offers_service", ["service"], unique=False)

    op.create_table(
        "agreement_posts",
        sa.Column("agreement_id", sa.String(length=26), nullable=False),
        sa.Column("post_id", sa.String(length=26), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_by", sa.String(length=64), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreements.id"], name=op.f("fk_agreement_posts_agreement_id_agreements")
        ),
        sa.ForeignKeyConstraint(
            ["post_id"], ["organisations.id"], name=op.f("fk_agreement_posts_post_id_organisations")
        ),
        sa.PrimaryKeyConstraint("agreement_id", "post_id", name=op.f("pk_agreement_posts")),
    )
    with op.batch_alter_table("agreement_posts", schema=None) as batch_op:
        batch_op.create_index("ix_agreement_posts_post_id", ["post_id"], unique=False)

    op.create_table(
        "closures",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("office_id", sa.String(length=26), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name=op.f("fk_closures_office_id_offices")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closures")),
    )
    with op.batch_alter_table("closures", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_closures_office_id"), ["office_id"], unique=False)

    op.create_table(
        "consents",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("organisation_id", sa.String(length=26), nullable=False),
        sa.Column("company_id", sa.String(length=26), nullable=False),
        sa.Column("contact_person_id", sa.String(length=26), nullable=True),
        sa.Column("text_version", sa.String(length=20), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column(
            "fields",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("recipients_kind", sa.String(length=20), nullable=False),
        sa.Column("market", sa.String(length=2), nullable=True),
        sa.Column(
            "recipient_ids",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("transfer_country", sa.String(length=2), nullable=True),
        sa.Column("transfer_ground", sa.String(length=40), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("recorded_by", sa.String(length=64), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("recipients_kind IN ('market', 'organisations')", name=op.f("ck_consents_recipients_kind")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_consents_company_id_companies")),
        sa.ForeignKeyConstraint(
            ["contact_person_id"], ["contact_persons.id"], name=op.f("fk_consents_contact_person_id_contact_persons")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_consents_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(
            ["text_version"], ["consent_texts.version"], name=op.f("fk_consents_text_version_consent_texts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
    )
    with op.batch_alter_table("consents", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consents_company_id"), ["company_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_consents_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "hub_answer_records",
        sa.Column("hub_id", sa.String(length=26), nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("usual_minutes", sa.Integer(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["hub_id"], ["hub_profiles.id"], name=op.f("fk_hub_answer_records_hub_id_hub_profiles")
        ),
        sa.PrimaryKeyConstraint("hub_id", name=op.f("pk_hub_answer_records")),
    )
    op.create_table(
        "hub_markets",
        sa.Column("hub_id", sa.String(length=26), nullable=False),
        sa.Column("market", sa.String(length=2), nullable=False),
        sa.ForeignKeyConstraint(["hub_id"], ["hub_profiles.id"], name=op.f("fk_hub_markets_hub_id_hub_profiles")),
        sa.ForeignKeyConstraint(["market"], ["markets.iso2"], name=op.f("fk_hub_markets_market_markets")),
        sa.PrimaryKeyConstraint("hub_id", "market", name=op.f("pk_hub_markets")),
    )
    with op.batch_alter_table("hub_markets", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hub_markets_market"), ["market"], unique=False)

    op.create_table(
        "memberships",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("organisation_id", sa.String(length=26), nullable=False),
        sa.Column("office_id", sa.String(length=26), nullable=True),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("invited_as", sa.String(length=120), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "role IN ('assessor', 'decision_maker', 'administrator', 'auditor', 'officer', 'head', 'staff', 'manager', 'member')",
            name=op.f("ck_memberships_role"),
        ),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name=op.f("fk_memberships_office_id_offices")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_memberships_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_memberships_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memberships")),
        sa.UniqueConstraint(
            "person_id", "organisation_id", "role", name=op.f("uq_memberships_person_id_organisation_id_role")
        ),
    )
    with op.batch_alter_table("memberships", schema=None) as batch_op:
        batch_op.create_index("ix_memberships_organisation_id", ["organisation_id"], unique=False)

    op.create_table(
        "office_holidays",
        sa.Column("office_id", sa.String(length=26), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("is_worked", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name=op.f("fk_office_holidays_office_id_offices")),
        sa.PrimaryKeyConstraint("office_id", "on_date", name=op.f("pk_office_holidays")),
    )
    op.create_table(
        "sign_ins",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("membership_id", sa.String(length=26), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["memberships.id"], name=op.f("fk_sign_ins_membership_id_memberships")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_sign_ins_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_ins")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_sign_ins_secret_hash")),
    )
    with op.batch_alter_table("sign_ins", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_ins_person_id"), ["person_id"], unique=False)

    op.create_table(
        "support_requests",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("state_before_pause", sa.String(length=24), nullable=True),
        sa.Column("owner_id", sa.String(length=26), nullable=False),
        sa.Column("office_id", sa.String(length=26), nullable=False),
        sa.Column("handler_id", sa.String(length=26), nullable=True),
        sa.Column("group_id", sa.String(length=26), nullable=True),
        sa.Column("submission_key", sa.String(length=64), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("company_id", sa.String(length=26), nullable=True),
        sa.Column("contact_person_id", sa.String(length=26), nullable=True),
        sa.Column("consent_id", sa.String(length=26), nullable=True),
        sa.Column("market", sa.String(length=2), nullable=True),
        sa.Column("city", sa.String(length=100), nullable=True),
        sa.Column("region", sa.String(length=60), nullable=True),
        sa.Column("sector", sa.String(length=64), nullable=True),
        sa.Column("company_size", sa.String(length=64), nullable=True),
        sa.Column(
            "target_groups",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "facts",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("urgency", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("private_notes", sa.Text(), nullable=True),
        sa.Column(
            "do_not_tell",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=64), nullable=True),
        sa.Column("has_gap", sa.Boolean(), nullable=False),
        sa.Column(
            "gap_causes",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("link_version", sa.Integer(), nullable=False),
        sa.Column("chosen_id", sa.String(length=26), nullable=True),
        sa.Column("waits_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("term", sa.String(length=20), nullable=True),
        sa.Column("term_started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("term_hours", sa.Integer(), nullable=True),
        sa.Column("term_outer_days", sa.Integer(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("warn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("breached_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('draft', 'received', 'in_hand', 'referred', 'awaiting_entrepreneur', 'closed', 'withdrawn')",
            name=op.f("ck_support_requests_state"),
        ),
        sa.ForeignKeyConstraint(
            ["chosen_id"], ["organisations.id"], name=op.f("fk_support_requests_chosen_id_organisations")
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_support_requests_company_id_companies")
        ),
        sa.ForeignKeyConstraint(["consent_id"], ["consents.id"], name=op.f("fk_support_requests_consent_id_consents")),
        sa.ForeignKeyConstraint(
            ["contact_person_id"],
            ["contact_persons.id"],
            name=op.f("fk_support_requests_contact_person_id_contact_persons"),
        ),
        sa.ForeignKeyConstraint(["handler_id"], ["people.id"], name=op.f("fk_support_requests_handler_id_people")),
        sa.ForeignKeyConstraint(["market"], ["markets.iso2"], name=op.f("fk_support_requests_market_markets")),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name=op.f("fk_support_requests_office_id_offices")),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["organisations.id"], name=op.f("fk_support_requests_owner_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_support_requests")),
        sa.UniqueConstraint("owner_id", "submission_key", name=op.f("uq_support_requests_owner_id_submission_key")),
        sa.UniqueConstraint("reference", name=op.f("uq_support_requests_reference")),
    )
    with op.batch_alter_table("support_requests", schema=None) as batch_op:
        batch_op.create_index("ix_support_requests_company", ["company_id", "owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_support_requests_consent_id"), ["consent_id"], unique=False)
        batch_op.create_index("ix_support_requests_desk", ["owner_id", "state", "due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_support_requests_due_at"), ["due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_support_requests_group_id"), ["group_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_support_requests_office_id"), ["office_id"], unique=False)
        batch_op.create_index("ix_support_requests_recent", ["owner_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_support_requests_waits_until"), ["waits_until"], unique=False)
        batch_op.create_index(batch_op.f("ix_support_requests_warn_at"), ["warn_at"], unique=False)

    op.create_table(
        "request_parts",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("support_request_id", sa.String(length=26), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("service", sa.String(length=64), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'referred', 'served', 'signposted', 'out_of_scope', 'unserved', 'no_reply', 'withdrawn')",
            name=op.f("ck_request_parts_state"),
        ),
        sa.ForeignKeyConstraint(["service"], ["services.code"], name=op.f("fk_request_parts_service_services")),
        sa.ForeignKeyConstraint(
            ["support_request_id"],
            ["support_requests.id"],
            name=op.f("fk_request_parts_support_request_id_support_requests"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_parts")),
        sa.UniqueConstraint(
            "support_request_id", "position", name=op.f("uq_request_parts_support_request_id_position")
        ),
    )
    op.create_table(
        "routing_receipts",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("support_request_id", sa.String(length=26), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("snapshot_hash", sa.String(length=64), nullable=False),
        sa.Column("rules_version", sa.String(length=20), nullable=False),
        sa.Column(
            "input",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "moment",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "result",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["snapshot_hash"],
            ["routing_snapshots.hash"],
            name=op.f("fk_routing_receipts_snapshot_hash_routing_snapshots"),
        ),
        sa.ForeignKeyConstraint(
            ["support_request_id"],
            ["support_requests.id"],
            name=op.f("fk_routing_receipts_support_request_id_support_requests"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_receipts")),
    )
    with op.batch_alter_table("routing_receipts", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_routing_receipts_support_request_id"), ["support_request_id"], unique=False
        )

    op.create_table(
        "referrals",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("support_request_id", sa.String(length=26), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("mode", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("state_before_pause", sa.String(length=20), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("from_id", sa.String(length=26), nullable=False),
        sa.Column("from_office_id", sa.String(length=26), nullable=False),
        sa.Column("to_id", sa.String(length=26), nullable=False),
        sa.Column("to_office_id", sa.String(length=26), nullable=False),
        sa.Column("handler_id", sa.String(length=26), nullable=True),
        sa.Column("agreement_id", sa.String(length=26), nullable=True),
        sa.Column("receipt_id", sa.String(length=26), nullable=True),
        sa.Column("instrument", sa.String(length=64), nullable=True),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("override_reason", sa.String(length=64), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("capacity_week", sa.String(length=8), nullable=True),
        sa.Column("partner_reference", sa.String(length=60), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_by", sa.String(length=64), nullable=True),
        sa.Column("decide_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("contact_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=64), nullable=True),
        sa.Column("outcome", sa.String(length=64), nullable=True),
        sa.Column("term", sa.String(length=20), nullable=True),
        sa.Column("term_started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("term_hours", sa.Integer(), nullable=True),
        sa.Column("term_outer_days", sa.Integer(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("warn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("breached_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('referral', 'signpost')", name=op.f("ck_referrals_kind")),
        sa.CheckConstraint("mode IN ('warm', 'cold')", name=op.f("ck_referrals_mode")),
        sa.CheckConstraint(
            "state IN ('sent', 'acknowledged', 'accepted', 'contact_made', 'paused', 'closed', 'declined', 'lapsed', 'returned', 'recalled', 'withdrawn')",
            name=op.f("ck_referrals_state"),
        ),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreements.id"], name=op.f("fk_referrals_agreement_id_agreements")),
        sa.ForeignKeyConstraint(["from_id"], ["organisations.id"], name=op.f("fk_referrals_from_id_organisations")),
        sa.ForeignKeyConstraint(["from_office_id"], ["offices.id"], name=op.f("fk_referrals_from_office_id_offices")),
        sa.ForeignKeyConstraint(["handler_id"], ["people.id"], name=op.f("fk_referrals_handler_id_people")),
        sa.ForeignKeyConstraint(
            ["receipt_id"], ["routing_receipts.id"], name=op.f("fk_referrals_receipt_id_routing_receipts")
        ),
        sa.ForeignKeyConstraint(
            ["support_request_id"],
            ["support_requests.id"],
            name=op.f("fk_referrals_support_request_id_support_requests"),
        ),
        sa.ForeignKeyConstraint(["to_id"], ["organisations.id"], name=op.f("fk_referrals_to_id_organisations")),
        sa.ForeignKeyConstraint(["to_office_id"], ["offices.id"], name=op.f("fk_referrals_to_office_id_offices")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referrals")),
        sa.UniqueConstraint("reference", name=op.f("uq_referrals_reference")),
        sa.UniqueConstraint("support_request_id", "number", name=op.f("uq_referrals_support_request_id_number")),
    )
    with op.batch_alter_table("referrals", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_referrals_agreement_id"), ["agreement_id"], unique=False)
        batch_op.create_index("ix_referrals_capacity", ["to_office_id", "capacity_week", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_referrals_due_at"), ["due_at"], unique=False)
        batch_op.create_index("ix_referrals_inbox", ["to_id", "state", "due_at"], unique=False)
        batch_op.create_index(
            "ix_referrals_lapse",
            ["decide_due_at"],
            unique=False,
            sqlite_where=sa.text("state IN ('sent', 'acknowledged')"),
            postgresql_where=sa.text("state IN ('sent', 'acknowledged')"),
        )
        batch_op.create_index("ix_referrals_outbox", ["from_id", "state", "due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_referrals_warn_at"), ["warn_at"], unique=False)

    op.create_table(
        "messages",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("support_request_id", sa.String(length=26), nullable=False),
        sa.Column("referral_id", sa.String(length=26), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("author_kind", sa.String(length=20), nullable=False),
        sa.Column("author_id", sa.String(length=64), nullable=True),
        sa.Column("organisation_id", sa.String(length=26), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("author_kind IN ('person', 'client', 'entrepreneur')", name=op.f("ck_messages_author_kind")),
        sa.CheckConstraint("kind IN ('question', 'answer', 'information', 'note')", name=op.f("ck_messages_kind")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_messages_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(["referral_id"], ["referrals.id"], name=op.f("fk_messages_referral_id_referrals")),
        sa.ForeignKeyConstraint(
            ["support_request_id"],
            ["support_requests.id"],
            name=op.f("fk_messages_support_request_id_support_requests"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
    )
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_messages_referral_id"), ["referral_id"], unique=False)
        batch_op.create_index("ix_messages_support_request_id", ["support_request_id", "id"], unique=False)

    op.create_table(
        "referral_parts",
        sa.Column("referral_id", sa.String(length=26), nullable=False),
        sa.Column("part_id", sa.String(length=26), nullable=False),
        sa.Column("is_live", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["part_id"], ["request_parts.id"], name=op.f("fk_referral_parts_part_id_request_parts")
        ),
        sa.ForeignKeyConstraint(
            ["referral_id"], ["referrals.id"], name=op.f("fk_referral_parts_referral_id_referrals")
        ),
        sa.PrimaryKeyConstraint("referral_id", "part_id", name=op.f("pk_referral_parts")),
    )
    with op.batch_alter_table("referral_parts", schema=None) as batch_op:
        batch_op.create_index(
            "uq_referral_parts_live",
            ["part_id"],
            unique=True,
            sqlite_where=sa.text("is_live = 1"),
            postgresql_where=sa.text("is_live"),
        )

    _guard_events()


def downgrade() -> None:
    _release_events()
    with op.batch_alter_table("referral_parts", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_referral_parts_live", sqlite_where=sa.text("is_live = 1"), postgresql_where=sa.text("is_live")
        )

    op.drop_table("referral_parts")
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.drop_index("ix_messages_support_request_id")
        batch_op.drop_index(batch_op.f("ix_messages_referral_id"))

    op.drop_table("messages")
    with op.batch_alter_table("referrals", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_referrals_warn_at"))
        batch_op.drop_index("ix_referrals_outbox")
        batch_op.drop_index(
            "ix_referrals_lapse",
            sqlite_where=sa.text("state IN ('sent', 'acknowledged')"),
            postgresql_where=sa.text("state IN ('sent', 'acknowledged')"),
        )
        batch_op.drop_index("ix_referrals_inbox")
        batch_op.drop_index(batch_op.f("ix_referrals_due_at"))
        batch_op.drop_index("ix_referrals_capacity")
        batch_op.drop_index(batch_op.f("ix_referrals_agreement_id"))

    op.drop_table("referrals")
    with op.batch_alter_table("routing_receipts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_routing_receipts_support_request_id"))

    op.drop_table("routing_receipts")
    op.drop_table("request_parts")
    with op.batch_alter_table("support_requests", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_support_requests_warn_at"))
        batch_op.drop_index(batch_op.f("ix_support_requests_waits_until"))
        batch_op.drop_index("ix_support_requests_recent")
        batch_op.drop_index(batch_op.f("ix_support_requests_office_id"))
        batch_op.drop_index(batch_op.f("ix_support_requests_group_id"))
        batch_op.drop_index(batch_op.f("ix_support_requests_due_at"))
        batch_op.drop_index("ix_support_requests_desk")
        batch_op.drop_index(batch_op.f("ix_support_requests_consent_id"))
        batch_op.drop_index("ix_support_requests_company")

    op.drop_table("support_requests")
    with op.batch_alter_table("sign_ins", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_ins_person_id"))

    op.drop_table("sign_ins")
    op.drop_table("office_holidays")
    with op.batch_alter_table("memberships", schema=None) as batch_op:
        batch_op.drop_index("ix_memberships_organisation_id")

    op.drop_table("memberships")
    with op.batch_alter_table("hub_markets", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hub_markets_market"))

    op.drop_table("hub_markets")
    op.drop_table("hub_answer_records")
    with op.batch_alter_table("consents", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_consents_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_consents_company_id"))

    op.drop_table("consents")
    with op.batch_alter_table("closures", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_closures_office_id"))

    op.drop_table("closures")
    with op.batch_alter_table("agreement_posts", schema=None) as batch_op:
        batch_op.drop_index("ix_agreement_posts_post_id")

    op.drop_table("agreement_posts")
    with op.batch_alter_table("service_offers", schema=None) as batch_op:
        batch_op.drop_index("ix_service_offers_service")

    op.drop_table("service_offers")
    with op.batch_alter_table("post_profiles", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_post_profiles_post_type"))

    op.drop_table("post_profiles")
    with op.batch_alter_table("post_coverage", schema=None) as batch_op:
        batch_op.drop_index("ix_post_coverage_market")

    op.drop_table("post_coverage")
    op.drop_table("partner_profiles")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index("ix_outbox_open")

    op.drop_table("outbox")
    with op.batch_alter_table("offices", schema=None) as batch_op:
        batch_op.drop_index("ix_offices_organisation_id")
        batch_op.drop_index(batch_op.f("ix_offices_city_folded"))

    op.drop_table("offices")
    with op.batch_alter_table("instruments", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_instruments_partner_code"))
        batch_op.drop_index(batch_op.f("ix_instruments_need_service_code"))

    op.drop_table("instruments")
    with op.batch_alter_table("hub_profiles", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hub_profiles_state"))

    op.drop_table("hub_profiles")
    op.drop_table("holidays")
    op.drop_table("event_seals")
    op.drop_table("event_personal")
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.drop_index("ix_deliveries_open")

    op.drop_table("deliveries")
    with op.batch_alter_table("contact_persons", schema=None) as batch_op:
        batch_op.drop_index("ix_contact_persons_scope")

    op.drop_table("contact_persons")
    with op.batch_alter_table("company_records", schema=None) as batch_op:
        batch_op.drop_index("ix_company_records_name")
        batch_op.drop_index("ix_company_records_company_id")

    op.drop_table("company_records")
    with op.batch_alter_table("client_contacts", schema=None) as batch_op:
        batch_op.drop_index("ix_client_contacts_scope")
        batch_op.drop_index("ix_client_contacts_company")

    op.drop_table("client_contacts")
    with op.batch_alter_table("api_clients", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_api_clients_organisation_id"))

    op.drop_table("api_clients")
    with op.batch_alter_table("agreements", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_agreements_state"))
        batch_op.drop_index("ix_agreements_hub_id")

    op.drop_table("agreements")
    with op.batch_alter_table("account_links", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_account_links_person_id"))

    op.drop_table("account_links")
    op.drop_table("terms")
    op.drop_table("stamps")
    op.drop_table("services")
    with op.batch_alter_table("sectors", schema=None) as batch_op:
        batch_op.drop_index("ix_sectors_kind")

    op.drop_table("sectors")
    op.drop_table("routing_snapshots")
    op.drop_table("routing_rules")
    op.drop_table("people")
    with op.batch_alter_table("pauses", schema=None) as batch_op:
        batch_op.drop_index("ix_pauses_subject")

    op.drop_table("pauses")
    with op.batch_alter_table("organisations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_organisations_market"))
        batch_op.drop_index("ix_organisations_kind_name")

    op.drop_table("organisations")
    op.drop_table("markets")
    with op.batch_alter_table("kept_forms", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_kept_forms_created_at"))

    op.drop_table("kept_forms")
    with op.batch_alter_table("idempotency_keys", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_idempotency_keys_created_at"))

    op.drop_table("idempotency_keys")
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.drop_index("ix_events_subject")
        batch_op.drop_index("ix_events_related")
        batch_op.drop_index(batch_op.f("ix_events_kind"))
        batch_op.drop_index(batch_op.f("ix_events_at"))

    op.drop_table("events")
    op.drop_table("consent_texts")
    op.drop_table("companies")
    op.drop_table("code_list_entries")
    with op.batch_alter_table("account_attempts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_account_attempts_at"))
        batch_op.drop_index("ix_account_attempts_account_key")

    op.drop_table("account_attempts")
