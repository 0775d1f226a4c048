from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('gendan', '0032_owed')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Mute',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('account', fields.CharField(max_length=32)),
                ('openid', fields.CharField(max_length=64)),
                ('order_number', fields.CharField(db_index=True, max_length=24)),
                ('kind', fields.CharField(max_length=12)),
                ('live', fields.CharField(null=True, unique=True, max_length=128)),
                ('until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('begun_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'mute', 'app': 'gendan', 'indexes': [Index(fields=['until', 'id'])], 'pk_attr': 'id', 'table_description': 'One person wants quiet about one order (静音), ``live`` tells which while it lasts, so that there is one.'},
            bases=['Model'],
        ),
    ]
