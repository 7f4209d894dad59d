import django.contrib.postgres.fields
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('protocols', '0001_initial'), ('protocols', '0003_step_cannot_move_in'), ('protocols', '0004_settings_and_translations')]

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ProtocolVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(unique=True, verbose_name='number')),
                ('title', models.CharField(max_length=80, verbose_name='title')),
                ('published_at', models.DateTimeField(blank=True, null=True, verbose_name='published at')),
            ],
            options={
                'ordering': ['number'],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='protocolversion',
            trigger=pgtrigger.compiler.Trigger(name='published_version_never_changes', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."published_at" IS NOT NULL)', func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='b8b3a57bc63beda21f28e1b3087f1b3ac422a8b6', operation='UPDATE OR DELETE', pgid='pgtrigger_published_version_never_changes_dff94', table='protocols_protocolversion', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='ProtocolStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(verbose_name='position')),
                ('slug', models.SlugField(max_length=30, verbose_name='slug')),
                ('phase', models.CharField(choices=[('steady', 'Steady'), ('connect', 'Connect'), ('choices', 'Choices'), ('afterwards', 'Afterwards')], max_length=10, verbose_name='phase')),
                ('title', models.CharField(max_length=40, verbose_name='title')),
                ('prompt', models.CharField(max_length=160, verbose_name='prompt')),
                ('say_or_do', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=240), size=None, verbose_name='things to say or do')),
                ('outcomes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('done', 'Done'), ('partly', 'Partly'), ('declined', 'Declined'), ('not_possible', 'Not possible'), ('not_applicable', 'Not needed'), ('not_recorded', 'Not recorded')], max_length=15), size=None, verbose_name='outcomes')),
                ('captures', django.contrib.postgres.fields.ArrayField(base_field=models.SlugField(max_length=40), default=list, size=None, verbose_name='what it captures')),
                ('variants', models.JSONField(default=dict, verbose_name='words by setting')),
                ('by_setting', models.JSONField(default=dict, verbose_name='what else differs by setting')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='protocols.protocolversion')),
            ],
            options={
                'ordering': ['position'],
                'constraints': [models.UniqueConstraint(fields=('version', 'position'), name='step_position_once_per_version'), models.UniqueConstraint(fields=('version', 'slug'), name='step_slug_once_per_version'), models.CheckConstraint(condition=models.Q(models.Q(('slug', 'check-safety'), _negated=True), models.Q(('outcomes__contains', ['not_applicable']), _negated=True), _connector='OR'), name='safety_is_never_not_applicable')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='protocolstep',
            trigger=pgtrigger.compiler.Trigger(name='step_of_published_version_never_changes', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF EXISTS (\n        SELECT 1 FROM protocols_protocolversion\n        WHERE id IN (OLD.version_id, NEW.version_id) AND published_at IS NOT NULL\n    ) THEN\n        RAISE EXCEPTION 'A step of a published protocol version never changes.'\n            USING ERRCODE = 'integrity_constraint_violation';\n    END IF;\n    RETURN COALESCE(NEW, OLD);\n", hash='d5513507c00e84bca29ede0cb0b9db7866c000d8', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_step_of_published_version_never_changes_3036b', table='protocols_protocolstep', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='EditionTranslation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('language', models.CharField(max_length=10, verbose_name='language')),
                ('reviewed_at', models.DateTimeField(blank=True, null=True, verbose_name='reviewed at')),
                ('reviewed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='translations', to='protocols.protocolversion')),
            ],
            options={
                'ordering': ['language'],
                'constraints': [models.UniqueConstraint(fields=('version', 'language'), name='translation_once_per_version_and_language'), models.CheckConstraint(condition=models.Q(models.Q(('reviewed_at', None), ('reviewed_by', None)), models.Q(('reviewed_at__isnull', False), ('reviewed_by__isnull', False)), _connector='OR'), name='translation_is_reviewed_by_someone_at_some_time')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='editiontranslation',
            trigger=pgtrigger.compiler.Trigger(name='reviewed_translation_never_changes', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."reviewed_at" IS NOT NULL)', func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='83466d269f6c8315535587d9b37483c1c20bc3c2', operation='UPDATE OR DELETE', pgid='pgtrigger_reviewed_translation_never_changes_6d9f2', table='protocols_editiontranslation', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='StepTranslation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=40, verbose_name='title')),
                ('prompt', models.CharField(max_length=160, verbose_name='prompt')),
                ('say_or_do', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=240), size=None, verbose_name='things to say or do')),
                ('variants', models.JSONField(default=dict, verbose_name='words by setting')),
                ('prompts', models.JSONField(default=dict, verbose_name='prompts by setting')),
                ('step', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='protocols.protocolstep')),
                ('translation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='protocols.editiontranslation')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('translation', 'step'), name='step_once_per_translation')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='steptranslation',
            trigger=pgtrigger.compiler.Trigger(name='step_of_reviewed_translation_never_changes', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF EXISTS (\n        SELECT 1 FROM protocols_editiontranslation\n        WHERE id IN (OLD.translation_id, NEW.translation_id) AND reviewed_at IS NOT NULL\n    ) THEN\n        RAISE EXCEPTION 'A step of a reviewed translation never changes.'\n            USING ERRCODE = 'integrity_constraint_violation';\n    END IF;\n    RETURN COALESCE(NEW, OLD);\n", hash='475a405a676942c643fc897b5900923c54233adf', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_step_of_reviewed_translation_never_changes_d7550', table='protocols_steptranslation', when='BEFORE')),
        ),
    ]
