from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('gendan', '0012_waking')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Announcement',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('key', fields.CharField(unique=True, max_length=200)),
                ('audience', fields.CharField(max_length=48)),
                ('text', fields.CharField(max_length=400)),
                ('by', fields.CharField(max_length=64)),
                ('people', fields.IntField()),
                ('at', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'announcement', 'app': 'gendan', 'pk_attr': 'id', 'table_description': 'An announcement (公告), ``key`` is the preview that was confirmed: a second yes to it sends nothing more.'},
            bases=['Model'],
        ),
    ]
