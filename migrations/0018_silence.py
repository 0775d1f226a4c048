from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('gendan', '0017_rules')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Shipment',
            name='lane',
            field=fields.CharField(default='', db_default='', max_length=64),
        ),
        ops.AddField(
            model_name='Shipment',
            name='longest_gap',
            field=fields.IntField(null=True),
        ),
        ops.AddField(
            model_name='Shipment',
            name='gave_up_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Shipment',
            name='quiet_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Shipment',
            name='relabelled_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddIndex(
            model_name='Shipment',
            index=Index(fields=['lane', 'delivered_at']),
        ),
    ]
