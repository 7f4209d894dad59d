import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import accounts.marks
from accounts.encrypted_columns import EncryptColumns

COLUMNS = {
            "client": {"reference": {}, "preferred_name": {}},
            "clientevent": {"reference": {}, "preferred_name": {}},
            "contactpermission": {"address": {"owner": "client"}, "safe_times": {"owner": "client"}},
            "contactpermissionevent": {"address": {"owner": "client"}, "safe_times": {"owner": "client"}},
            "therapysession": {"room": {"owner": "therapist"}, "address_today": {"owner": "therapist"}, "callback_number": {"owner": "therapist"}},
            "therapysessionevent": {"room": {"owner": "therapist"}, "address_today": {"owner": "therapist"}, "callback_number": {"owner": "therapist"}},
            "departureevent": {"address_today": {"owner": "therapist"}, "callback_number": {"owner": "therapist"}, "void_reason": {"owner": "therapist"}},
            "departureeventevent": {"address_today": {"owner": "therapist"}, "callback_number": {"owner": "therapist"}, "void_reason": {"owner": "therapist"}},
            "intaketitle": {"words": {"owner": "intake"}},
            "intakerow": {"room": {"owner": "intake"}, "references": {"owner": "intake"}, "preferred_name": {"owner": "intake"}, "reason": {"owner": "intake"}},
            "exercise": {"noted": {"owner": "person"}},
            "exerciseevent": {"noted": {"owner": "person"}},
            "privatenote": {"text": {"owner": "author"}},
            "departurereport": {"account": {"owner": "departure"}, "words_kept": {"owner": "departure"}, "content": {"owner": "departure"}},
            "departurereportevent": {"account": {"owner": "departure"}, "words_kept": {"owner": "departure"}, "content": {"owner": "departure"}},
            "reportaddendum": {"text": {"owner": "report"}},
            "review": {"message": {"owner": "report"}, "learning": {"owner": "report"}, "system_change": {"owner": "report"}},
            "placecomment": {"text": {"owner": "review"}},
            "safetyeventreference": {"reference": {"owner": "report"}},
            "qualitynote": {"kept_private": {"owner": "report"}},
            "qualitynoteevent": {"kept_private": {"owner": "report"}},
            "stepresponse": {"note": {"owner": "departure", "row": ("op_id",)}},
            "capturedfact": {"value": {"owner": "departure", "row": ("op_id", "name"), "unless": ("name", "reasons-source")}},
}


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_cipher"), ("sessions_app", "0013_keeping")]

    operations = [
        EncryptColumns(COLUMNS, since="client"),
        migrations.AlterModelOptions(
            name="client",
            options={"ordering": ["pk"]},
        ),
        migrations.AlterModelOptions(
            name="intaketitle",
            options={"ordering": ["-number", "pk"]},
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="client",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="client",
            name="update_update",
        ),
        migrations.RemoveConstraint(
            model_name="client",
            name="client_reference_once_per_team",
        ),
        migrations.RemoveConstraint(
            model_name="intaketitle",
            name="intake_title_once",
        ),
        migrations.AddField(
            model_name="client",
            name="reference_mark",
            field=accounts.marks.MarkField(of="reference"),
        ),
        migrations.AddField(
            model_name="clientevent",
            name="reference_mark",
            field=accounts.marks.MarkField(of="reference"),
        ),
        migrations.AddField(
            model_name="intaketitle",
            name="words_mark",
            field=accounts.marks.MarkField(of="words"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="client",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "sessions_app_clientevent" ("age_band", "asked_for_no_contact", "id", "is_practice", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "preferred_name", "reference", "reference_mark", "team_id", "therapist_id") VALUES (NEW."age_band", NEW."asked_for_no_contact", NEW."id", NEW."is_practice", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."preferred_name", NEW."reference", NEW."reference_mark", NEW."team_id", NEW."therapist_id"); RETURN NULL;',
                    hash="c0a79c2bddcdd7c9fe3d5dd75f412c51f789a4c4",  # pragma: allowlist secret
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_7f1e4",
                    table="sessions_app_client",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="client",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "sessions_app_clientevent" ("age_band", "asked_for_no_contact", "id", "is_practice", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "preferred_name", "reference", "reference_mark", "team_id", "therapist_id") VALUES (NEW."age_band", NEW."asked_for_no_contact", NEW."id", NEW."is_practice", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."preferred_name", NEW."reference", NEW."reference_mark", NEW."team_id", NEW."therapist_id"); RETURN NULL;',
                    hash="e83c7fff526911dece7d49d4bce647892069c5de",  # pragma: allowlist secret
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_45de4",
                    table="sessions_app_client",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="client",
            constraint=models.UniqueConstraint(
                condition=models.Q(("reference_mark", ""), _negated=True),
                fields=("team", "reference_mark"),
                name="client_reference_once_per_team",
            ),
        ),
        migrations.AddConstraint(
            model_name="intaketitle",
            constraint=models.UniqueConstraint(
                condition=models.Q(("words_mark", ""), _negated=True),
                fields=("intake", "words_mark"),
                name="intake_title_once",
            ),
        ),
        migrations.AlterField(
            model_name='reviewtask',
            name='client_reference',
            field=accounts.marks.MarkField(of='report.departure.client.reference'),
        ),
    ]
