from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from domain.models.scaled import QuantityField


class Migration(migrations.Migration):
    dependencies = [('gendan', '0038_claim_photos')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Earmark',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('draft', fields.CharField(max_length=160)),
                ('owner', fields.IntField()),
                ('sku', fields.CharField(max_length=64)),
                ('qty', QuantityField()),
                ('until', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                'table': 'earmark',
                'app': 'gendan',
                'pk_attr': 'id',
                'indexes': [Index(fields=['draft']), Index(fields=['owner']), Index(fields=['until'])],
                'table_description': 'Goods kept for a read-back that waits for its yes (回读留货), part of what is reserved of the product.',
            },
            bases=['Model'],
        ),
    ]
