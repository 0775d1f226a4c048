from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('gendan', '0024_looks')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Delivery',
            name='rank',
            field=fields.SmallIntField(default=2, db_default=2),
        ),
        ops.AddIndex(
            model_name='Delivery',
            index=Index(fields=['state', 'rank', 'next_at']),
        ),
    ]
