from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('gendan', '0008_services')]

    initial = False

    operations = [
        ops.AlterModelOptions(
            name='TokenLease',
            options={'table': 'tokenlease', 'app': 'gendan', 'pk_attr': 'id', 'table_description': 'The access token of one account for all processes, ``turn`` counts the tokens that lay here.'},
        ),
        ops.AddField(
            model_name='TokenLease',
            name='shut_until',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='TokenLease',
            name='shut_why',
            field=fields.CharField(default='', db_default='', max_length=16),
        ),
        ops.AddField(
            model_name='TokenLease',
            name='strikes',
            field=fields.IntField(default=0, db_default=0),
        ),
        ops.AddField(
            model_name='TokenLease',
            name='turn',
            field=fields.IntField(default=0, db_default=0),
        ),
    ]
