from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('gendan', '0026_making')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Staff',
            name='price_limit',
            field=fields.IntField(null=True),
        ),
    ]
