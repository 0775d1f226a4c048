from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('gendan', '0005_leases_and_indexes')]

    initial = False

    operations = [
        ops.CreateModel(
            name='JobRun',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('job', fields.CharField(max_length=40)),
                ('period', fields.BigIntField()),
                ('term', fields.IntField()),
                ('claimed_at', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'jobrun', 'app': 'gendan', 'unique_together': (('job', 'period'),), 'pk_attr': 'id', 'table_description': 'One period of a clock-driven job, claimed by inserting it, so that no two processes run the same one.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Leadership',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('name', fields.CharField(unique=True, max_length=32)),
                ('holder', fields.CharField(default='', max_length=64)),
                ('term', fields.IntField(default=0)),
                ('beat', fields.IntField(default=0)),
            ],
            options={'table': 'leadership', 'app': 'gendan', 'pk_attr': 'id', 'table_description': 'Who runs the clock-driven jobs (领班), ``term`` counts the changes of hands.'},
            bases=['Model'],
        ),
    ]
