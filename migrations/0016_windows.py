from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('gendan', '0015_holds')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Allowance',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('account', fields.CharField(max_length=32)),
                ('openid', fields.CharField(max_length=64)),
                ('sign', fields.CharField(max_length=12)),
                ('since', fields.BigIntField()),
                ('used', fields.IntField()),
            ],
            options={'table': 'allowance', 'app': 'gendan', 'unique_together': (('account', 'openid', 'sign'),), 'pk_attr': 'id', 'table_description': 'How many plain messages (客服消息额度) went to somebody on account of one sign of life, since then.'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Identity',
            name='followed_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Identity',
            name='scanned_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Identity',
            name='tapped_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Identity',
            name='wrote_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
    ]
