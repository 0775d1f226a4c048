from tortoise import migrations
from tortoise.migrations import operations as ops
from domain.models.scaled import MoneyField
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('gendan', '0021_shortages')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Payment',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('customer', fields.ForeignKeyField('gendan.Customer', source_field='customer_id', db_constraint=True, to_field='id', related_name='payments', on_delete=OnDelete.CASCADE)),
                ('amount', MoneyField(generated=False, null=False, unique=False)),
                ('remark', fields.CharField(default='', max_length=200)),
                ('key', fields.CharField(unique=True, max_length=160)),
                ('takes_back', fields.IntField(null=True, unique=True)),
                ('by', fields.CharField(max_length=64)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'payment', 'app': 'gendan', 'indexes': [Index(fields=['customer_id'])], 'pk_attr': 'id', 'table_description': 'Money that came in from a customer (收款), or was found not to have (``takes_back`` an earlier one).'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Customer',
            name='block_reason',
            field=fields.CharField(null=True, max_length=200),
        ),
        ops.AddField(
            model_name='Customer',
            name='blocked_by',
            field=fields.CharField(null=True, max_length=64),
        ),
    ]
