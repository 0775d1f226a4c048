from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('gendan', '0039_earmarks')]

    initial = False

    operations = [
        ops.AddField(model_name='Shipment', name='part_of', field=fields.IntField(null=True)),
        ops.AddField(model_name='Shipment', name='rides_with', field=fields.IntField(null=True)),
        ops.AddField(model_name='Shipment', name='shared', field=fields.CharField(default='', db_default='', max_length=64)),
        ops.AddIndex(model_name='Shipment', index=Index(fields=['part_of'])),
        ops.AddIndex(model_name='Shipment', index=Index(fields=['rides_with'])),
    ]
