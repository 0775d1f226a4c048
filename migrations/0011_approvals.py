from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from domain.models.scaled import PriceField
from json import dumps, loads
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('gendan', '0010_prices')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Approval',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('order_number', fields.CharField(unique=True, max_length=24)),
                ('levels', fields.JSONField(default=list, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('step', fields.IntField(default=0)),
                ('approver_id', fields.IntField(null=True)),
                ('approver', fields.CharField(default='', max_length=64)),
                ('instead_of', fields.CharField(default='', max_length=64)),
                ('why', fields.CharField(default='', max_length=16)),
                ('given', fields.JSONField(default=list, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('passed', fields.JSONField(default=list, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('placed_by', fields.IntField(null=True)),
                ('live', fields.BooleanField(default=True, db_index=True)),
                ('asked_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('reminded_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('version', fields.IntField(default=1)),
            ],
            options={'table': 'approval', 'app': 'gendan', 'pk_attr': 'id', 'table_description': 'The approval (审批) of one order, ``step`` of ``levels`` waits for ``approver`` since ``asked_at``.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ApprovalScheme',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('levels', fields.JSONField(default=list, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('by', fields.CharField(max_length=64)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'approvalscheme', 'app': 'gendan', 'pk_attr': 'id', 'table_description': 'The levels of approval (审批级别) as somebody set them, the newest row is in force.'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Product',
            name='cost',
            field=PriceField(null=True, generated=False, unique=False),
        ),
    ]
