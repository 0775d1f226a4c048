from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [('gendan', '0036_mailboxes')]

    initial = False

    operations = [
        ops.AddField(model_name='Order', name='po', field=fields.CharField(null=True, max_length=64)),
        ops.AddIndex(model_name='Order', index=Index(fields=['po'])),
    ]
