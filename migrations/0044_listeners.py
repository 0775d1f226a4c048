from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('gendan', '0043_kits')]

    initial = False

    operations = [
        ops.AddIndex(
            model_name='Contact',
            index=Index(fields=['customer_id']),
        ),
        ops.AddIndex(
            model_name='Identity',
            index=Index(fields=['staff_id']),
        ),
        ops.AddIndex(
            model_name='Identity',
            index=Index(fields=['contact_id']),
        ),
    ]
