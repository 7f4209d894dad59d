import accounts.models
import datetime
import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('accounts', '0001_initial'), ('accounts', '0002_help_and_rules'), ('accounts', '0003_clinical_lead')]

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Site',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80, unique=True, verbose_name='name')),
                ('country', models.CharField(max_length=2, validators=[django.core.validators.RegexValidator('^[A-Z]{2}$')], verbose_name='country')),
                ('time_zone', models.CharField(max_length=50, validators=[accounts.models.validate_time_zone], verbose_name='time zone')),
                ('emergency_number', models.CharField(max_length=10, validators=[django.core.validators.RegexValidator('^\\d{2,10}$')], verbose_name='emergency number')),
                ('on_call_name', models.CharField(blank=True, max_length=80, verbose_name='on-call supervisor')),
                ('on_call_phone', models.CharField(blank=True, max_length=30, verbose_name='on-call number')),
                ('safeguarding_name', models.CharField(blank=True, max_length=80, verbose_name='safeguarding lead')),
                ('safeguarding_phone', models.CharField(blank=True, max_length=30, verbose_name="safeguarding lead's number")),
                ('terminology', models.CharField(choices=[('concern', 'Names the level of concern (US profile)'), ('response', 'Names only the response (UK profile)')], default='concern', max_length=10, verbose_name='terminology')),
                ('workday_starts', models.TimeField(default=datetime.time(9, 0), verbose_name='working day starts')),
                ('workday_ends', models.TimeField(default=datetime.time(17, 0), verbose_name='working day ends')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('workday_ends__gt', models.F('workday_starts'))), name='site_workday_ends_after_it_starts')],
            },
        ),
        migrations.CreateModel(
            name='SiteRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('topic', models.CharField(choices=[('impaired_driving', 'Impaired and driving'), ('minor', 'Under 18'), ('danger', 'Danger to self or others')], max_length=20, verbose_name='topic')),
                ('words', models.TextField(max_length=1000, verbose_name='what the rule says')),
                ('adopted_by', models.CharField(max_length=80, verbose_name='adopted by')),
                ('adopted_on', models.DateField(verbose_name='adopted on')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rules', to='accounts.site')),
            ],
            options={
                'ordering': ['topic'],
                'constraints': [models.UniqueConstraint(fields=('site', 'topic'), name='site_rule_once_per_topic')],
            },
        ),
        migrations.CreateModel(
            name='Team',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='teams', to='accounts.site')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('site', 'name'), name='team_name_once_per_site')],
            },
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('email', models.EmailField(max_length=254, unique=True, verbose_name='e-mail')),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('phone', models.CharField(blank=True, max_length=30, verbose_name='work phone')),
                ('roles', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('therapist', 'Therapist'), ('supervisor', 'Supervisor'), ('admin', 'Admin')], max_length=10), default=list, size=None, verbose_name='roles')),
                ('time_zone', models.CharField(blank=True, help_text="Empty: the site's.", max_length=50, validators=[accounts.models.validate_time_zone], verbose_name='time zone')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('is_site_contact', models.BooleanField(default=False, help_text='At their own site, such as reception or a colleague next door.', verbose_name='told when a colleague asks for help')),
                ('is_clinical_lead', models.BooleanField(default=False, help_text='Puts follow-up policies in force. Held beside a role.', verbose_name='clinical lead')),
                ('team', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='members', to='accounts.team')),
            ],
            options={
                'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('email'), name='user_email_once_whatever_its_case'), models.CheckConstraint(condition=models.Q(('roles__contained_by', ['therapist', 'supervisor', 'admin'])), name='user_roles_are_known')],
            },
            managers=[
                ('objects', accounts.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name='Supervision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_on', models.DateField(verbose_name='from')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='until')),
                ('supervisee', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='supervisions_received', to=settings.AUTH_USER_MODEL)),
                ('supervisor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='supervisions_given', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('supervisor', models.F('supervisee')), _negated=True), name='supervision_is_of_somebody_else'), models.CheckConstraint(condition=models.Q(('ends_on', None), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='supervision_ends_after_it_starts')],
            },
        ),
        migrations.CreateModel(
            name='TeamCover',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_on', models.DateField(verbose_name='from')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='until')),
                ('supervisor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='team_covers', to=settings.AUTH_USER_MODEL)),
                ('team', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='covers', to='accounts.team')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_on', None), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='team_cover_ends_after_it_starts')],
            },
        ),
        migrations.CreateModel(
            name='AuditEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('system_actor', models.CharField(blank=True, max_length=40)),
                ('action', models.CharField(max_length=40)),
                ('subject_type', models.CharField(max_length=60)),
                ('subject_id', models.CharField(max_length=40)),
                ('facts', models.JSONField(default=dict)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['subject_type', 'subject_id', 'at'], name='audit_by_subject')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('by__isnull', False), ('system_actor', '')), models.Q(('by', None), models.Q(('system_actor', ''), _negated=True)), _connector='OR'), name='audit_has_exactly_one_actor')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditentry',
            trigger=pgtrigger.compiler.Trigger(name='audit_is_append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='1338c8dec0b6290b41ab4b288a9c7153e0b64c7d', operation='UPDATE OR DELETE', pgid='pgtrigger_audit_is_append_only_a92c0', table='accounts_auditentry', when='BEFORE')),
        ),
    ]
