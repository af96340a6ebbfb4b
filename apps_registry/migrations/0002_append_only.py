from django.db import migrations

FORWARD = """
CREATE FUNCTION apps_registry_trailevent_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'apps_registry_trailevent is append-only'; END $$;
CREATE TRIGGER apps_registry_trailevent_append_only BEFORE UPDATE OR DELETE ON apps_registry_trailevent
FOR EACH STATEMENT EXECUTE FUNCTION apps_registry_trailevent_append_only();
"""
BACKWARD = "DROP TRIGGER apps_registry_trailevent_append_only ON apps_registry_trailevent; DROP FUNCTION apps_registry_trailevent_append_only();"


class Migration(migrations.Migration):
    dependencies = [("apps_registry", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
