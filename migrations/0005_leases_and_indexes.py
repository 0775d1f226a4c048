from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('gendan', '0004_marks')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Dialogue',
            name='version',
            field=fields.IntField(default=1, db_default=1),
        ),
        ops.AddField(
            model_name='InboundMessage',
            name='lease_until',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddIndex(
            model_name='Order',
            index=Index(fields=['placed_at']),
        ),
        ops.AddIndex(
            model_name='OrderLine',
            index=Index(fields=['order_id']),
        ),
        ops.AddIndex(
            model_name='Shipment',
            index=Index(fields=['order_id']),
        ),
        ops.AddIndex(
            model_name='ShipmentLine',
            index=Index(fields=['shipment_id']),
        ),
        ops.AddIndex(
            model_name='ShipmentLine',
            index=Index(fields=['line_id']),
        ),
    ]
