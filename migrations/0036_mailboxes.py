from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('gendan', '0035_alert_reasons')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Staff',
            name='email',
            field=fields.CharField(default='', db_default='', max_length=254),
        ),
    ]
