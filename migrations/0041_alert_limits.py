from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from json import dumps, loads
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('gendan', '0040_consignments')]

    initial = False

    operations = [
        ops.CreateModel(
            name='AlertScheme',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('follows', fields.IntField(unique=True)),
                ('settings', fields.JSONField(default=dict, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('rule', fields.CharField(max_length=32)),
                ('by', fields.CharField(max_length=64)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'alertscheme', 'app': 'gendan', 'pk_attr': 'id', 'table_description': 'The limits of alerts (预警规则) as somebody set them, the newest row is in force until the next one.'},
            bases=['Model'],
        ),
    ]
