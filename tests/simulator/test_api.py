"""The API's rules: tokens, quotas, customer-service windows, menu, codes, media, authorisation, faults."""

import io
import json
from datetime import timedelta

import aiohttp
import pytest

from simulator import Bubble

INFO, CUSTOM, MENU = "/cgi-bin/user/info", "/cgi-bin/message/custom/send", "/cgi-bin/menu/create"


def papers(account, **more):
    return {"grant_type": "client_credential", "appid": account.appid, "secret": account.secret} | more


class TestTokens:
    async def classic(self, api):
        return (await api.get("/cgi-bin/token", token=False, **papers(api.account)))["access_token"]

    async def stable(self, api, **more):
        return await api.post("/cgi-bin/stable_token", papers(api.account, **more), token=False)

    async def code(self, api, buyer, token):
        answer = await api.get(INFO, token=False, access_token=token, openid=buyer.openid)
        return answer.get("errcode", 0)

    async def test_a_classic_token_dies_five_minutes_after_the_next(self, platform, api, buyer):
        first, second = await self.classic(api), await self.classic(api)
        assert first != second
        platform.clock.forward(timedelta(minutes=4, seconds=59))
        assert await self.code(api, buyer, first) == 0
        platform.clock.forward(timedelta(seconds=1))
        assert await self.code(api, buyer, first) == 40001
        assert await self.code(api, buyer, second) == 0

    async def test_a_token_outlives_two_hours_by_nothing(self, platform, api, buyer):
        token = await self.classic(api)
        platform.clock.forward(timedelta(seconds=7199))
        assert await self.code(api, buyer, token) == 0
        platform.clock.forward(timedelta(seconds=1))
        assert await self.code(api, buyer, token) == 42001

    async def test_a_stable_token_is_the_same_until_its_last_five_minutes(self, platform, api, buyer):
        first = await self.stable(api)
        assert first["expires_in"] == 7200
        platform.clock.forward(timedelta(seconds=6899))
        assert await self.stable(api) == first | {"expires_in": 301}
        platform.clock.forward(timedelta(seconds=1))
        second = await self.stable(api)
        assert second["access_token"] != first["access_token"]
        assert await self.code(api, buyer, first["access_token"]) == 0
        platform.clock.forward(timedelta(minutes=5))
        assert await self.code(api, buyer, first["access_token"]) in (40001, 42001)
        assert await self.code(api, buyer, second["access_token"]) == 0

    async def test_the_two_kinds_never_end_each_other(self, platform, api, buyer):
        stable = (await self.stable(api))["access_token"]
        await self.classic(api)
        classic = await self.classic(api)
        await self.stable(api, force_refresh=True)
        platform.clock.forward(timedelta(minutes=6))
        assert await self.code(api, buyer, classic) == 0
        assert await self.code(api, buyer, stable) == 40001

    async def test_force_works_thirty_seconds_apart_and_twenty_times_a_day(self, platform, api, buyer):
        tokens = [(await self.stable(api))["access_token"]]
        for _ in range(22):
            tokens.append((await self.stable(api, force_refresh=True))["access_token"])
            assert (await self.stable(api, force_refresh=True))["access_token"] == tokens[-1]
            platform.clock.forward(timedelta(seconds=30))
        assert len(set(tokens)) == 21
        assert await self.code(api, buyer, tokens[0]) == 40001
        platform.clock.forward(timedelta(days=1))
        assert (await self.stable(api, force_refresh=True))["access_token"] not in tokens

    @pytest.mark.parametrize(
        ("changed", "code"),
        [
            ({"secret": "0" * 32}, 40125),
            ({"secret": ""}, 41004),
            ({"appid": ""}, 41002),
            ({"appid": "wx" + "0" * 16}, 40013),
            ({"grant_type": "password"}, 40002),
        ],
    )
    async def test_wrong_papers(self, api, changed, code):
        asked = papers(api.account, **changed)
        assert (await api.post("/cgi-bin/stable_token", asked, token=False))["errcode"] == code
        assert (await api.get("/cgi-bin/token", token=False, **asked))["errcode"] == code

    async def test_a_frozen_secret_and_a_strange_address(self, account, api):
        account.ip_whitelist = {"10.0.0.1"}
        answer = await self.stable(api)
        assert answer["errcode"] == 40164
        assert answer["errmsg"].startswith("invalid ip 127.0.0.1 ipv6 ::ffff:127.0.0.1, not in whitelist rid: ")
        account.frozen = True
        assert (await self.stable(api))["errcode"] == 40243

    async def test_tokens_missing_malformed_unknown_and_killed(self, account, api, buyer):
        token = (await self.stable(api))["access_token"]
        account.tokens.kill()
        codes = [await self.code(api, buyer, given) for given in ("", "abc", "x" * 136, token)]
        assert codes == [41001, 40014, 40001, 40001]

    async def test_one_accounts_token_is_not_anothers(self, platform, api, http, buyer):
        other = platform.add_account()
        token = other.tokens.stable(False)[0]
        assert await self.code(api, buyer, token) == 40003


