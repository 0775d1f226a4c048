from tortoise import migrations
from tortoise.migrations import operations as ops
from decimal import Decimal
from domain.models.scaled import QuantityField
from tortoise.fields.base import OnDelete
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('gendan', '0013_announcements')]

    initial = False

    operations = [
        ops.CreateModel(
            name='PurchaseOrder',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('supplier', fields.CharField(max_length=64)),
                ('state', fields.CharField(default='open', db_index=True, max_length=16)),
                ('expected_on', fields.DateField()),
                ('first_expected', fields.DateField()),
                ('cause', fields.CharField(unique=True, max_length=160)),
                ('ordered_by', fields.CharField(max_length=64)),
                ('ordered_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'purchaseorder', 'app': 'gendan', 'pk_attr': 'id', 'table_description': 'An order to a supplier (采购单), ``number`` is P and its id, ``expected_on`` the day the goods come to us.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='PurchaseItem',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('order', fields.ForeignKeyField('gendan.PurchaseOrder', source_field='order_id', db_constraint=True, to_field='id', related_name='items', on_delete=OnDelete.CASCADE)),
                ('sku', fields.CharField(db_index=True, max_length=64)),
                ('name', fields.CharField(max_length=128)),
                ('unit', fields.CharField(max_length=16)),
                ('qty', QuantityField(generated=False, null=False, unique=False)),
                ('received', QuantityField(default=Decimal('0'), generated=False, null=False, unique=False)),
            ],
            options={'table': 'purchaseitem', 'app': 'gendan', 'pk_attr': 'id', 'table_description': 'One product of it, in base units, ``received`` is what has come so far.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='StockCount',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('sku', fields.CharField(max_length=64)),
                ('warehouse', fields.CharField(max_length=32)),
                ('counted', QuantityField(generated=False, null=False, unique=False)),
                ('before', QuantityField(generated=False, null=False, unique=False)),
                ('state', fields.CharField(max_length=16)),
                ('cause', fields.CharField(unique=True, max_length=160)),
                ('asked_by', fields.CharField(max_length=64)),
                ('asked_by_staff', fields.IntField(null=True)),
                ('asked_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('decided_by', fields.CharField(null=True, max_length=64)),
                ('decided_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('reason', fields.CharField(default='', max_length=200)),
            ],
            options={'table': 'stockcount', 'app': 'gendan', 'pk_attr': 'id', 'table_description': 'What somebody counted (盘点单) against ``before`` on the books, waiting, booked or refused.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Warehouse',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('code', fields.CharField(unique=True, max_length=32)),
                ('name', fields.CharField(max_length=64)),
            ],
            options={'table': 'warehouse', 'app': 'gendan', 'pk_attr': 'id', 'table_description': 'A place where goods lie (仓库), the one called MAIN is where they lie when nobody says anything else.'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Order',
            name='first_promised',
            field=fields.DateField(null=True),
        ),
        ops.AddField(
            model_name='Order',
            name='priority',
            field=fields.IntField(default=0, db_default=0),
        ),
        ops.AddField(
            model_name='Product',
            name='supplier',
            field=fields.CharField(default='', db_default='', max_length=64),
        ),
        ops.AddField(
            model_name='StockMove',
            name='cause',
            field=fields.CharField(null=True, unique=True, max_length=200),
        ),
        ops.AddField(
            model_name='StockMove',
            name='reverses',
            field=fields.IntField(null=True, unique=True),
        ),
        ops.RunSQL('UPDATE "order" SET first_promised = promised_date', ops.RunSQL.noop),
    ]
