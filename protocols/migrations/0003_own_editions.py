import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('protocols', '0002_editions'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Draft',
            fields=[
                ('version', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, serialize=False, to='protocols.protocolversion')),
                ('drafted_at', models.DateTimeField(auto_now_add=True)),
                ('submitted_at', models.DateTimeField(null=True)),
                ('approved_at', models.DateTimeField(null=True)),
                ('zone', models.CharField(blank=True, max_length=60)),
                ('dropped_at', models.DateTimeField(null=True)),
                ('approved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('copy_of', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='protocols.protocolversion')),
                ('drafted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('submitted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('dropped_at', None), ('submitted_at', None)), fields=('drafted_by',), name='one_open_draft_per_person'), models.CheckConstraint(condition=models.Q(models.Q(('submitted_at', None), ('submitted_by', None)), models.Q(('submitted_at__isnull', False), ('submitted_by__isnull', False)), _connector='OR'), name='draft_is_sent_by_someone'), models.CheckConstraint(condition=models.Q(models.Q(('approved_at', None), ('approved_by', None)), models.Q(('approved_at__isnull', False), ('approved_by__isnull', False)), _connector='OR'), name='draft_is_read_by_someone'), models.CheckConstraint(condition=models.Q(('approved_by', None), models.Q(('submitted_by__isnull', False), models.Q(('approved_by', models.F('submitted_by')), _negated=True)), _connector='OR'), name='draft_is_published_by_two'), models.CheckConstraint(condition=models.Q(('dropped_at', None), ('submitted_at', None), _connector='OR'), name='draft_is_dropped_unsent')],
            },
        ),
        migrations.CreateModel(
            name='EditionDeed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('deed', models.CharField(choices=[('copied', 'Began it as a copy'), ('brought_in', 'Brought it in from a file'), ('changed', 'Changed words'), ('sent', 'Sent it to the clinical lead'), ('taken_back', 'Took it back to be changed'), ('approved', 'Read it and published it'), ('withdrawn', 'Withdrew it before it took effect'), ('dropped', 'Put it aside'), ('retired', 'Retired it')], max_length=10)),
                ('step', models.SlugField(blank=True, max_length=30)),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deeds', to='protocols.protocolversion')),
            ],
            options={
                'ordering': ['at', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='OwnTask',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('key', models.SlugField(max_length=13)),
                ('words', models.CharField(max_length=160)),
                ('translations', models.JSONField(default=dict)),
                ('step', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='own', to='protocols.protocolstep')),
            ],
            options={
                'ordering': ['position'],
                'constraints': [models.UniqueConstraint(fields=('step', 'position'), name='own_task_position_once_per_step'), models.UniqueConstraint(fields=('step', 'key'), name='own_task_key_once_per_step'), models.CheckConstraint(condition=models.Q(('key__startswith', 'task-')), name='own_task_key_is_told_apart')],
            },
        ),
        migrations.CreateModel(
            name='Retirement',
            fields=[
                ('version', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, serialize=False, to='protocols.protocolversion')),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='protocolstep',
            name='step_of_published_version_never_changes',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='protocolversion',
            name='published_version_never_changes',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='steptranslation',
            name='step_of_reviewed_translation_never_changes',
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='protocolstep',
            trigger=pgtrigger.compiler.Trigger(name='step_of_published_version_never_changes', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE old_version bigint; new_version bigint;', func="\n    IF TG_OP = 'DELETE' THEN RAISE EXCEPTION 'The eleven steps stay: a step never changes into none.' USING ERRCODE = 'integrity_constraint_violation'; END IF;\n    old_version = OLD.version_id; new_version = NEW.version_id;\n    \n    PERFORM 1 FROM protocols_protocolversion WHERE id IN (old_version, new_version) FOR SHARE;\n    IF EXISTS (\n        SELECT 1 FROM protocols_protocolversion WHERE id IN (old_version, new_version) AND published_at IS NOT NULL\n    ) OR EXISTS (\n        SELECT 1 FROM protocols_draft WHERE version_id IN (old_version, new_version) AND submitted_at IS NOT NULL\n    ) THEN\n        RAISE EXCEPTION 'A step of a published protocol version never changes.' USING ERRCODE = 'integrity_constraint_violation';\n    END IF;\n\n    RETURN NEW;\n", hash='8361ab2025d81bc3efd2d12484de0098b6566ee3', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_step_of_published_version_never_changes_3036b', table='protocols_protocolstep', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='protocolversion',
            trigger=pgtrigger.compiler.Trigger(name='published_version_never_changes', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF TG_OP = 'DELETE' THEN\n        RAISE EXCEPTION 'A protocol version is never deleted, so that its number is not used again.' USING ERRCODE = 'integrity_constraint_violation';\n    END IF;\n    IF TG_OP = 'INSERT' THEN\n        IF NEW.published_at IS NOT NULL THEN\n            RAISE EXCEPTION 'A protocol version begins unpublished.' USING ERRCODE = 'integrity_constraint_violation';\n        END IF;\n        RETURN NEW;\n    END IF;\n    IF OLD.published_at <= clock_timestamp() OR NEW.number <> OLD.number THEN\n        RAISE EXCEPTION 'A published protocol version never changes.' USING ERRCODE = 'integrity_constraint_violation';\n    END IF;\n    IF NEW.title <> OLD.title\n       AND EXISTS (SELECT 1 FROM protocols_draft WHERE version_id = NEW.id AND submitted_at IS NOT NULL) THEN\n        RAISE EXCEPTION 'What is with the clinical lead does not change.' USING ERRCODE = 'integrity_constraint_violation';\n    END IF;\n    IF NEW.published_at IS NOT NULL THEN\n        IF (SELECT array_agg(slug::text ORDER BY position) FROM protocols_protocolstep WHERE version_id = NEW.id)\n           IS DISTINCT FROM ARRAY['stay-calm', 'check-safety', 'express-empathy', 'encourage-communication', 'validate-feelings', 'explore-reason', 'offer-options', 'discuss-implications', 'provide-resources', 'respect-decision', 'follow-up'] THEN\n            RAISE EXCEPTION 'A published protocol version has the eleven steps, in their order.' USING ERRCODE = 'integrity_constraint_violation';\n        END IF;\n        IF EXISTS (SELECT 1 FROM protocols_draft WHERE version_id = NEW.id\n                   AND (submitted_at IS NULL OR approved_at IS NULL)) THEN\n            RAISE EXCEPTION 'Two people publish a protocol version.' USING ERRCODE = 'integrity_constraint_violation';\n        END IF;\n    END IF;\n    RETURN NEW;\n", hash='e24ccf348316b60ecb5bb853210a6d55f194dad1', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_published_version_never_changes_dff94', table='protocols_protocolversion', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='steptranslation',
            trigger=pgtrigger.compiler.Trigger(name='step_of_reviewed_translation_never_changes', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE old_version bigint; new_version bigint;', func="\n    IF EXISTS (\n        SELECT 1 FROM protocols_editiontranslation\n        WHERE id IN (OLD.translation_id, NEW.translation_id) AND reviewed_at IS NOT NULL\n    ) THEN\n        RAISE EXCEPTION 'A step of a reviewed translation never changes.' USING ERRCODE = 'integrity_constraint_violation';\n    END IF;\n    old_version = (SELECT d.version_id FROM protocols_editiontranslation t JOIN protocols_draft d USING (version_id)\n                   WHERE t.id = OLD.translation_id);\n    new_version = (SELECT d.version_id FROM protocols_editiontranslation t JOIN protocols_draft d USING (version_id)\n                   WHERE t.id = NEW.translation_id);\n    \n    PERFORM 1 FROM protocols_protocolversion WHERE id IN (old_version, new_version) FOR SHARE;\n    IF EXISTS (\n        SELECT 1 FROM protocols_protocolversion WHERE id IN (old_version, new_version) AND published_at IS NOT NULL\n    ) OR EXISTS (\n        SELECT 1 FROM protocols_draft WHERE version_id IN (old_version, new_version) AND submitted_at IS NOT NULL\n    ) THEN\n        RAISE EXCEPTION 'A step of a published protocol version never changes.' USING ERRCODE = 'integrity_constraint_violation';\n    END IF;\n\n    RETURN COALESCE(NEW, OLD);\n", hash='f632342094f156ada073113c256e5ca976b6adf7', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_step_of_reviewed_translation_never_changes_d7550', table='protocols_steptranslation', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='draft',
            trigger=pgtrigger.compiler.Trigger(name='draft_never_changes_once_published', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF TG_OP = 'DELETE' THEN RAISE EXCEPTION 'Who wrote a protocol version is never forgotten.' USING ERRCODE = 'integrity_constraint_violation'; END IF;\n    IF EXISTS (SELECT 1 FROM protocols_protocolversion WHERE id IN (OLD.version_id, NEW.version_id)\n               AND published_at IS NOT NULL) THEN\n        RAISE EXCEPTION 'Who published a protocol version never changes.' USING ERRCODE = 'integrity_constraint_violation';\n    END IF;\n    IF NEW.approved_by_id IS DISTINCT FROM OLD.approved_by_id AND NEW.approved_by_id IS NOT NULL AND NOT EXISTS (\n        SELECT 1 FROM accounts_user WHERE id = NEW.approved_by_id AND is_active AND is_clinical_lead) THEN\n        RAISE EXCEPTION 'That is for a clinical lead.' USING ERRCODE = 'integrity_constraint_violation';\n    END IF;\n    RETURN NEW;\n", hash='52a29095899603bf6bb790df59a4e3853bcfa36c', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_draft_never_changes_once_published_5cead', table='protocols_draft', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='editiondeed',
            trigger=pgtrigger.compiler.Trigger(name='deed_is_append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='f53b15f0be6dcf69ca6db67c1baf5f82957855db', operation='UPDATE OR DELETE', pgid='pgtrigger_deed_is_append_only_52f57', table='protocols_editiondeed', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='owntask',
            trigger=pgtrigger.compiler.Trigger(name='own_task_of_published_version_never_changes', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE old_version bigint; new_version bigint;', func="\n    old_version = (SELECT version_id FROM protocols_protocolstep WHERE id = OLD.step_id);\n    new_version = (SELECT version_id FROM protocols_protocolstep WHERE id = NEW.step_id);\n    \n    PERFORM 1 FROM protocols_protocolversion WHERE id IN (old_version, new_version) FOR SHARE;\n    IF EXISTS (\n        SELECT 1 FROM protocols_protocolversion WHERE id IN (old_version, new_version) AND published_at IS NOT NULL\n    ) OR EXISTS (\n        SELECT 1 FROM protocols_draft WHERE version_id IN (old_version, new_version) AND submitted_at IS NOT NULL\n    ) THEN\n        RAISE EXCEPTION 'A step of a published protocol version never changes.' USING ERRCODE = 'integrity_constraint_violation';\n    END IF;\n\n    RETURN COALESCE(NEW, OLD);\n", hash='fc13f04d88fcfc064ed163540f3afe2ec9c4932a', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_own_task_of_published_version_never_changes_477b8', table='protocols_owntask', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='retirement',
            trigger=pgtrigger.compiler.Trigger(name='retirement_is_append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='786d20c30133623bfed9db37b6fd7883e241afbd', operation='UPDATE OR DELETE', pgid='pgtrigger_retirement_is_append_only_f04b8', table='protocols_retirement', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='retirement',
            trigger=pgtrigger.compiler.Trigger(name='one_published_version_stays', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    PERFORM pg_advisory_xact_lock(hashtext('protocols.Retirement'));\n    IF NOT EXISTS (SELECT 1 FROM protocols_protocolversion\n                   WHERE id = NEW.version_id AND published_at <= clock_timestamp()) THEN\n        RAISE EXCEPTION 'Only what is in use can be retired.' USING ERRCODE = 'integrity_constraint_violation';\n    END IF;\n    IF NOT EXISTS (SELECT 1 FROM protocols_protocolversion\n                   WHERE id <> NEW.version_id AND published_at <= clock_timestamp()\n                   AND id NOT IN (SELECT version_id FROM protocols_retirement)) THEN\n        RAISE EXCEPTION 'There is always a published protocol version.' USING ERRCODE = 'integrity_constraint_violation';\n    END IF;\n    RETURN NEW;\n", hash='447987e852131f7635a923a01d7faf7c4f5ea511', operation='INSERT', pgid='pgtrigger_one_published_version_stays_2d3a9', table='protocols_retirement', when='BEFORE')),
        ),
    ]
