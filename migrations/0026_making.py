from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from decimal import Decimal
from domain.models.scaled import QuantityField, RatioField
from json import dumps, loads
from tortoise.fields.base import OnDelete
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('gendan', '0025_ranks')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Recipe',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('sku', fields.CharField(unique=True, max_length=64)),
                ('station', fields.CharField(max_length=32)),
                ('per_day', QuantityField(generated=False, null=False, unique=False)),
            ],
            options={'table': 'recipe', 'app': 'gendan', 'pk_attr': 'id', 'table_description': 'That a product is made (配方): at which station, and how many base units of it in a working day at most.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='RecipePart',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('sku', fields.CharField(max_length=64)),
                ('part', fields.CharField(max_length=64)),
                ('qty', RatioField(generated=False, null=False, unique=False)),
            ],
            options={'table': 'recipepart', 'app': 'gendan', 'unique_together': (('sku', 'part'),), 'pk_attr': 'id', 'table_description': 'How much of a part goes into one base unit of a product, in base units of the part.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='WorkOrder',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('sku', fields.CharField(db_index=True, max_length=64)),
                ('name', fields.CharField(max_length=128)),
                ('unit', fields.CharField(max_length=16)),
                ('qty', QuantityField(generated=False, null=False, unique=False)),
                ('good', QuantityField(default=Decimal('0'), generated=False, null=False, unique=False)),
                ('scrap', QuantityField(default=Decimal('0'), generated=False, null=False, unique=False)),
                ('state', fields.CharField(default='ready', db_index=True, max_length=16)),
                ('station', fields.CharField(max_length=32)),
                ('per_day', QuantityField(generated=False, null=False, unique=False)),
                ('parts', fields.JSONField(default=dict, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('due', fields.DateField(null=True)),
                ('forecast', fields.DateField(null=True)),
                ('reason', fields.CharField(default='', max_length=200)),
                ('cause', fields.CharField(unique=True, max_length=160)),
                ('ordered_by', fields.CharField(max_length=64)),
                ('ordered_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('begun_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'workorder', 'app': 'gendan', 'pk_attr': 'id', 'table_description': 'An order to make goods (生产单), ``number`` is W and its id, state ready, running, paused or done.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='WorkReport',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('work', fields.ForeignKeyField('gendan.WorkOrder', source_field='work_id', db_constraint=True, to_field='id', related_name='reports', on_delete=OnDelete.CASCADE)),
                ('good', QuantityField(generated=False, null=False, unique=False)),
                ('scrap', QuantityField(generated=False, null=False, unique=False)),
                ('by', fields.CharField(max_length=64)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('cause', fields.CharField(unique=True, max_length=160)),
            ],
            options={'table': 'workreport', 'app': 'gendan', 'pk_attr': 'id', 'table_description': 'What somebody reported of a work order (报工), once per ``cause``.'},
            bases=['Model'],
        ),
    ]
