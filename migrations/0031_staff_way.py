from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('gendan', '0030_send_counts')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Staff',
            name='way',
            field=fields.CharField(default='', db_default='', max_length=12),
        ),
    ]
