from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('gendan', '0033_mutes')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Identity',
            name='past_links',
            field=fields.IntField(default=0, db_default=0),
        ),
    ]
