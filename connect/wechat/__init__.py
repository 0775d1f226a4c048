"""WeChat: the API of an Official Account (公众号)."""
