from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from decimal import Decimal
from domain.models.scaled import PriceField, QuantityField, RatioField
from json import dumps, loads
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('gendan', '0009_token_turns')]

    initial = False

    operations = [
        ops.CreateModel(
            name='PriceEntry',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('list_code', fields.CharField(max_length=32)),
                ('sku', fields.CharField(max_length=64)),
                ('from_qty', QuantityField(default=Decimal('0'), generated=False, null=False, unique=False)),
                ('price', PriceField(generated=False, null=False, unique=False)),
                ('starts', fields.DateField(null=True)),
                ('ends', fields.DateField(null=True)),
            ],
            options={'table': 'priceentry', 'app': 'gendan', 'indexes': [Index(fields=['sku', 'list_code'])], 'pk_attr': 'id', 'table_description': 'One price of a list, per base unit, from a quantity on and within its days, both of them included.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='PriceList',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('code', fields.CharField(unique=True, max_length=32)),
                ('name', fields.CharField(max_length=64)),
                ('taxed', fields.BooleanField(null=True)),
                ('tax_rate', RatioField(null=True, generated=False, unique=False)),
            ],
            options={'table': 'pricelist', 'app': 'gendan', 'pk_attr': 'id', 'table_description': 'A price list (价格表), its code is that of a customer, of their level, or ``BASE`` for everybody.'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='OrderLine',
            name='price_facts',
            field=fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads),
        ),
        ops.AddField(
            model_name='Product',
            name='min_qty',
            field=QuantityField(null=True, generated=False, unique=False),
        ),
        ops.AddField(
            model_name='Product',
            name='pack_qty',
            field=QuantityField(null=True, generated=False, unique=False),
        ),
    ]