class TestConventions:
    async def test_errors_are_http_200_with_a_request_id(self, api):
        answer = await api.get("/cgi-bin/menu/get")
        assert answer["errcode"] == 46003
        assert len(answer["errmsg"].rpartition("rid: ")[2]) == 26

    @pytest.mark.parametrize(
        ("body", "code"), [(b"", 44002), (b"{", 47001), (b"[]", 47001), (b'"a"', 47001), (b"\xff", 47001)]
    )
    async def test_bodies_that_are_none(self, api, body, code):
        assert (await api.post(CUSTOM, body))["errcode"] == code

    async def test_methods_have_numbers_too(self, api):
        assert (await api.get("/cgi-bin/stable_token", token=False))["errcode"] == 43002
        assert (await api.post(INFO, {}))["errcode"] == 43001

    async def test_quotas_end_and_start_anew_at_midnight_in_beijing(self, platform, account, api, buyer):
        account.quotas.limits[INFO] = 2
        codes = [(await api.get(INFO, openid=buyer.openid)).get("errcode", 0) for _ in range(3)]
        assert codes == [0, 0, 45009]
        asked = await api.post("/cgi-bin/openapi/quota/get", {"cgi_path": INFO})
        assert asked["quota"] == {"daily_limit": 2, "used": 2, "remain": 0}
        platform.clock.forward(timedelta(hours=11, minutes=59))
        assert (await api.get(INFO, openid=buyer.openid))["errcode"] == 45009
        platform.clock.forward(timedelta(minutes=1))
        assert "errcode" not in await api.get(INFO, openid=buyer.openid)

    async def test_counters_are_cleared_ten_times_a_month(self, platform, account, api, buyer):
        account.quotas.limits[INFO] = 0
        account.quotas.limits["/cgi-bin/token"] = 0
        assert (await api.get("/cgi-bin/token", token=False, **papers(account)))["errcode"] == 45009
        clear = [(await api.post("/cgi-bin/clear_quota", {"appid": account.appid}))["errcode"] for _ in range(9)]
        secret = {"appid": account.appid, "appsecret": account.secret}
        clear += [(await api.post("/cgi-bin/clear_quota/v2", {}, token=False, **secret))["errcode"] for _ in range(2)]
        assert clear == [0] * 10 + [48006]
        platform.clock.forward(timedelta(days=31))
        assert (await api.post("/cgi-bin/clear_quota", {"appid": account.appid}))["errcode"] == 0
        assert (await api.post("/cgi-bin/clear_quota", {"appid": "wx"}))["errcode"] == 40013
        assert (await api.post("/cgi-bin/openapi/quota/get", {"cgi_path": "/x"}))["errcode"] == 76021

    async def test_secrets_and_tokens_stay_out_of_the_journal(self, platform, account, api, buyer):
        token = (await api.post("/cgi-bin/stable_token", papers(account), token=False))["access_token"]
        await api.get(INFO, openid=buyer.openid)
        text = json.dumps([entry.as_json() for entry in platform.journal.entries()])
        assert INFO in text
        assert token not in text
        assert account.secret not in text


