from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('gendan', '0029_long_past')]

    initial = False

    operations = [
        ops.CreateModel(
            name='SendCount',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('account', fields.CharField(max_length=32)),
                ('channel', fields.CharField(max_length=20)),
                ('day', fields.CharField(max_length=10)),
                ('used', fields.IntField()),
            ],
            options={'table': 'send_count', 'app': 'gendan', 'unique_together': (('account', 'channel', 'day'),), 'pk_attr': 'id', 'table_description': 'How many sends of one way the platform counted on one of its days (用量).'},
            bases=['Model'],
        ),
    ]
