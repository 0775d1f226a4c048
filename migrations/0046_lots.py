import functools
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from domain.models.scaled import QuantityField


def _json():
    return fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)


class Migration(migrations.Migration):
    dependencies = [('gendan', '0045_wecom_members')]

    initial = False

    operations = [
        ops.CreateModel(
            name='StockLot',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('sku', fields.CharField(max_length=64)),
                ('warehouse', fields.CharField(max_length=32)),
                ('code', fields.CharField(max_length=32)),
                ('expires_on', fields.DateField(null=True)),
                ('received_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('on_hand', QuantityField()),
                ('expired', QuantityField()),
            ],
            options={
                'table': 'stocklot',
                'app': 'gendan',
                'pk_attr': 'id',
                'unique_together': (('sku', 'warehouse', 'code'),),
                'indexes': [Index(fields=['expires_on'])],
                'table_description': 'What is left of a lot (批次) in one warehouse, good until the end of the day ``expires_on``, None for always.',
            },
            bases=['Model'],
        ),
        ops.AddField(model_name='Stock', name='by_lot', field=fields.BooleanField(default=False, db_default=False)),
        ops.AddField(model_name='StockMove', name='lot', field=fields.CharField(default='', db_default='', max_length=32)),
        ops.AddField(model_name='StockCount', name='lot', field=fields.CharField(default='', db_default='', max_length=32)),
        ops.AddField(model_name='Product', name='lots', field=fields.BooleanField(default=False, db_default=False)),
        ops.AddField(model_name='PickLine', name='lots', field=_json()),
        ops.AddField(model_name='ShipmentLine', name='lots', field=_json()),
    ]