class TestUsers:
    async def test_a_follower_has_no_nickname_and_one_who_left_is_not_an_error(self, api, buyer):
        info = await api.get(INFO, openid=buyer.openid)
        assert info["subscribe"] == 1
        assert {"errcode", "nickname", "headimgurl", "sex"}.isdisjoint(info)
        buyer.subscribed = False
        assert await api.get(INFO, openid=buyer.openid) == {"subscribe": 0, "openid": buyer.openid}
        assert (await api.get(INFO, openid="o" + "x" * 27))["errcode"] == 40003
        assert (await api.get(INFO))["errcode"] == 41009

    async def test_the_list_ends_with_an_empty_page(self, account, api, buyer):
        account.add_follower("走了", subscribed=False)
        page = await api.get("/cgi-bin/user/get")
        assert (page["total"], page["data"]["openid"], page["next_openid"]) == (1, [buyer.openid], buyer.openid)
        last = await api.get("/cgi-bin/user/get", next_openid=buyer.openid)
        assert (last["count"], "data" in last) == (0, False)

    async def test_the_scene_of_the_follow_is_kept(self, account, api):
        person = account.add_follower("路人", subscribed=False)
        await account.follow(person.openid, "b1")
        info = await api.get(INFO, openid=person.openid)
        assert (info["subscribe_scene"], info["qr_scene_str"]) == ("ADD_SCENE_QR_CODE", "b1")


class TestCustomerService:
    def text(self, buyer, content="好"):
        return {"touser": buyer.openid, "msgtype": "text", "text": {"content": content}}

    async def codes(self, api, buyer, count):
        return [(await api.post(CUSTOM, self.text(buyer)))["errcode"] for _ in range(count)]

    async def test_a_message_grants_five_for_two_days(self, platform, account, api, buyer):
        assert await self.codes(api, buyer, 1) == [45015]
        await account.say(buyer.openid, "在吗")
        assert await self.codes(api, buyer, 6) == [0] * 5 + [45047]
        await account.say(buyer.openid, "在吗")
        platform.clock.forward(timedelta(hours=47, minutes=59))
        assert await self.codes(api, buyer, 1) == [0]
        platform.clock.forward(timedelta(minutes=1))
        assert await self.codes(api, buyer, 1) == [45015]

    @pytest.mark.parametrize("cause", ["tap", "follow", "scan", "choose"])
    async def test_other_acts_grant_three_for_a_minute(self, platform, account, api, buyer, cause):
        account.qrcodes.register("b1")
        more = {"tap": ["k"], "follow": [], "scan": ["b1"], "choose": ["1", "好"]}[cause]
        await getattr(account, cause)(buyer.openid, *more)
        assert await self.codes(api, buyer, 4) == [0] * 3 + [45047]
        platform.clock.forward(timedelta(minutes=1))
        assert await self.codes(api, buyer, 1) == [45015]

    async def test_the_grant_that_ends_first_is_spent_first(self, platform, account, api, buyer):
        await account.say(buyer.openid, "在吗")
        await account.tap(buyer.openid, "k")
        assert await self.codes(api, buyer, 3) == [0] * 3
        assert buyer.grants["message"].left == 5
        platform.clock.forward(timedelta(minutes=2))
        assert await self.codes(api, buyer, 6) == [0] * 5 + [45047]

    async def test_one_who_left_cannot_be_written_to(self, account, api, buyer):
        await account.say(buyer.openid, "在吗")
        await account.unfollow(buyer.openid)
        assert await self.codes(api, buyer, 1) == [45015]

    @pytest.mark.parametrize(
        ("wish", "code"),
        [
            ({"msgtype": "text", "text": {"content": ""}}, 44004),
            ({"msgtype": "text", "text": {}}, 44004),
            ({"msgtype": "text", "text": "好"}, 47001),
            ({"msgtype": "text", "text": {"content": "货" * 683}}, 45002),
            ({"msgtype": "sticker"}, 40008),
            ({"msgtype": "image", "image": {"media_id": "x"}}, 40007),
            ({"msgtype": "news", "news": {"articles": []}}, 44003),
            ({"msgtype": "news", "news": {"articles": [{"title": "a", "url": "u"}] * 2}}, 45008),
            ({"msgtype": "msgmenu", "msgmenu": {"head_content": "选", "list": []}}, 40035),
            ({"msgtype": "msgmenu", "msgmenu": {"head_content": "选", "list": [{"id": "1"}]}}, 40035),
            ({"touser": "o" + "x" * 27, "msgtype": "text", "text": {"content": "好"}}, 40003),
        ],
    )
    async def test_what_is_wrong_has_its_number_and_costs_nothing(self, account, api, buyer, wish, code):
        await account.say(buyer.openid, "在吗")
        assert (await api.post(CUSTOM, {"touser": buyer.openid} | wish))["errcode"] == code
        assert buyer.grants["message"].left == 5

    async def test_each_kind_looks_like_itself(self, account, api, buyer):
        await account.say(buyer.openid, "在吗")
        picture = account.media.keep("image", "a.png", "image/png", b"x")
        choices = {"head_content": "选", "list": [{"id": "1", "content": "确认"}], "tail_content": "完"}
        for kind, inner in {
            "text": {"content": "货" * 682},
            "image": {"media_id": picture.media_id},
            "news": {"articles": [{"title": "单", "description": "d", "url": "https://a.cn"}]},
            "msgmenu": choices,
        }.items():
            assert (await api.post(CUSTOM, {"touser": buyer.openid, "msgtype": kind, kind: inner}))["errcode"] == 0
        kinds = [(bubble.kind, bubble.source) for bubble in buyer.heard]
        assert kinds == [("custom", "custom"), ("image", "custom"), ("custom", "custom"), ("menu", "custom")]
        assert buyer.heard[-1].options == (("1", "确认"),)
        account.test_account = True
        answer = await api.post(CUSTOM, {"touser": buyer.openid, "msgtype": "msgmenu", "msgmenu": choices})
        assert answer["errcode"] == 40200

    async def test_typing(self, platform, account, api, buyer):
        async def typing(command="Typing"):
            wish = {"touser": buyer.openid, "command": command}
            return (await api.post("/cgi-bin/message/custom/typing", wish))["errcode"]

        assert await typing() == 45080
        await account.say(buyer.openid, "在吗")
        codes = [await typing(), await typing(), await typing("CancelTyping"), await typing(), await typing("Nod")]
        assert codes == [0, 45081, 0, 0, 45072]
        platform.clock.forward(timedelta(seconds=31))
        assert await typing() == 45080


