from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('gendan', '0044_listeners')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Staff',
            name='wecom',
            field=fields.CharField(default='', max_length=64, db_default=''),
        ),
    ]
