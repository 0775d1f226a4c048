from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('gendan', '0003_links')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Mark',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('name', fields.CharField(unique=True, max_length=64)),
                ('value', fields.CharField(max_length=200)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'mark', 'app': 'gendan', 'pk_attr': 'id', 'table_description': 'One thing to remember under a name: the fingerprint of the key, the appid of an account, a sign of life.'},
            bases=['Model'],
        ),
    ]