def button(**changed):
    return {"type": "click", "name": "订单", "key": "orders"} | changed


class TestMenu:
    async def test_created_read_and_deleted(self, api):
        buttons = [button(), {"name": "更多", "sub_button": [button(type="view", url="https://a.cn/")]}]
        assert (await api.post(MENU, {"button": buttons}))["errcode"] == 0
        assert (await api.get("/cgi-bin/menu/get"))["menu"]["button"] == buttons
        assert (await api.get("/cgi-bin/menu/delete"))["errcode"] == 0
        assert (await api.get("/cgi-bin/menu/get"))["errcode"] == 46003

    async def test_escaped_characters_are_refused_however_right_the_json(self, api):
        body = json.dumps({"button": [button()]}).encode()
        assert b"\\u" in body
        assert (await api.post(MENU, body))["errcode"] == 40033

    @pytest.mark.parametrize(
        ("buttons", "code"),
        [
            ([], 40016),
            ([button()] * 4, 40016),
            (["x"], 40016),
            ([button(name="订" * 6)], 40018),
            ([button(name="")], 40018),
            ([{"name": "更多", "sub_button": [button()] * 6}], 40023),
            ([{"name": "更多", "sub_button": [button(name="订" * 21)]}], 40018),
            ([button(type="press")], 40017),
            ([button(key="k" * 129)], 40019),
            ([button(key="")], 40019),
            ([button(type="view", url="")], 40020),
            ([button(type="view", url="https://a.cn/" + "x" * 1024)], 40020),
            ([button(type="view", url="a.cn")], 40020),
            ([button(type="miniprogram", url="https://a.cn/")], 40035),
            ([{"name": "多", "sub_button": [button(type="view", url=f"https://{n}.cn/") for n in "abcd"]}], 65316),
        ],
    )
    async def test_broken_rules(self, account, api, buttons, code):
        assert (await api.post(MENU, {"button": buttons}))["errcode"] == code
        assert account.menu is None

    async def test_names_at_their_limit(self, api):
        sub = button(name="订" * 20, key="k" * 128)
        assert (await api.post(MENU, {"button": [{"name": "订" * 5 + "x", "sub_button": [sub] * 5}]}))["errcode"] == 0


