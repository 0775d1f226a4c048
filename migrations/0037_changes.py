import functools
from decimal import Decimal
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from domain.models.scaled import MoneyField

_JSON = {'encoder': functools.partial(dumps, separators=(',', ':')), 'decoder': loads}


class Migration(migrations.Migration):
    dependencies = [('gendan', '0036_po')]

    initial = False

    operations = [
        ops.CreateModel(
            name='SubmittedChange',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('order_number', fields.CharField(max_length=24)),
                ('wish', fields.JSONField(default=dict, **_JSON)),
                ('was', fields.JSONField(default=list, **_JSON)),
                ('changes', fields.JSONField(default=list, **_JSON)),
                ('reasons', fields.JSONField(default=list, **_JSON)),
                ('goods', fields.TextField(default='', unique=False)),
                ('total', MoneyField(default=Decimal(0))),
                ('ahead', fields.JSONField(default=dict, **_JSON)),
                ('by', fields.CharField(max_length=64)),
                ('staff_id', fields.IntField(null=True)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('state', fields.CharField(default='waiting', max_length=12)),
                ('decided_by', fields.CharField(null=True, max_length=64)),
                ('decided_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('reason', fields.CharField(default='', max_length=400)),
            ],
            options={
                'table': 'submittedchange',
                'app': 'gendan',
                'pk_attr': 'id',
                'indexes': [Index(fields=['order_number', 'state']), Index(fields=['state'])],
                'table_description': 'A change of an order that stands and that the review held (改单送审), the order stays as it is meanwhile.',
            },
            bases=['Model'],
        ),
    ]
