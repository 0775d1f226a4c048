"""Other people's systems: their protocols, their codes, their troubles; nothing of our business."""
