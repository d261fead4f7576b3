"""Triggers that keep the event log append-only, whoever opens the database."""

from django.db import migrations

SQLITE = """
CREATE TRIGGER ledger_event_no_{name} BEFORE {action} ON ledger_event
BEGIN SELECT RAISE(ABORT, '台账日志只能追加'); END
"""
POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION ledger_event_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '台账日志只能追加'; END $$
"""
POSTGRESQL = """
CREATE TRIGGER ledger_event_no_{name} BEFORE {action} ON ledger_event
FOR EACH STATEMENT EXECUTE FUNCTION ledger_event_refuse()
"""


def install(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    if vendor == "postgresql":
        schema_editor.execute(POSTGRESQL_FUNCTION)
    statement = POSTGRESQL if vendor == "postgresql" else SQLITE
    for action in ("UPDATE", "DELETE"):
        schema_editor.execute(statement.format(name=action.lower(), action=action))


def remove(apps, schema_editor):
    on = " ON ledger_event" if schema_editor.connection.vendor == "postgresql" else ""
    for name in ("update", "delete"):
        schema_editor.execute(f"DROP TRIGGER ledger_event_no_{name}{on}")


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [migrations.RunPython(install, remove)]
