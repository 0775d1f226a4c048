from tortoise import migrations
from tortoise.migrations import operations as ops
from domain.restated import Restated
from notify.models import AlertState
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('gendan', '0034_past_links')]

    initial = False

    operations = [
        Restated(
            model_name='Alert',
            name='state',
            field=fields.CharEnumField(default=AlertState.OPEN, description='OPEN: open\nTAKEN: taken\nSNOOZED: snoozed\nDISMISSED: dismissed\nRESOLVED: resolved', enum_type=AlertState, max_length=12),
        ),
        ops.AddField(
            model_name='Alert',
            name='why',
            field=fields.CharField(default='', db_default='', max_length=48),
        ),
    ]
