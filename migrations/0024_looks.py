from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('gendan', '0023_claims')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Identity',
            name='looked_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Identity',
            name='seen_event',
            field=fields.IntField(default=0, db_default=0),
        ),
    ]
