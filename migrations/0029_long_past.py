from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('gendan', '0028_wishes')]

    initial = False

    operations = [
        ops.AddIndex(
            model_name='Event',
            index=Index(fields=['at']),
        ),
        ops.AddIndex(
            model_name='Order',
            index=Index(fields=['placed_by_staff_id']),
        ),
    ]
