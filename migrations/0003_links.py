from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('gendan', '0002_aliases')]

    initial = False

    operations = [
        ops.AlterModelOptions(
            name='Event',
            options={'table': 'event', 'app': 'gendan', 'pk_attr': 'id', 'table_description': 'A fact of the past (事件), ``routed_at`` is set once who hears of it is decided, ``by_identity`` did it.'},
        ),
        ops.AddField(
            model_name='Event',
            name='by_identity',
            field=fields.IntField(null=True),
        ),
        ops.AddField(
            model_name='Order',
            name='links',
            field=fields.IntField(default=0, db_default=0),
        ),
    ]
