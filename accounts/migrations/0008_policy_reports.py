from django.db import migrations, models

DIRECTIVES = [
    *("base-uri", "child-src", "connect-src", "default-src", "fenced-frame-src", "font-src", "form-action"),
    *("frame-ancestors", "frame-src", "img-src", "manifest-src", "media-src", "object-src", "sandbox", "script-src"),
    *("script-src-attr", "script-src-elem", "style-src", "style-src-attr", "style-src-elem", "worker-src"),
]


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_cipher")]

    operations = [
        migrations.CreateModel(
            name="PolicyReport",
            fields=[
                ("directive", models.CharField(max_length=20, primary_key=True, serialize=False)),
                ("times", models.PositiveBigIntegerField(default=0)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        name="policy_report_is_of_a_directive", condition=models.Q(directive__in=DIRECTIVES)
                    )
                ],
            },
        )
    ]