class TestQrCodes:
    def wish(self, action="QR_STR_SCENE", scene=None, **more):
        return {"action_name": action, "action_info": {"scene": scene or {"scene_str": "b1"}}} | more

    async def test_temporary_and_permanent(self, api, http):
        temporary = await api.post("/cgi-bin/qrcode/create", self.wish(expire_seconds=600))
        assert (temporary["expire_seconds"], "errcode" in temporary) == (600, False)
        permanent = await api.post("/cgi-bin/qrcode/create", self.wish("QR_LIMIT_SCENE", {"scene_id": 100_000}))
        assert "expire_seconds" not in permanent
        async with http.get("/cgi-bin/showqrcode", params={"ticket": permanent["ticket"]}) as response:
            assert (await response.read()).startswith(b"\x89PNG")
        async with http.get("/cgi-bin/showqrcode", params={"ticket": "x"}) as response:
            assert response.status == 404

    @pytest.mark.parametrize(
        "wrong",
        [
            {"action": "QR"},
            {"scene": {"scene_str": "s" * 65}},
            {"scene": {"scene_id": 5}},
            {"action": "QR_SCENE", "scene": {"scene_id": 0}},
            {"action": "QR_LIMIT_SCENE", "scene": {"scene_id": 100_001}},
            {"expire_seconds": 2_592_001},
            {"expire_seconds": 0},
            {"action_info": {}},
        ],
    )
    async def test_what_is_not_drawn(self, api, wrong):
        assert (await api.post("/cgi-bin/qrcode/create", self.wish(**wrong)))["errcode"] == 40053


class TestMedia:
    async def upload(self, api, kind="image", filename="a.png", content=b"\x89PNG", field="media"):
        form = aiohttp.FormData()
        form.add_field(field, io.BytesIO(content), filename=filename, content_type="image/png")
        token = api.account.tokens.stable(False)[0]
        async with api.session.post(
            "/cgi-bin/media/upload", data=form, params={"access_token": token, "type": kind}
        ) as r:
            assert r.content_type == "text/plain"
            return json.loads(await r.read())

    async def test_kept_three_days(self, platform, api):
        media_id = (await self.upload(api))["media_id"]

        async def read():
            query = {"access_token": api.account.tokens.stable(False)[0], "media_id": media_id}
            async with api.session.get("/cgi-bin/media/get", params=query) as response:
                return await response.read()

        platform.clock.forward(timedelta(days=2, hours=23))
        assert await read() == b"\x89PNG"
        platform.clock.forward(timedelta(hours=1))
        assert json.loads(await read())["errcode"] == 40007

    async def test_a_video_is_an_address_and_another_accounts_file_is_nobodys(self, platform, api):
        token = api.account.tokens.stable(False)[0]

        async def read(media_id):
            query = {"access_token": token, "media_id": media_id}
            async with api.session.get("/cgi-bin/media/get", params=query) as response:
                assert response.content_type == "text/plain"
                return json.loads(await response.read())

        assert "video_url" in await read(api.account.media.keep("video", "a.mp4", "video/mp4", b"x").media_id)
        other = platform.add_account().media.keep("image", "a.png", "image/png", b"x")
        assert (await read(other.media_id))["errcode"] == 40007
        assert (await read(""))["errcode"] == 40007

    @pytest.mark.parametrize(
        ("wrong", "code"),
        [
            ({"kind": "book"}, 40004),
            ({"filename": "a.pdf"}, 40005),
            ({"field": "file"}, 41005),
            ({"kind": "thumb", "filename": "a.jpg", "content": b"x" * 65_537}, 40006),
            ({"content": b"x" * (10 * 1024 * 1024 + 1)}, 40009),
        ],
    )
    async def test_what_is_not_kept(self, api, wrong, code):
        assert (await self.upload(api, **wrong))["errcode"] == code


