from tortoise import migrations
from tortoise.migrations import operations as ops
from domain.models.picking import PickState
from domain.models.scaled import QuantityField
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('gendan', '0018_silence')]

    initial = False

    operations = [
        ops.CreateModel(
            name='PickList',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('order', fields.ForeignKeyField('gendan.Order', source_field='order_id', db_constraint=True, to_field='id', related_name='picks', on_delete=OnDelete.CASCADE)),
                ('state', fields.CharEnumField(description='PLANNED: planned\nPICKING: picking\nPACKED: packed\nGONE: gone\nDROPPED: dropped', enum_type=PickState, max_length=16)),
                ('boxes', fields.IntField(default=0)),
                ('picker', fields.CharField(default='', max_length=64)),
                ('picker_identity', fields.IntField(null=True)),
                ('begun_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('packed_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('shipment', fields.CharField(null=True, max_length=40)),
            ],
            options={'table': 'picklist', 'app': 'gendan', 'indexes': [Index(fields=['order_id', 'state']), Index(fields=['picker_identity', 'state'])], 'pk_attr': 'id', 'table_description': 'What is to be taken off the shelf for one parcel or several (拣货单), in ``boxes`` once it is packed.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='PickLine',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('pick', fields.ForeignKeyField('gendan.PickList', source_field='pick_id', db_constraint=True, to_field='id', related_name='lines', on_delete=OnDelete.CASCADE)),
                ('line', fields.ForeignKeyField('gendan.OrderLine', source_field='line_id', db_constraint=True, to_field='id', related_name='picked_in', on_delete=OnDelete.CASCADE)),
                ('qty', QuantityField(generated=False, null=False, unique=False)),
            ],
            options={'table': 'pickline', 'app': 'gendan', 'indexes': [Index(fields=['pick_id']), Index(fields=['line_id'])], 'pk_attr': 'id', 'table_description': 'How much of an order line a list asks for, in base units, and after packing how much there was.'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Shipment',
            name='boxes',
            field=fields.IntField(default=1, db_default=1),
        ),
    ]
