import datetime
import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
import followups.models.policy
import pgtrigger.compiler
import pgtrigger.migrations
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('followups', '0001_initial'), ('followups', '0002_initial'), ('followups', '0004_help_deliveries'), ('followups', '0005_delivery_kinds'), ('followups', '0006_escalation'), ('followups', '0007_contact'), ('followups', '0008_channels'), ('followups', '0009_clocks_off'), ('followups', '0010_policy'), ('followups', '0011_second_people')]

    initial = True

    dependencies = [
        ('accounts', '0001_first_release'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('pghistory', '0007_auto_20250421_0444'),
        ('sessions_app', '0001_first_release'),
    ]

    operations = [
        migrations.CreateModel(
            name='Absence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_on', models.DateField(verbose_name='first day')),
                ('ends_on', models.DateField(verbose_name='last day')),
                ('time_zone', models.CharField(max_length=50, verbose_name='time zone')),
                ('starts_at', models.DateTimeField(verbose_name='from')),
                ('ends_at', models.DateTimeField(verbose_name='until')),
                ('note', models.TextField(max_length=1000, verbose_name='hand-off note')),
                ('entered_at', models.DateTimeField(auto_now_add=True)),
                ('cover', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='covers', to=settings.AUTH_USER_MODEL)),
                ('entered_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='absences', to=settings.AUTH_USER_MODEL)),
                ('supervisions', models.ManyToManyField(related_name='+', to='accounts.supervision')),
                ('team_covers', models.ManyToManyField(related_name='+', to='accounts.teamcover')),
            ],
            options={
                'ordering': ['starts_at', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('person', models.F('cover')), _negated=True), name='absence_is_covered_by_somebody_else'), models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='absence_ends_after_it_starts'), models.CheckConstraint(condition=models.Q(('note', ''), _negated=True), name='absence_has_a_note')],
                'indexes': [models.Index(fields=['ends_at'], name='absence_by_end')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='absence',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "followups_absenceevent" ("cover_id", "ends_at", "ends_on", "entered_at", "entered_by_id", "id", "note", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts_at", "starts_on", "time_zone") VALUES (NEW."cover_id", NEW."ends_at", NEW."ends_on", NEW."entered_at", NEW."entered_by_id", NEW."id", NEW."note", NEW."person_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."starts_at", NEW."starts_on", NEW."time_zone"); RETURN NULL;', hash='01f4ecb94bcd98eb853a3dce612e08bef0b0f36c', operation='INSERT', pgid='pgtrigger_insert_insert_34343', table='followups_absence', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='absence',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "followups_absenceevent" ("cover_id", "ends_at", "ends_on", "entered_at", "entered_by_id", "id", "note", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts_at", "starts_on", "time_zone") VALUES (NEW."cover_id", NEW."ends_at", NEW."ends_on", NEW."entered_at", NEW."entered_by_id", NEW."id", NEW."note", NEW."person_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."starts_at", NEW."starts_on", NEW."time_zone"); RETURN NULL;', hash='ec5119e8db87bb115af9d3d8cdf41c90c7e94bae', operation='UPDATE', pgid='pgtrigger_update_update_1111f', table='followups_absence', when='AFTER')),
        ),
        migrations.CreateModel(
            name='AbsenceEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('starts_on', models.DateField(verbose_name='first day')),
                ('ends_on', models.DateField(verbose_name='last day')),
                ('time_zone', models.CharField(max_length=50, verbose_name='time zone')),
                ('starts_at', models.DateTimeField(verbose_name='from')),
                ('ends_at', models.DateTimeField(verbose_name='until')),
                ('note', models.TextField(max_length=1000, verbose_name='hand-off note')),
                ('entered_at', models.DateTimeField(auto_now_add=True)),
                ('cover', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('entered_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='followups.absence')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='CalendarFeed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token_digest', models.CharField(max_length=64, unique=True)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='since')),
                ('last_used_at', models.DateTimeField(blank=True, null=True, verbose_name='last read')),
                ('revoked_at', models.DateTimeField(blank=True, null=True, verbose_name='revoked')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='calendar_feeds', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('revoked_at', None)), fields=('person',), name='one_calendar_per_person')],
            },
        ),
        migrations.CreateModel(
            name='FollowUpPolicy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(unique=True, verbose_name='number')),
                ('title', models.CharField(max_length=80, verbose_name='title')),
                ('adopted_at', models.DateTimeField(blank=True, null=True, verbose_name='adopted')),
                ('adopted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['number'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('adopted_at', None), ('adopted_by', None)), models.Q(('adopted_at__isnull', False), ('adopted_by__isnull', False)), _connector='OR'), name='policy_is_adopted_by_someone')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='followuppolicy',
            trigger=pgtrigger.compiler.Trigger(name='adopted_policy_never_changes', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."adopted_at" IS NOT NULL)', func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='bc2882f37f9d51dd6cb5247842db380dc7d10666', operation='UPDATE OR DELETE', pgid='pgtrigger_adopted_policy_never_changes_11378', table='followups_followuppolicy', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='FollowUpPlan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('response_level', models.CharField(choices=[('immediate', 'Immediate'), ('elevated', 'Elevated'), ('unable_to_assess', 'Unable to assess'), ('some_concern', 'Some concern'), ('none_identified', 'None identified')], max_length=16, verbose_name='response level')),
                ('opened_at', models.DateTimeField(auto_now_add=True, verbose_name='opened')),
                ('superseded_at', models.DateTimeField(blank=True, null=True, verbose_name='replaced')),
                ('departure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='plans', to='sessions_app.departureevent')),
                ('opened_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('policy', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='plans', to='followups.followuppolicy')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('superseded_at', None)), fields=('departure',), name='one_plan_in_force_per_departure')],
            },
        ),
        migrations.CreateModel(
            name='FollowUp',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(default=1, verbose_name='position')),
                ('title', models.CharField(max_length=80, verbose_name='task')),
                ('script', models.CharField(blank=True, max_length=240, verbose_name='words to say')),
                ('channel', models.CharField(blank=True, choices=[('phone', 'Phone call'), ('voicemail', 'Voicemail'), ('text', 'Text message'), ('email', 'E-mail'), ('letter', 'Letter')], max_length=10, verbose_name='channel')),
                ('due_on', models.DateField(verbose_name='due on')),
                ('due_wall_time', models.TimeField(verbose_name='due, local time')),
                ('time_zone', models.CharField(max_length=50, verbose_name='time zone')),
                ('due_at', models.DateTimeField(verbose_name='due')),
                ('source', models.CharField(blank=True, max_length=160, verbose_name='source')),
                ('situation', models.CharField(blank=True, choices=[('remote_dropped', 'Remote session dropped'), ('minor', 'Under 18'), ('minor_alone', 'Under 18, left without an adult in charge'), ('couple_or_family', 'Couple or family'), ('group', 'Group'), ('impaired_driving', 'Impaired and driving'), ('no_contact', 'Asked for no contact'), ('unreached', 'Not reached'), ('ended_by_client', 'Ended by the client'), ('off_hours', 'Off hours and holidays'), ('clinician_away', 'Clinician away'), ('no_policy', 'No policy in force')], max_length=16, verbose_name='situation')),
                ('state', models.CharField(choices=[('open', 'Open'), ('done', 'Done'), ('not_needed', 'Not needed'), ('replaced', 'Replaced by a newer plan')], default='open', max_length=10, verbose_name='state')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='closed')),
                ('closed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('departure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='follow_ups', to='sessions_app.departureevent')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='follow_ups', to=settings.AUTH_USER_MODEL)),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='follow_ups', to='followups.followupplan')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'open'), models.Q(('situation', ''), _negated=True)), fields=('plan', 'situation', 'position'), name='follow_up_open_once_per_situation'), models.CheckConstraint(condition=models.Q(models.Q(('closed_at', None), ('closed_by', None), ('state', 'open')), models.Q(models.Q(('state', 'open'), _negated=True), ('closed_at__isnull', False), ('closed_by__isnull', False)), _connector='OR'), name='follow_up_closed_by_someone_at_a_time')],
                'indexes': [models.Index(condition=models.Q(('state', 'open')), fields=['owner', 'due_at'], name='follow_up_open_by_owner')],
            },
            bases=(followups.models.policy.InWords, models.Model),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='followup',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "followups_followupevent" ("channel", "closed_at", "closed_by_id", "departure_id", "due_at", "due_on", "due_wall_time", "id", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "position", "script", "situation", "source", "state", "time_zone", "title") VALUES (NEW."channel", NEW."closed_at", NEW."closed_by_id", NEW."departure_id", NEW."due_at", NEW."due_on", NEW."due_wall_time", NEW."id", NEW."owner_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."plan_id", NEW."position", NEW."script", NEW."situation", NEW."source", NEW."state", NEW."time_zone", NEW."title"); RETURN NULL;', hash='91e7618547bbbd0f7016208e3269b63c4a3d2f7e', operation='INSERT', pgid='pgtrigger_insert_insert_9fe79', table='followups_followup', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='followup',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "followups_followupevent" ("channel", "closed_at", "closed_by_id", "departure_id", "due_at", "due_on", "due_wall_time", "id", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "position", "script", "situation", "source", "state", "time_zone", "title") VALUES (NEW."channel", NEW."closed_at", NEW."closed_by_id", NEW."departure_id", NEW."due_at", NEW."due_on", NEW."due_wall_time", NEW."id", NEW."owner_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."plan_id", NEW."position", NEW."script", NEW."situation", NEW."source", NEW."state", NEW."time_zone", NEW."title"); RETURN NULL;', hash='665c1861b108503b32d829a6d3111f3607d7458b', operation='UPDATE', pgid='pgtrigger_update_update_ba379', table='followups_followup', when='AFTER')),
        ),
        migrations.CreateModel(
            name='Acknowledgement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('deed', models.CharField(choices=[('on_it', 'I am on it'), ('later', 'Remind me later')], max_length=5)),
                ('at', models.DateTimeField()),
                ('until', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('follow_up', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='acknowledgements', to='followups.followup')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('until__gt', models.F('at'))), name='acknowledgement_expires')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='acknowledgement',
            trigger=pgtrigger.compiler.Trigger(name='acknowledgement_is_append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='b800b763ee2ad018a3a3bee469e599f416467feb', operation='UPDATE OR DELETE', pgid='pgtrigger_acknowledgement_is_append_only_b5bdd', table='followups_acknowledgement', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='ContactAttempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('op_id', models.UUIDField(default=uuid.uuid4, unique=True)),
                ('channel', models.CharField(choices=[('phone', 'Phone call'), ('voicemail', 'Voicemail'), ('text', 'Text message'), ('email', 'E-mail'), ('letter', 'Letter')], max_length=10, verbose_name='channel')),
                ('result', models.CharField(choices=[('reached_safe', 'Reached, safe'), ('reached_needs_more', 'Reached, needs more'), ('reached_no_contact', 'Reached, asked for no contact'), ('no_answer', 'No answer'), ('voicemail_left', 'Voicemail left, allowed'), ('voicemail_not_allowed', 'No voicemail, not allowed'), ('wrong_number', 'Wrong or dead number'), ('third_party_reached', 'Permitted third party reached'), ('other_person', 'Someone else answered, nothing said'), ('sent_no_reply', 'Text or e-mail sent, no reply'), ('bounced', 'Bounced'), ('letter_sent', 'Letter sent'), ('letter_returned', 'Letter returned'), ('blocked', 'Not allowed on this channel')], max_length=21, verbose_name='result')),
                ('note', models.CharField(blank=True, max_length=500, verbose_name='note')),
                ('occurred_at', models.DateTimeField()),
                ('received_at', models.DateTimeField(auto_now_add=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('departure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contact_attempts', to='sessions_app.departureevent')),
                ('follow_up', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attempts', to='followups.followup')),
            ],
            options={
                'ordering': ['occurred_at', 'pk'],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='contactattempt',
            trigger=pgtrigger.compiler.Trigger(name='contact_attempt_is_append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='a3a78f02e745ccda7bd024a47fb7fe6c1a644a51', operation='UPDATE OR DELETE', pgid='pgtrigger_contact_attempt_is_append_only_91993', table='followups_contactattempt', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='ContactOverride',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channels', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('phone', 'Phone call'), ('voicemail', 'Voicemail'), ('text', 'Text message'), ('email', 'E-mail'), ('letter', 'Letter')], max_length=10), size=None, verbose_name='channels')),
                ('grounds', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('client', "The client's life or health"), ('other', "Another person's life or health"), ('dependant', 'A child or somebody who depends on the client')], max_length=10), size=None, verbose_name='who is in danger')),
                ('words', models.TextField(max_length=1000, verbose_name='what makes it serious and imminent')),
                ('asked_at', models.DateTimeField(verbose_name='asked')),
                ('expires_at', models.DateTimeField(verbose_name='ends')),
                ('is_confirmed', models.BooleanField(null=True, verbose_name='confirmed')),
                ('answered_at', models.DateTimeField(blank=True, null=True, verbose_name='answered')),
                ('answered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('departure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='overrides', to='sessions_app.departureevent')),
                ('follow_up', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='overrides', to='followups.followup')),
            ],
            options={
                'ordering': ['-asked_at', '-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('answered_by', models.F('asked_by')), ('is_confirmed', True), _negated=True), name='override_is_confirmed_by_somebody_else'), models.CheckConstraint(condition=models.Q(models.Q(('answered_at', None), ('answered_by', None), ('is_confirmed', None)), models.Q(('answered_at__isnull', False), ('answered_by__isnull', False), ('is_confirmed__isnull', False)), _connector='OR'), name='override_is_answered_by_someone'), models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('asked_at')), ('expires_at__lte', django.db.models.expressions.CombinedExpression(models.F('asked_at'), '+', models.Value(datetime.timedelta(days=1))))), name='override_lasts_a_day_at_most'), models.CheckConstraint(condition=models.Q(('answered_at', None), ('answered_at__lt', models.F('expires_at')), _connector='OR'), name='override_is_answered_before_it_ends'), models.CheckConstraint(condition=models.Q(('words', ''), _negated=True), name='override_has_words'), models.CheckConstraint(condition=models.Q(('channels__contained_by', ['phone', 'voicemail', 'text', 'email', 'letter']), ('channels__len__gt', 0)), name='override_channels_are_known'), models.CheckConstraint(condition=models.Q(('grounds__contained_by', ['client', 'other', 'dependant']), ('grounds__len__gt', 0)), name='override_grounds_are_known')],
                'indexes': [models.Index(fields=['departure', 'expires_at'], name='override_by_departure')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='contactoverride',
            trigger=pgtrigger.compiler.Trigger(name='contact_override_is_answered_once', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF OLD.answered_at IS NOT NULL THEN\n        RAISE EXCEPTION 'What two people have said together never changes.'\n            USING ERRCODE = 'integrity_constraint_violation';\n    END IF;\n    RETURN NEW;\n", hash='2c408d3e4717d275cda01eaac98e3463bf6eb5bf', operation='UPDATE', pgid='pgtrigger_contact_override_is_answered_once_43e10', table='followups_contactoverride', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='contactoverride',
            trigger=pgtrigger.compiler.Trigger(name='contact_override_is_never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='bb6aa8f2c97218e41a5191d4bb1b6cf5ccfeab14', operation='DELETE', pgid='pgtrigger_contact_override_is_never_deleted_4897c', table='followups_contactoverride', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='contactoverride',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "followups_contactoverrideevent" ("answered_at", "answered_by_id", "asked_at", "asked_by_id", "channels", "departure_id", "expires_at", "follow_up_id", "grounds", "id", "is_confirmed", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "words") VALUES (NEW."answered_at", NEW."answered_by_id", NEW."asked_at", NEW."asked_by_id", NEW."channels", NEW."departure_id", NEW."expires_at", NEW."follow_up_id", NEW."grounds", NEW."id", NEW."is_confirmed", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."words"); RETURN NULL;', hash='ce285386b1285cb1f2900947c9dd366cd9a81ac5', operation='INSERT', pgid='pgtrigger_insert_insert_91aff', table='followups_contactoverride', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='contactoverride',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "followups_contactoverrideevent" ("answered_at", "answered_by_id", "asked_at", "asked_by_id", "channels", "departure_id", "expires_at", "follow_up_id", "grounds", "id", "is_confirmed", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "words") VALUES (NEW."answered_at", NEW."answered_by_id", NEW."asked_at", NEW."asked_by_id", NEW."channels", NEW."departure_id", NEW."expires_at", NEW."follow_up_id", NEW."grounds", NEW."id", NEW."is_confirmed", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."words"); RETURN NULL;', hash='7d992367ab6886352cebcddf0ee0e381d93da965', operation='UPDATE', pgid='pgtrigger_update_update_bdd18', table='followups_contactoverride', when='AFTER')),
        ),
        migrations.CreateModel(
            name='ContactOverrideEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('channels', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('phone', 'Phone call'), ('voicemail', 'Voicemail'), ('text', 'Text message'), ('email', 'E-mail'), ('letter', 'Letter')], max_length=10), size=None, verbose_name='channels')),
                ('grounds', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('client', "The client's life or health"), ('other', "Another person's life or health"), ('dependant', 'A child or somebody who depends on the client')], max_length=10), size=None, verbose_name='who is in danger')),
                ('words', models.TextField(max_length=1000, verbose_name='what makes it serious and imminent')),
                ('asked_at', models.DateTimeField(verbose_name='asked')),
                ('expires_at', models.DateTimeField(verbose_name='ends')),
                ('is_confirmed', models.BooleanField(null=True, verbose_name='confirmed')),
                ('answered_at', models.DateTimeField(blank=True, null=True, verbose_name='answered')),
                ('answered_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('asked_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('departure', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='sessions_app.departureevent')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='followups.contactoverride')),
                ('follow_up', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='followups.followup')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='FollowUpChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('deed', models.CharField(choices=[('moved', 'Moved'), ('changed', 'Changed'), ('done', 'Done'), ('not_needed', 'Not needed'), ('replaced', 'Replaced by a newer plan'), ('handed_on', 'Handed on to who covers'), ('given_back', 'Given back after an absence')], max_length=10)),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='reason')),
                ('due_before', models.DateTimeField(null=True)),
                ('due_after', models.DateTimeField(null=True)),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('follow_up', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='followups.followup')),
            ],
            options={
                'ordering': ['at', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('deed__in', ['moved', 'not_needed']), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='moving_or_dropping_a_follow_up_needs_a_reason')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='followupchange',
            trigger=pgtrigger.compiler.Trigger(name='follow_up_change_is_append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='6b48c6bb1691b35d981ac8e147822956c99d34d4', operation='UPDATE OR DELETE', pgid='pgtrigger_follow_up_change_is_append_only_99b1f', table='followups_followupchange', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='FollowUpEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('position', models.PositiveSmallIntegerField(default=1, verbose_name='position')),
                ('title', models.CharField(max_length=80, verbose_name='task')),
                ('script', models.CharField(blank=True, max_length=240, verbose_name='words to say')),
                ('channel', models.CharField(blank=True, choices=[('phone', 'Phone call'), ('voicemail', 'Voicemail'), ('text', 'Text message'), ('email', 'E-mail'), ('letter', 'Letter')], max_length=10, verbose_name='channel')),
                ('due_on', models.DateField(verbose_name='due on')),
                ('due_wall_time', models.TimeField(verbose_name='due, local time')),
                ('time_zone', models.CharField(max_length=50, verbose_name='time zone')),
                ('due_at', models.DateTimeField(verbose_name='due')),
                ('source', models.CharField(blank=True, max_length=160, verbose_name='source')),
                ('situation', models.CharField(blank=True, choices=[('remote_dropped', 'Remote session dropped'), ('minor', 'Under 18'), ('minor_alone', 'Under 18, left without an adult in charge'), ('couple_or_family', 'Couple or family'), ('group', 'Group'), ('impaired_driving', 'Impaired and driving'), ('no_contact', 'Asked for no contact'), ('unreached', 'Not reached'), ('ended_by_client', 'Ended by the client'), ('off_hours', 'Off hours and holidays'), ('clinician_away', 'Clinician away'), ('no_policy', 'No policy in force')], max_length=16, verbose_name='situation')),
                ('state', models.CharField(choices=[('open', 'Open'), ('done', 'Done'), ('not_needed', 'Not needed'), ('replaced', 'Replaced by a newer plan')], default='open', max_length=10, verbose_name='state')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='closed')),
                ('closed_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('departure', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='sessions_app.departureevent')),
                ('owner', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='followups.followup')),
                ('plan', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='followups.followupplan')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='HandOver',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('handed_on_at', models.DateTimeField(verbose_name='handed on')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended')),
                ('absence', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='hand_overs', to='followups.absence')),
                ('follow_up', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='hand_overs', to='followups.followup')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('absence', 'follow_up'), name='handed_over_once_in_an_absence')],
                'indexes': [models.Index(condition=models.Q(('ended_at', None)), fields=['absence'], name='hand_over_open')],
            },
        ),
        migrations.CreateModel(
            name='Heartbeat',
            fields=[
                ('clock', models.CharField(max_length=20, primary_key=True, serialize=False)),
                ('beat_at', models.DateTimeField()),
                ('seconds_off', models.FloatField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='HelpEscalation',
            fields=[
                ('call', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='escalation', serialize=False, to='sessions_app.helpcall')),
                ('step', models.PositiveSmallIntegerField(default=1, verbose_name='step')),
                ('due_at', models.DateTimeField(null=True, verbose_name='due')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('due_at__isnull', False)), fields=['due_at'], name='help_escalation_due')],
            },
        ),
        migrations.CreateModel(
            name='NotificationPreferences',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('wants_digest', models.BooleanField(default=True, verbose_name='a summary on working days')),
                ('digest_at', models.TimeField(default=datetime.time(7, 30), verbose_name='at')),
                ('digest_due_at', models.DateTimeField()),
                ('quiet_from', models.TimeField(blank=True, null=True, verbose_name='quiet from')),
                ('quiet_until', models.TimeField(blank=True, null=True, verbose_name='quiet until')),
                ('person', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='notification_preferences', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('quiet_from', None), ('quiet_until', None)), models.Q(('quiet_from__isnull', False), ('quiet_until__isnull', False), models.Q(('quiet_from', models.F('quiet_until')), _negated=True)), _connector='OR'), name='quiet_hours_begin_and_end')],
                'indexes': [models.Index(fields=['digest_due_at'], name='digest_due')],
            },
        ),
        migrations.CreateModel(
            name='OnCallShift',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_at', models.DateTimeField(verbose_name='from')),
                ('ends_at', models.DateTimeField(verbose_name='until')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='on_call_shifts', to=settings.AUTH_USER_MODEL)),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='on_call_shifts', to='accounts.site')),
            ],
            options={
                'ordering': ['starts_at', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='on_call_ends_after_it_starts'), models.UniqueConstraint(fields=('site', 'person', 'starts_at'), name='on_call_once')],
                'indexes': [models.Index(fields=['site', 'ends_at'], name='on_call_by_site')],
            },
        ),
        migrations.CreateModel(
            name='PolicyEscalation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('response_level', models.CharField(choices=[('immediate', 'Immediate'), ('elevated', 'Elevated'), ('unable_to_assess', 'Unable to assess'), ('some_concern', 'Some concern'), ('none_identified', 'None identified')], max_length=16, verbose_name='response level')),
                ('step', models.PositiveSmallIntegerField(verbose_name='step')),
                ('told', models.CharField(choices=[('owner', 'who owns it'), ('cover', 'who covers'), ('supervisor', 'supervisor'), ('on_call', 'who is on call'), ('clinical_lead', 'clinical lead')], max_length=13, verbose_name='tells')),
                ('after_minutes', models.PositiveIntegerField(default=0, verbose_name='after, in minutes')),
                ('after_working_days', models.PositiveSmallIntegerField(default=0, verbose_name='after, in working days')),
                ('repeat_minutes', models.PositiveSmallIntegerField(default=0, verbose_name='again after, in minutes')),
                ('prompt', models.CharField(blank=True, choices=[('welfare_check', "Decide whether somebody should check on the client's welfare.")], max_length=13, verbose_name='asks to decide')),
                ('source', models.CharField(help_text='Where the time comes from.', max_length=160, verbose_name='source')),
                ('policy', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='escalations', to='followups.followuppolicy')),
            ],
            options={
                'ordering': ['step', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('policy', 'response_level', 'step', 'told'), name='policy_escalation_tells_once_per_step'), models.CheckConstraint(condition=models.Q(models.Q(('after_minutes__gt', 0), ('after_working_days', 0)), models.Q(('after_minutes', 0), ('after_working_days__gt', 0)), _connector='OR'), name='policy_escalation_has_one_time'), models.CheckConstraint(condition=models.Q(('step__gt', 0)), name='policy_escalation_comes_after_the_owner')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='policyescalation',
            trigger=pgtrigger.compiler.Trigger(name='step_of_a_policy_that_stands_never_changes', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    PERFORM 1 FROM followups_followuppolicy WHERE id IN (OLD.policy_id, NEW.policy_id) FOR SHARE;\n    IF EXISTS (\n        SELECT 1 FROM followups_followuppolicy\n        WHERE id IN (OLD.policy_id, NEW.policy_id) AND adopted_at IS NOT NULL\n    ) OR EXISTS (\n        SELECT 1 FROM followups_followupplan WHERE policy_id IN (OLD.policy_id, NEW.policy_id)\n    ) THEN\n        RAISE EXCEPTION 'A row of a policy that was adopted or used never changes.'\n            USING ERRCODE = 'integrity_constraint_violation';\n    END IF;\n    RETURN COALESCE(NEW, OLD);\n", hash='c5f50ca960395fcf32c9c8905577285520c6a522', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_step_of_a_policy_that_stands_never_changes_02ba6', table='followups_policyescalation', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='PolicyOverlay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(verbose_name='position')),
                ('title', models.CharField(max_length=80, verbose_name='task')),
                ('script', models.CharField(blank=True, max_length=240, verbose_name='words to say')),
                ('after_minutes', models.PositiveIntegerField(verbose_name='after, in minutes')),
                ('rolls', models.CharField(choices=[('not', 'stays'), ('earlier', 'earlier'), ('later', 'to the next working hour')], max_length=7, verbose_name='outside working hours')),
                ('owner', models.CharField(choices=[('therapist', 'Therapist'), ('supervisor', 'Supervisor')], default='therapist', max_length=10, verbose_name='owner')),
                ('channel', models.CharField(blank=True, choices=[('phone', 'Phone call'), ('voicemail', 'Voicemail'), ('text', 'Text message'), ('email', 'E-mail'), ('letter', 'Letter')], max_length=10, verbose_name='channel')),
                ('source', models.CharField(help_text='Where the time comes from.', max_length=160, verbose_name='source')),
                ('situation', models.CharField(choices=[('remote_dropped', 'Remote session dropped'), ('minor', 'Under 18'), ('minor_alone', 'Under 18, left without an adult in charge'), ('couple_or_family', 'Couple or family'), ('group', 'Group'), ('impaired_driving', 'Impaired and driving'), ('no_contact', 'Asked for no contact'), ('unreached', 'Not reached'), ('ended_by_client', 'Ended by the client'), ('off_hours', 'Off hours and holidays'), ('clinician_away', 'Clinician away'), ('no_policy', 'No policy in force')], max_length=16, verbose_name='situation')),
                ('effect', models.CharField(choices=[('adds', 'Adds a task'), ('instead', 'In place of contact'), ('rule', 'Rule')], max_length=7, verbose_name='what it does')),
                ('levels', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('immediate', 'Immediate'), ('elevated', 'Elevated'), ('unable_to_assess', 'Unable to assess'), ('some_concern', 'Some concern'), ('none_identified', 'None identified')], max_length=16), blank=True, default=list, size=None, verbose_name='at which levels')),
                ('least_days', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='on at least so many days')),
                ('least_channels', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='on at least so many channels')),
                ('policy', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='overlays', to='followups.followuppolicy')),
            ],
            options={
                'ordering': ['situation', 'position'],
                'constraints': [models.UniqueConstraint(fields=('policy', 'situation', 'position'), name='policy_overlay_position_once_per_situation'), models.CheckConstraint(condition=models.Q(('effect', 'rule'), models.Q(('least_channels', None), ('least_days', None)), _connector='OR'), name='policy_overlay_only_rules_have_limits')],
            },
            bases=(followups.models.policy.InWords, models.Model),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='policyoverlay',
            trigger=pgtrigger.compiler.Trigger(name='overlay_of_a_policy_that_stands_never_changes', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    PERFORM 1 FROM followups_followuppolicy WHERE id IN (OLD.policy_id, NEW.policy_id) FOR SHARE;\n    IF EXISTS (\n        SELECT 1 FROM followups_followuppolicy\n        WHERE id IN (OLD.policy_id, NEW.policy_id) AND adopted_at IS NOT NULL\n    ) OR EXISTS (\n        SELECT 1 FROM followups_followupplan WHERE policy_id IN (OLD.policy_id, NEW.policy_id)\n    ) THEN\n        RAISE EXCEPTION 'A row of a policy that was adopted or used never changes.'\n            USING ERRCODE = 'integrity_constraint_violation';\n    END IF;\n    RETURN COALESCE(NEW, OLD);\n", hash='e51332e16b90b30d70f828006c86a867c0152a94', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_overlay_of_a_policy_that_stands_never_changes_a4e2b', table='followups_policyoverlay', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='PolicyTask',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(verbose_name='position')),
                ('title', models.CharField(max_length=80, verbose_name='task')),
                ('script', models.CharField(blank=True, max_length=240, verbose_name='words to say')),
                ('after_minutes', models.PositiveIntegerField(verbose_name='after, in minutes')),
                ('rolls', models.CharField(choices=[('not', 'stays'), ('earlier', 'earlier'), ('later', 'to the next working hour')], max_length=7, verbose_name='outside working hours')),
                ('owner', models.CharField(choices=[('therapist', 'Therapist'), ('supervisor', 'Supervisor')], default='therapist', max_length=10, verbose_name='owner')),
                ('channel', models.CharField(blank=True, choices=[('phone', 'Phone call'), ('voicemail', 'Voicemail'), ('text', 'Text message'), ('email', 'E-mail'), ('letter', 'Letter')], max_length=10, verbose_name='channel')),
                ('source', models.CharField(help_text='Where the time comes from.', max_length=160, verbose_name='source')),
                ('response_level', models.CharField(choices=[('immediate', 'Immediate'), ('elevated', 'Elevated'), ('unable_to_assess', 'Unable to assess'), ('some_concern', 'Some concern'), ('none_identified', 'None identified')], max_length=16, verbose_name='response level')),
                ('policy', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tasks', to='followups.followuppolicy')),
            ],
            options={
                'ordering': ['position'],
                'constraints': [models.UniqueConstraint(fields=('policy', 'response_level', 'position'), name='policy_task_position_once_per_level')],
            },
            bases=(followups.models.policy.InWords, models.Model),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='policytask',
            trigger=pgtrigger.compiler.Trigger(name='task_of_a_policy_that_stands_never_changes', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    PERFORM 1 FROM followups_followuppolicy WHERE id IN (OLD.policy_id, NEW.policy_id) FOR SHARE;\n    IF EXISTS (\n        SELECT 1 FROM followups_followuppolicy\n        WHERE id IN (OLD.policy_id, NEW.policy_id) AND adopted_at IS NOT NULL\n    ) OR EXISTS (\n        SELECT 1 FROM followups_followupplan WHERE policy_id IN (OLD.policy_id, NEW.policy_id)\n    ) THEN\n        RAISE EXCEPTION 'A row of a policy that was adopted or used never changes.'\n            USING ERRCODE = 'integrity_constraint_violation';\n    END IF;\n    RETURN COALESCE(NEW, OLD);\n", hash='6db49bf466bdd0be45670896ff2571f48c5d6308', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_task_of_a_policy_that_stands_never_changes_3ff12', table='followups_policytask', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='PushSubscription',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('endpoint', models.URLField(max_length=1000)),
                ('p256dh', models.CharField(max_length=100)),
                ('auth', models.CharField(max_length=40)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='since')),
                ('last_ok_at', models.DateTimeField(blank=True, null=True, verbose_name='last message')),
                ('gone_at', models.DateTimeField(blank=True, null=True, verbose_name='gone')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='push_subscriptions', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-created_at', '-pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('gone_at', None)), fields=('endpoint',), name='one_person_per_device')],
                'indexes': [models.Index(condition=models.Q(('gone_at', None)), fields=['person'], name='push_live_by_person')],
            },
        ),
        migrations.CreateModel(
            name='Reminder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('step', models.PositiveSmallIntegerField(default=0, verbose_name='step')),
                ('told', models.CharField(choices=[('owner', 'who owns it'), ('cover', 'who covers'), ('supervisor', 'supervisor'), ('on_call', 'who is on call'), ('clinical_lead', 'clinical lead')], default='owner', max_length=13, verbose_name='tells')),
                ('prompt', models.CharField(blank=True, choices=[('welfare_check', "Decide whether somebody should check on the client's welfare.")], max_length=13, verbose_name='asks to decide')),
                ('lane', models.PositiveSmallIntegerField(choices=[(0, 'Urgent'), (1, 'Routine')], default=1, verbose_name='lane')),
                ('due_on', models.DateField(verbose_name='due on')),
                ('due_wall_time', models.TimeField(verbose_name='due, local time')),
                ('time_zone', models.CharField(max_length=50, verbose_name='time zone')),
                ('due_at', models.DateTimeField(verbose_name='due')),
                ('state', models.CharField(choices=[('scheduled', 'Scheduled'), ('fired', 'Turned into messages'), ('stopped', 'Stopped: nothing left to say')], default='scheduled', max_length=10, verbose_name='state')),
                ('repeat_minutes', models.PositiveSmallIntegerField(default=0, verbose_name='again after, in minutes')),
                ('occurrence', models.PositiveSmallIntegerField(default=0)),
                ('told_at', models.DateTimeField(blank=True, null=True, verbose_name='told')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('follow_up', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reminders', to='followups.followup')),
                ('recipient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('told_with', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='told_along', to='followups.reminder')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', 'scheduled')), fields=['lane', 'due_at'], name='reminder_scheduled'), models.Index(fields=['follow_up'], name='reminder_by_follow_up'), models.Index(condition=models.Q(('told_at__isnull', False)), fields=['recipient'], name='reminder_told')],
            },
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=120, unique=True)),
                ('kind', models.CharField(choices=[('reminder', 'Something is due'), ('help', 'A colleague asks for help'), ('digest', 'What the day holds'), ('second', 'A second person is needed'), ('not_sent', 'Somebody could not be told'), ('canary', 'Shows that messages go out')], default='reminder', max_length=10)),
                ('channel', models.CharField(choices=[('email', 'E-mail'), ('push', 'Notification on a device')], max_length=10, verbose_name='channel')),
                ('lane', models.PositiveSmallIntegerField(choices=[(0, 'Urgent'), (1, 'Routine')], verbose_name='lane')),
                ('state', models.CharField(choices=[('pending', 'Waiting to be sent'), ('leased', 'Being sent'), ('sent', 'Handed to the mail server'), ('failed', 'Could not be sent'), ('stopped', 'Stopped: no longer needed')], default='pending', max_length=10, verbose_name='state')),
                ('next_at', models.DateTimeField(verbose_name='next try')),
                ('lease_token', models.UUIDField(blank=True, null=True)),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('may_be_repeat', models.BooleanField(default=False, verbose_name='may be a repeat')),
                ('last_problem', models.CharField(blank=True, max_length=200, verbose_name='last problem')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('help_call', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='sessions_app.helpcall')),
                ('recipient', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to=settings.AUTH_USER_MODEL)),
                ('reminder', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='followups.reminder')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('help_call', None), ('kind', 'reminder'), ('reminder__isnull', False)), models.Q(('help_call__isnull', False), ('kind', 'help'), ('reminder', None)), models.Q(('help_call', None), ('kind__in', ['digest', 'second', 'not_sent', 'canary']), ('reminder', None)), _connector='OR'), name='delivery_is_about_what_its_kind_says'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'canary'), ('recipient', None)), models.Q(models.Q(('kind', 'canary'), _negated=True), ('recipient__isnull', False)), _connector='OR'), name='delivery_has_a_recipient_unless_a_canary'), models.CheckConstraint(condition=models.Q(models.Q(('lease_token__isnull', False), ('lease_until__isnull', False), ('state', 'leased')), models.Q(models.Q(('state', 'leased'), _negated=True), ('lease_token', None), ('lease_until', None)), _connector='OR'), name='delivery_lease_belongs_to_leased'), models.CheckConstraint(condition=models.Q(models.Q(('finished_at__isnull', False), ('state__in', ['sent', 'failed', 'stopped'])), models.Q(('state__in', ['pending', 'leased']), ('finished_at', None)), _connector='OR'), name='delivery_finished_has_a_time')],
                'indexes': [models.Index(condition=models.Q(('state__in', ['pending', 'leased'])), fields=['lane', 'next_at'], name='delivery_to_claim'), models.Index(condition=models.Q(('state', 'failed')), fields=['recipient'], name='delivery_failed')],
            },
        ),
        migrations.CreateModel(
            name='DeliveryStart',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('lease_token', models.UUIDField()),
                ('worker', models.CharField(max_length=80)),
                ('at', models.DateTimeField()),
                ('delivery', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='starts', to='followups.delivery')),
            ],
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='deliverystart',
            trigger=pgtrigger.compiler.Trigger(name='delivery_start_is_append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='3609bcfd2757eae4dd93b00dc281abff1d4dad91', operation='UPDATE OR DELETE', pgid='pgtrigger_delivery_start_is_append_only_c94cb', table='followups_deliverystart', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='DeliveryEnd',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('result', models.CharField(choices=[('sent', 'Accepted by the mail server'), ('temporary', 'Refused for now'), ('permanent', 'Refused for good'), ('ambiguous', 'Not known whether it was accepted'), ('lost', 'The sender died')], max_length=10)),
                ('detail', models.CharField(blank=True, max_length=200)),
                ('at', models.DateTimeField()),
                ('start', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='end', to='followups.deliverystart')),
            ],
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='deliveryend',
            trigger=pgtrigger.compiler.Trigger(name='delivery_end_is_append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='2b67e0cf9d8d8aef65de2e73a9d6ed42eda0d536', operation='UPDATE OR DELETE', pgid='pgtrigger_delivery_end_is_append_only_62739', table='followups_deliveryend', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='StatusDecision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('choice', models.CharField(choices=[('keep_trying', 'Keep trying'), ('welfare_check', 'Somebody was asked to check on their welfare'), ('open_door', 'Ended, with an open door'), ('transferred', "In somebody else's care now"), ('came_back', 'They came back')], max_length=13, verbose_name='how it stands')),
                ('words', models.TextField(max_length=1000, verbose_name='why')),
                ('proposed_at', models.DateTimeField(verbose_name='proposed')),
                ('is_agreed', models.BooleanField(null=True, verbose_name='agreed')),
                ('answered_at', models.DateTimeField(blank=True, null=True, verbose_name='answered')),
                ('answered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('departure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='sessions_app.departureevent')),
                ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-proposed_at', '-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('answered_by', models.F('proposed_by')), ('is_agreed', True), _negated=True), name='decision_is_agreed_by_somebody_else'), models.CheckConstraint(condition=models.Q(models.Q(('answered_at', None), ('answered_by', None), ('is_agreed', None)), models.Q(('answered_at__isnull', False), ('answered_by__isnull', False), ('is_agreed__isnull', False)), _connector='OR'), name='decision_is_answered_by_someone'), models.UniqueConstraint(condition=models.Q(('answered_at', None)), fields=('departure',), name='one_decision_waits_per_departure'), models.CheckConstraint(condition=models.Q(('words', ''), _negated=True), name='decision_has_words')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='statusdecision',
            trigger=pgtrigger.compiler.Trigger(name='status_decision_is_answered_once', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF OLD.answered_at IS NOT NULL THEN\n        RAISE EXCEPTION 'What two people have said together never changes.'\n            USING ERRCODE = 'integrity_constraint_violation';\n    END IF;\n    RETURN NEW;\n", hash='5b2d454c519ffa6e29bb51576e63c7c7d0526f2c', operation='UPDATE', pgid='pgtrigger_status_decision_is_answered_once_81d76', table='followups_statusdecision', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='statusdecision',
            trigger=pgtrigger.compiler.Trigger(name='status_decision_is_never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='6f59710ef1852ff855e54dfe7f649a8fbbd41daa', operation='DELETE', pgid='pgtrigger_status_decision_is_never_deleted_4b601', table='followups_statusdecision', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='statusdecision',
            trigger=pgtrigger.compiler.Trigger(name='status_decision_needs_a_supervisor', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF NEW.is_agreed AND NOT EXISTS (\n        SELECT 1 FROM accounts_user\n        WHERE id IN (NEW.proposed_by_id, NEW.answered_by_id) AND 'supervisor' = ANY(roles)\n    ) THEN\n        RAISE EXCEPTION 'One of the two is a supervisor.' USING ERRCODE = 'integrity_constraint_violation';\n    END IF;\n    RETURN NEW;\n", hash='f9b821b4d2ff7670c20c9e3a9892d254af66ee65', operation='INSERT OR UPDATE', pgid='pgtrigger_status_decision_needs_a_supervisor_043f8', table='followups_statusdecision', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='statusdecision',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "followups_statusdecisionevent" ("answered_at", "answered_by_id", "choice", "departure_id", "id", "is_agreed", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "proposed_at", "proposed_by_id", "words") VALUES (NEW."answered_at", NEW."answered_by_id", NEW."choice", NEW."departure_id", NEW."id", NEW."is_agreed", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."proposed_at", NEW."proposed_by_id", NEW."words"); RETURN NULL;', hash='2e610ffbbaad0aedf41c2cd96a3b224e338ba812', operation='INSERT', pgid='pgtrigger_insert_insert_69de1', table='followups_statusdecision', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='statusdecision',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "followups_statusdecisionevent" ("answered_at", "answered_by_id", "choice", "departure_id", "id", "is_agreed", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "proposed_at", "proposed_by_id", "words") VALUES (NEW."answered_at", NEW."answered_by_id", NEW."choice", NEW."departure_id", NEW."id", NEW."is_agreed", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."proposed_at", NEW."proposed_by_id", NEW."words"); RETURN NULL;', hash='053799851ed2664580ff0fe67b7e3713c6217432', operation='UPDATE', pgid='pgtrigger_update_update_44263', table='followups_statusdecision', when='AFTER')),
        ),
        migrations.CreateModel(
            name='StatusDecisionEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('choice', models.CharField(choices=[('keep_trying', 'Keep trying'), ('welfare_check', 'Somebody was asked to check on their welfare'), ('open_door', 'Ended, with an open door'), ('transferred', "In somebody else's care now"), ('came_back', 'They came back')], max_length=13, verbose_name='how it stands')),
                ('words', models.TextField(max_length=1000, verbose_name='why')),
                ('proposed_at', models.DateTimeField(verbose_name='proposed')),
                ('is_agreed', models.BooleanField(null=True, verbose_name='agreed')),
                ('answered_at', models.DateTimeField(blank=True, null=True, verbose_name='answered')),
                ('answered_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('departure', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='sessions_app.departureevent')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='followups.statusdecision')),
                ('proposed_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
            },
        ),
    ]
