"""The platform's way of saying no: HTTP 200, a number, a sentence and a request id."""

from .chance import rid

SENTENCES = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest",
    40002: "invalid grant_type",
    40003: "invalid openid",
    40004: "invalid media type",
    40005: "invalid file type",
    40006: "invalid meida size",
    40007: "invalid media_id",
    40008: "invalid message type",
    40009: "invalid image size",
    40013: "invalid appid",
    40014: "invalid access_token",
    40016: "invalid button size",
    40017: "invalid button type",
    40018: "invalid button name size",
    40019: "invalid button key size",
    40020: "invalid button url size",
    40023: "invalid sub button size",
    40029: "invalid code",
    40030: "invalid refresh_token",
    40033: "invalid charset. please check your request, if include \\uxxxx will create fail!",
    40035: "invalid parameter",
    40036: "invalid template_id size",
    40037: "invalid template_id",
    40039: "invalid url size",
    40048: "invalid url domain",
    40053: "invalid action info",
    40125: "invalid appsecret",
    40163: "code been used",
    40164: "invalid ip, not in whitelist",
    40200: "invalid account type",
    40243: "appsecret has been frozen",
    40246: "invalid keyword_name_list",
    40247: "only category template can be added",
    40249: "template content is blocked",
    40252: "template message is under review",
    41001: "access_token missing",
    41002: "appid missing",
    41004: "appsecret missing",
    41005: "media data missing",
    41008: "missing code",
    41009: "missing openid",
    42001: "access_token expired",
    42003: "code expired",
    43001: "require GET method",
    43002: "require POST method",
    43004: "require subscribe",
    43019: "user is in the blacklist",
    43116: "template is restricted",
    44002: "empty post data",
    44003: "empty news data",
    44004: "empty content",
    45001: "media size out of limit",
    45002: "content size out of limit",
    45008: "article size out of limit",
    45009: "reach max api daily quota limit",
    45011: "api minute-quota reach limit, must slower, retry next minute",
    45015: "response out of time limit or subscription is canceled",
    45026: "template num exceeds limit",
    45047: "out of response count limit",
    45072: "invalid command",
    45080: "no interaction in the last 30 seconds",
    45081: "already in typing status",
    46003: "menu no exist",
    47001: "data format error",
    47003: "argument invalid!",
    48001: "api unauthorized",
    48006: "forbid to clear quota because of reaching the limit",
    50007: "account is frozen",
    65316: "too many external domains in menu",
    76021: "cgi_path not found",
    76022: "could not use this cgi_path, no permission",
}


class Refused(Exception):
    """A business error as the API reports it; `detail` takes the place of the usual sentence."""

    def __init__(self, code: int, detail: str = "") -> None:
        super().__init__(f"{code} {detail or SENTENCES.get(code, '')}")
        self.code = code
        self.detail = detail or SENTENCES.get(code, "unknown error")

    def as_json(self) -> dict[str, object]:
        """The body of the answer; its sentence differs each time, so only the number is comparable."""
        return {"errcode": self.code, "errmsg": f"{self.detail} rid: {rid()}"}
