from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from domain.models.scaled import QuantityField


class Migration(migrations.Migration):
    dependencies = [('gendan', '0046_lots')]

    initial = False

    operations = [
        ops.CreateModel(
            name='WorkHold',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('work_id', fields.IntField()),
                ('sku', fields.CharField(max_length=64)),
                ('qty', QuantityField()),
                ('short', QuantityField()),
            ],
            options={
                'table': 'workhold',
                'app': 'gendan',
                'pk_attr': 'id',
                'unique_together': (('sku', 'work_id'),),
                'table_description': 'Materials kept for open work (留料), part of what is reserved of the product.',
            },
            bases=['Model'],
        ),
    ]
