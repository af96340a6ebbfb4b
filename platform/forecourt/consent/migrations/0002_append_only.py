from django.db import migrations

FORWARD = """
CREATE FUNCTION consent_consentreceipt_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'consent_consentreceipt is append-only'; END $$;
CREATE TRIGGER consent_consentreceipt_append_only BEFORE UPDATE OR DELETE ON consent_consentreceipt
FOR EACH STATEMENT EXECUTE FUNCTION consent_consentreceipt_append_only();
"""
BACKWARD = "DROP TRIGGER consent_consentreceipt_append_only ON consent_consentreceipt; DROP FUNCTION consent_consentreceipt_append_only();"


class Migration(migrations.Migration):
    dependencies = [("consent", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
