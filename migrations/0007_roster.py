from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from json import dumps, loads
from tortoise.fields.base import OnDelete
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('gendan', '0006_leadership')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Leave',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('staff', fields.ForeignKeyField('gendan.Staff', source_field='staff_id', db_constraint=True, to_field='id', related_name='leaves', on_delete=OnDelete.CASCADE)),
                ('first_day', fields.DateField()),
                ('last_day', fields.DateField()),
                ('part', fields.CharField(default='', max_length=2)),
                ('start_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('end_at', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
                ('reason', fields.CharField(default='', max_length=100)),
                ('asked_by', fields.CharField(max_length=64)),
                ('asked_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('ended_by', fields.CharField(default='', max_length=64)),
            ],
            options={'table': 'leave', 'app': 'gendan', 'pk_attr': 'id', 'table_description': 'A leave (请假), ``first_day`` to ``last_day``, ``part`` am or pm for half a day, ``ended_at`` cuts it short.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Shift',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('staff', fields.ForeignKeyField('gendan.Staff', source_field='staff_id', db_constraint=True, to_field='id', related_name='shifts', on_delete=OnDelete.CASCADE)),
                ('day', fields.DateField()),
                ('start_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('end_at', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
                ('by', fields.CharField(max_length=64)),
            ],
            options={'table': 'shift', 'app': 'gendan', 'unique_together': (('staff', 'start_at'),), 'pk_attr': 'id', 'table_description': 'One turn of duty (排班) of somebody, ``day`` is the day on which it begins.'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Staff',
            name='department',
            field=fields.CharField(default='', db_default='', max_length=32),
        ),
        ops.AddField(
            model_name='Staff',
            name='deputy',
            field=fields.CharField(null=True, max_length=32),
        ),
        ops.AddField(
            model_name='Staff',
            name='hours',
            field=fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads),
        ),
    ]
