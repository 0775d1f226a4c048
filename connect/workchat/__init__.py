"""Where staff read besides WeChat: group robots of WeCom, DingTalk and Feishu, and signed webhooks."""
