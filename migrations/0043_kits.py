import functools
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


def _json():
    return fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)


class Migration(migrations.Migration):
    dependencies = [('gendan', '0042_unsigned')]

    initial = False

    operations = [
        ops.CreateModel(
            name='KitUse',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('kit', fields.CharField(max_length=64)),
                ('part', fields.CharField(max_length=64)),
            ],
            options={
                'table': 'kituse',
                'app': 'gendan',
                'pk_attr': 'id',
                'unique_together': (('part', 'kit'),),
                'table_description': 'That a product is, or once was, in a kit: so goods that come find the orders that wait for them.',
            },
            bases=['Model'],
        ),
        ops.AddField(model_name='OrderLine', name='parts', field=_json()),
        ops.AddField(model_name='Product', name='kit', field=_json()),
    ]
