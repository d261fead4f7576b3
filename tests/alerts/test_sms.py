"""Text messages: the providers' signatures, checked by a server that computes them itself."""

import hashlib
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from alerts.channels import Delivered, Message, Refused, build
from alerts.channels.sms import VARIABLE, aliyun_signature, tencent_signature
from alerts.errors import AlertError
from tests.receivers import Received, Reply, robot

KEY = "secret-access-key"
MESSAGE = Message(
    key="20240301-0123abcd-1:420222-公安:0",
    subject="【红】预警：虐待儿童·湖北省黄石市阳新县",
    text="标题：某事\n请阳新县公安局（甲）于 03月01日 10:00 前签收并核查处置\n处理：x",
    markdown="",
    link="https://desk.example.gov.cn/alerts/20240301-0123abcd-1",
    urgent=True,
)


def test_aliyuns_published_example() -> None:
    headers = {
        "host": "ecs.cn-shanghai.aliyuncs.com",
        "x-acs-action": "RunInstances",
        "x-acs-content-sha256": hashlib.sha256(b"").hexdigest(),
        "x-acs-date": "2023-10-26T10:22:32Z",
        "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
        "x-acs-version": "2014-05-26",
    }
    image = "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"
    query = {"RegionId": "cn-shanghai", "ImageId": image}
    signed = aliyun_signature("YourAccessKeySecret", query, headers)
    assert signed == "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"


def test_tencents_published_example() -> None:
    headers = {
        "content-type": "application/json; charset=utf-8",
        "host": "cvm.tencentcloudapi.com",
    }
    body = (
        rb'{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}'
    )
    key = "Gu5t9xGARNpq86cd98joQYCN3" + "EXAMPLE"
    signed = tencent_signature(key, headers, body, 1551113065, "cvm")
    assert signed == "72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168"


def options(provider: str, url: str, **more: Any) -> dict[str, Any]:
    given = {
        "kind": "sms",
        "provider": provider,
        "url": url,
        "key_id": "id-1",
        "key": KEY,
        "sign_name": "云汀妇联",
        "template": "SMS_1",
        "numbers": ["13800000000", "+8613900000000"],
    }
    return given | ({"application": "1400"} if provider == "tencent" else {}) | more


def parts(authorization: str) -> dict[str, str]:
    _, _, rest = authorization.partition(" ")
    return dict(item.strip().split("=", 1) for item in rest.split(","))


def aliyun_server(request: Received) -> Reply:
    """阿里云 as its document has it: refuses a wrong signature, an old date, a missing field."""
    lower = {name.lower(): value for name, value in request.headers.items()}
    given = parts(lower["authorization"])
    signed = {name: lower[name] for name in given["SignedHeaders"].split(";")}
    query = dict(parse_qsl(urlsplit(request.path).query))
    at = time.strptime(lower["x-acs-date"], "%Y-%m-%dT%H:%M:%SZ")
    fresh = abs(time.mktime(at) - time.mktime(time.gmtime())) < 900
    right = given["Signature"] == aliyun_signature(KEY, query, signed)
    if not (right and fresh and given["Credential"] == "id-1" and "content-type" in signed):
        return Reply(200, b'{"Code":"SignatureDoesNotMatch","Message":"x"}')
    if query["PhoneNumbers"] != "13800000000,13900000000":
        return Reply(200, b'{"Code":"isv.MOBILE_NUMBER_ILLEGAL","Message":"x"}')
    return Reply(200, b'{"Code":"OK","Message":"OK","BizId":"900619"}')


def tencent_server(request: Received) -> Reply:
    """腾讯云 likewise; one of the two numbers does not exist."""
    lower = {name.lower(): value for name, value in request.headers.items()}
    given = parts(lower["authorization"])
    signed = {name: lower[name] for name in given["SignedHeaders"].split(";")}
    at = int(lower["x-tc-timestamp"])
    right = given["Signature"] == tencent_signature(KEY, signed, request.body, at)
    if not right or abs(time.time() - at) > 300:
        error = {"Error": {"Code": "AuthFailure.SignatureFailure", "Message": "x"}}
        return Reply(200, json.dumps({"Response": error}).encode())
    states = [
        {"Code": "Ok", "PhoneNumber": "+8613800000000", "SerialNo": "2028:f825e6b16e23f73f"},
        {"Code": "InvalidParameterValue.IncorrectPhoneNumber", "PhoneNumber": "+8613900000000"},
    ]
    return Reply(200, json.dumps({"Response": {"SendStatusSet": states}}).encode())


