from tortoise import migrations
from tortoise.migrations import operations as ops
from decimal import Decimal
from domain.models.returns import ClaimKind, ClaimState
from domain.models.scaled import MoneyField, QuantityField
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('gendan', '0022_credit')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Claim',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('order', fields.ForeignKeyField('gendan.Order', source_field='order_id', db_constraint=True, to_field='id', related_name='claims', on_delete=OnDelete.CASCADE)),
                ('kind', fields.CharEnumField(description='SHORT: short\nBROKEN: broken\nRETURN: return\nEXCHANGE: exchange', enum_type=ClaimKind, max_length=16)),
                ('state', fields.CharEnumField(description='ASKED: asked\nAPPROVED: approved\nREFUSED: refused\nSETTLED: settled', enum_type=ClaimState, max_length=16)),
                ('reason', fields.CharField(default='', max_length=400)),
                ('credit', MoneyField(default=Decimal('0'), generated=False, null=False, unique=False)),
                ('asked_by', fields.CharField(max_length=64)),
                ('asked_identity', fields.IntField(null=True)),
                ('asked_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('decided_by', fields.CharField(default='', max_length=64)),
                ('decided_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('answer', fields.CharField(default='', max_length=400)),
                ('settled_by', fields.CharField(default='', max_length=64)),
                ('settled_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'claim', 'app': 'gendan', 'indexes': [Index(fields=['order_id']), Index(fields=['state', 'id'])], 'pk_attr': 'id', 'table_description': 'A claim of a customer about goods that were sent (售后单), ``number`` is R and its id.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ClaimLine',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('claim', fields.ForeignKeyField('gendan.Claim', source_field='claim_id', db_constraint=True, to_field='id', related_name='lines', on_delete=OnDelete.CASCADE)),
                ('line', fields.ForeignKeyField('gendan.OrderLine', source_field='line_id', db_constraint=True, to_field='id', related_name='claimed_in', on_delete=OnDelete.CASCADE)),
                ('qty', QuantityField(generated=False, null=False, unique=False)),
                ('good', QuantityField(default=Decimal('0'), generated=False, null=False, unique=False)),
                ('scrapped', QuantityField(default=Decimal('0'), generated=False, null=False, unique=False)),
            ],
            options={'table': 'claimline', 'app': 'gendan', 'indexes': [Index(fields=['claim_id']), Index(fields=['line_id'])], 'pk_attr': 'id', 'table_description': 'How much of an order line a claim is about, in base units, ``good`` of what came back is on the shelf again.'},
            bases=['Model'],
        ),
    ]
