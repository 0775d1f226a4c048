from tortoise import migrations
from tortoise.migrations import operations as ops
from domain.restated import Restated
from domain.rules.lifecycle import OrderState
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('gendan', '0014_stock')]

    initial = False

    operations = [
        Restated(
            model_name='Order',
            name='state',
            field=fields.CharEnumField(description='IN_REVIEW: in_review\nAWAITING_APPROVAL: awaiting_approval\nACCEPTED: accepted\nON_HOLD: on_hold\nREJECTED: rejected\nCANCELLED: cancelled\nSHORT_CLOSED: short_closed\nCLOSED: closed', enum_type=OrderState, max_length=24),
        ),
        ops.AddField(
            model_name='Order',
            name='held_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Order',
            name='held_by',
            field=fields.CharField(null=True, max_length=64),
        ),
        ops.AddField(
            model_name='Order',
            name='hold_reason',
            field=fields.CharField(null=True, max_length=400),
        ),
    ]
