from domain.restated import Restated
from tortoise import migrations
from tortoise.migrations import operations as ops
from domain.values import ParcelState
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('gendan', '0007_roster')]

    initial = False

    operations = [
        Restated(
            model_name='Shipment',
            name='state',
            field=fields.CharEnumField(default=ParcelState.HANDED_OVER, description='HANDED_OVER: handed_over\nCOLLECTED: collected\nIN_TRANSIT: in_transit\nOUT_FOR_DELIVERY: out_for_delivery\nDELIVERED: delivered\nPROBLEM: problem\nRETURNING: returning\nRETURNED: returned\nARRIVED_CITY: arrived_city\nREADY_FOR_PICKUP: ready_for_pickup\nDELIVERY_FAILED: delivery_failed\nCUSTOMS: customs\nFORWARDED: forwarded\nCANCELLED: cancelled', enum_type=ParcelState, max_length=24),
        ),
        ops.AddField(
            model_name='Shipment',
            name='asked_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Shipment',
            name='carrier_said',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='Shipment',
            name='query_next_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Shipment',
            name='service',
            field=fields.CharField(default='', db_default='', max_length=16),
        ),
        ops.AddIndex(
            model_name='Shipment',
            index=Index(fields=['query_next_at']),
        ),
        Restated(
            model_name='TrackingEvent',
            name='state',
            field=fields.CharEnumField(description='HANDED_OVER: handed_over\nCOLLECTED: collected\nIN_TRANSIT: in_transit\nOUT_FOR_DELIVERY: out_for_delivery\nDELIVERED: delivered\nPROBLEM: problem\nRETURNING: returning\nRETURNED: returned\nARRIVED_CITY: arrived_city\nREADY_FOR_PICKUP: ready_for_pickup\nDELIVERY_FAILED: delivery_failed\nCUSTOMS: customs\nFORWARDED: forwarded\nCANCELLED: cancelled', enum_type=ParcelState, max_length=24),
        ),
        ops.AddField(
            model_name='TrackingEvent',
            name='reason',
            field=fields.CharField(default='', db_default='', max_length=24),
        ),
    ]