class TestAuthorisation:
    def link(self, account, **changed):
        query = {"appid": account.appid, "redirect_uri": "https://shop.cn/o/1?a=1", "response_type": "code"}
        return query | {"scope": "snsapi_base", "state": "s1"} | changed

    async def visit(self, http, query):
        async with http.get("/connect/oauth2/authorize", params=query, allow_redirects=False) as response:
            return response.status, response.headers.get("Location", ""), await response.text()

    async def code(self, http, account, buyer, **changed):
        _, location, _ = await self.visit(http, self.link(account, as_openid=buyer.openid, **changed))
        return location.partition("code=")[2].partition("&")[0]

    async def exchange(self, http, account, code, **changed):
        query = {"appid": account.appid, "secret": account.secret, "code": code, "grant_type": "authorization_code"}
        async with http.get("/sns/oauth2/access_token", params=query | changed) as response:
            assert (response.status, response.content_type) == (200, "text/plain")
            return json.loads(await response.read())

    async def test_a_code_tells_who_once(self, http, account, buyer):
        status, location, _ = await self.visit(http, self.link(account, as_openid=buyer.openid))
        assert status == 302
        assert location.startswith("https://shop.cn/o/1?a=1&code=")
        assert location.endswith("&state=s1")
        code = location.partition("code=")[2].partition("&")[0]
        answer = await self.exchange(http, account, code)
        assert (answer["openid"], answer["scope"]) == (buyer.openid, "snsapi_base")
        assert {"errcode", "is_snapshotuser"}.isdisjoint(answer)
        assert (await self.exchange(http, account, code))["errcode"] == 40163

    async def test_a_code_ends_after_five_minutes_and_belongs_to_one_account(self, platform, http, account, buyer):
        code = await self.code(http, account, buyer)
        other = platform.add_account()
        assert (await self.exchange(http, other, code))["errcode"] == 40029
        platform.clock.forward(timedelta(minutes=5))
        assert (await self.exchange(http, account, code))["errcode"] == 42003
        assert (await self.exchange(http, account, ""))["errcode"] == 41008
        assert (await self.exchange(http, account, code, secret="0"))["errcode"] == 40125

    async def test_a_snapshot_page_shows_nobody(self, http, account, buyer):
        answer = await self.exchange(http, account, await self.code(http, account, buyer, as_snapshot="1"))
        assert answer["is_snapshotuser"] == 1
        assert answer["openid"] not in account.followers

    async def test_the_cookie_tells_who_holds_the_phone(self, http, account, buyer):
        async with http.get("/sim/browse", params={"openid": buyer.openid, "url": "/nowhere"}) as response:
            assert response.status == 404
        status, location, _ = await self.visit(http, self.link(account))
        assert (status, "code=" in location) == (302, True)

    @pytest.mark.parametrize(
        "changed",
        [
            {"appid": "wx" + "0" * 16},
            {"redirect_uri": "shop.cn"},
            {"response_type": "token"},
            {"scope": "all"},
            {"state": "a-b"},
            {"state": "s" * 129},
            {"as_openid": "o" + "x" * 27},
        ],
    )
    async def test_wrong_links_show_an_error_page(self, http, account, buyer, changed):
        status, _, text = await self.visit(http, self.link(account, as_openid=buyer.openid) | changed)
        assert status == 400
        assert text

    async def test_the_order_of_parameters_and_the_domain_count(self, http, account, buyer):
        query = self.link(account, as_openid=buyer.openid)
        assert (await self.visit(http, dict(reversed(query.items()))))[0] == 400
        account.oauth_domain = "shop.cn"
        assert (await self.visit(http, query))[0] == 302
        account.oauth_domain = "cn"
        assert (await self.visit(http, query))[0] == 400

    async def test_refresh_and_profile(self, http, account, buyer):
        code = await self.code(http, account, buyer, scope="snsapi_userinfo")
        session = await self.exchange(http, account, code)
        query = {"appid": account.appid, "grant_type": "refresh_token", "refresh_token": session["refresh_token"]}
        async with http.get("/sns/oauth2/refresh_token", params=query) as response:
            fresh = json.loads(await response.read())
        query = {"access_token": fresh["access_token"], "openid": buyer.openid}
        async with http.get("/sns/userinfo", params=query) as response:
            assert json.loads(await response.read())["nickname"] == "小王"
        async with http.get("/sns/userinfo", params=query | {"access_token": "x"}) as response:
            assert json.loads(await response.read())["errcode"] == 40001

    async def test_the_page_ticket_is_one_for_two_hours(self, platform, api):
        async def ticket():
            return (await api.get("/cgi-bin/ticket/getticket", type="jsapi"))["ticket"]

        first = await ticket()
        assert await ticket() == first
        platform.clock.forward(timedelta(hours=2))
        assert await ticket() != first
        assert (await api.get("/cgi-bin/ticket/getticket", type="card"))["errcode"] == 40035


