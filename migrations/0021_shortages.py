from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from json import dumps, loads
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('gendan', '0020_missed')]

    initial = False

    operations = [
        ops.CreateModel(
            name='ShortageOffer',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('order_number', fields.CharField(unique=True, max_length=24)),
                ('choices', fields.JSONField(default=list, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('swaps', fields.JSONField(default=dict, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('fallback', fields.CharField(max_length=16)),
                ('deadline', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
                ('choice', fields.CharField(null=True, max_length=16)),
                ('decided_by', fields.CharField(null=True, max_length=64)),
                ('decided_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'shortageoffer', 'app': 'gendan', 'pk_attr': 'id', 'table_description': 'What a buyer was asked when goods lacked (缺货协商), ``choice`` is their answer, or ``fallback`` once time is up.'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Order',
            name='ship_whole',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='Product',
            name='substitute',
            field=fields.CharField(default='', db_default='', max_length=64),
        ),
    ]