SERVERS = {"aliyun": aliyun_server, "tencent": tencent_server}


@pytest.mark.parametrize("provider", SERVERS)
def test_a_signed_request_is_taken_and_a_wrong_key_is_refused(
    provider: str, tmp_path: Path
) -> None:
    with robot(SERVERS[provider]) as server:
        url = server.url.removesuffix("/robot")
        answer = build("短信", options(provider, url), tmp_path).send(MESSAGE)
        wrong = build("短信", options(provider, url, key="another"), tmp_path).send(MESSAGE)
    assert isinstance(answer, Delivered), answer
    assert {"aliyun": "900619", "tencent": "未收：+8613900000000"}[provider] in answer.receipt
    assert isinstance(wrong, Refused) and not wrong.retryable
    assert "Signature" in wrong.reason and "another" not in wrong.reason


@pytest.mark.parametrize("provider", SERVERS)
def test_the_variables_say_what_who_by_when_and_which(provider: str, tmp_path: Path) -> None:
    with robot(SERVERS[provider]) as server:
        url = server.url.removesuffix("/robot")
        build("短信", options(provider, url), tmp_path).send(MESSAGE)
    (request,) = server.received
    if provider == "aliyun":
        query = dict(parse_qsl(urlsplit(request.path).query))
        said = list(json.loads(query["TemplateParam"]).values())
    else:
        said = json.loads(request.body)["TemplateParamSet"]
    assert said[0].startswith("【红】预警：虐待儿童")
    assert said[1] == "请阳新县公安局（甲）于 03月01日 10:00 前签收并核查处置"
    assert said[2] == "20240301-0123abcd-1"
    assert max(map(len, said)) <= VARIABLE


@pytest.mark.parametrize(
    ("provider", "answer", "retryable"),
    [
        ("aliyun", {"Code": "isv.BUSINESS_LIMIT_CONTROL", "Message": "x"}, True),
        ("aliyun", {"Code": "isv.AMOUNT_NOT_ENOUGH", "Message": "x"}, False),
        ("aliyun", {}, False),
        ("tencent", {"Response": {"Error": {"Code": "RequestLimitExceeded"}}}, True),
        ("tencent", {"Response": {"SendStatusSet": [{"Code": "FailedOperation.X"}]}}, False),
        ("tencent", {"Response": {"SendStatusSet": []}}, False),
        ("tencent", {"Other": 1}, True),
        ("aliyun", [], True),
    ],
)
def test_what_is_refused_inside_http_200(
    provider: str, answer: Any, retryable: bool, tmp_path: Path
) -> None:
    with robot(lambda _: Reply(200, json.dumps(answer).encode())) as server:
        result = build("短信", options(provider, server.url), tmp_path).send(MESSAGE)
    assert isinstance(result, Refused)
    assert result.retryable is retryable
    assert "短信" in result.reason


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda given: given | {"numbers": ["12345"]}, "12345 不是手机号码"),
        (lambda given: given | {"provider": "fax"}, "provider"),
        (lambda given: {k: v for k, v in given.items() if k != "application"}, "application"),
        (lambda given: given | {"url": "http://sms.example.com"}, "https"),
    ],
)
def test_mistakes_in_the_table_are_named(
    spoil: Callable[[dict[str, Any]], dict[str, Any]], says: str, tmp_path: Path
) -> None:
    with pytest.raises(AlertError, match=says):
        build("短信", spoil(options("tencent", "https://sms.example.com")), tmp_path)


def test_the_providers_own_address_is_the_default(tmp_path: Path) -> None:
    given = {k: v for k, v in options("aliyun", "").items() if k != "url"}
    assert KEY not in repr(build("短信", given, tmp_path))