class TestFaults:
    async def test_a_number_is_answered_without_work(self, platform, account, api, buyer):
        await account.say(buyer.openid, "在吗")
        platform.faults.add(api="custom/send", code=45011, times=2)
        wish = {"touser": buyer.openid, "msgtype": "text", "text": {"content": "好"}}
        assert [(await api.post(CUSTOM, wish))["errcode"] for _ in range(3)] == [45011, 45011, 0]
        assert len(buyer.heard) == 1
        assert [call.outcome.get("fault") for call in platform.journal.calls("custom/send")] == ["errcode"] * 2 + [None]
        assert platform.journal.calls("custom/send")[0].openid == buyer.openid

    @pytest.mark.parametrize(("kind", "done"), [("reset_after", 1), ("reset_before", 0)])
    async def test_a_cut_connection_does_not_tell_whether_it_was_done(self, platform, account, api, buyer, kind, done):
        await account.say(buyer.openid, "在吗")
        platform.faults.add(api="custom/send", kind=kind)
        wish = {"touser": buyer.openid, "msgtype": "text", "text": {"content": "好"}}
        with pytest.raises(aiohttp.ClientError):
            await api.post(CUSTOM, wish)
        assert len(buyer.heard) == done

    async def test_a_slow_answer_is_done_already(self, platform, account, api, buyer):
        await account.say(buyer.openid, "在吗")
        platform.faults.add(api="custom/send", kind="slow", seconds=30)
        wish = json.dumps({"touser": buyer.openid, "msgtype": "text", "text": {"content": "好"}}, ensure_ascii=False)
        query = {"access_token": account.tokens.stable(False)[0]}
        timeout = aiohttp.ClientTimeout(total=0.1)
        with pytest.raises(TimeoutError):
            await api.session.post(CUSTOM, data=wish.encode(), params=query, timeout=timeout)
        assert len(buyer.heard) == 1

    @pytest.mark.parametrize(("kind", "status"), [("http500", 500), ("html", 200), ("truncated", 200)])
    async def test_answers_that_are_no_json(self, platform, api, kind, status):
        platform.faults.add(api="*", kind=kind)
        async with api.session.get(INFO) as response:
            assert response.status == status
            with pytest.raises(ValueError, match=r"."):
                json.loads(await response.read())

    async def test_token_does_not_mean_stable_token_and_an_appid_narrows(self, platform, account, api):
        platform.faults.add(api="token", code=-1)
        platform.faults.add(api="user/info", code=-1, appid="wx" + "0" * 16)
        assert "access_token" in await api.post("/cgi-bin/stable_token", papers(account), token=False)
        assert (await api.get(INFO))["errcode"] == 41009
        assert (await api.get("/cgi-bin/token", token=False))["errcode"] == -1


def test_old_bubbles_are_forgotten(buyer, platform):
    for number in range(2_500):
        buyer.see(Bubble("in", "person", platform.clock(), str(number)))
    assert 1_500 <= len(buyer.transcript) <= 2_000
    assert buyer.transcript[-1].text == "2499"
