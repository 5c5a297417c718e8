# SPDX-License-Identifier: Apache-2.0
"""docs/api/openapi.yaml against the running program: every example is sent, every answer validates, and nothing is
answered that the document does not know."""

import http.client
import json
import re
import urllib.parse

import jsonschema
import pytest
import yaml

from mpicd import ROOT

DOCUMENT = yaml.safe_load((ROOT / "docs" / "api" / "openapi.yaml").read_text())
POST = DOCUMENT["paths"]["/mpic/draft-00"]["post"]
BODY = POST["requestBody"]["content"]["application/json"]
SCHEMAS = DOCUMENT["components"]["schemas"]


def resolved(node):
    """What a $ref points to."""
    while isinstance(node, dict) and "$ref" in node:
        found = DOCUMENT
        for word in node["$ref"].removeprefix("#/").split("/"):
            found = found[word]
        node = found
    return node


def validate(value, schema):
    """JSON Schema 2020-12, as OpenAPI 3.1 has it; the references are the whole document's."""
    resolver = jsonschema.RefResolver("", DOCUMENT)
    problems = list(jsonschema.Draft202012Validator(schema, resolver=resolver).iter_errors(value))
    assert not problems, "\n".join(f"{'/'.join(map(str, problem.absolute_path))}: {problem.message}"
                                   for problem in problems)


def check_reply(reply, responses):
    """The answer is one that the document knows for its status."""
    assert str(reply.status) in responses, reply.text
    response = resolved(responses[str(reply.status)])
    for name, header in response.get("headers", {}).items():
        assert reply.headers[name] is not None, f"{reply.status} without {name}"
        schema = resolved(header)["schema"]
        validate(int(reply.headers[name]) if schema.get("type") == "integer" else reply.headers[name], schema)
    kind = reply.headers["Content-Type"].partition(";")[0]
    schema = response["content"][kind]["schema"]
    validate(reply.json if kind == "application/json" else reply.text, schema)


def references(node):
    if isinstance(node, dict):
        if "$ref" in node:
            yield node
        node = node.values()
    elif not isinstance(node, list):
        return
    for one in node:
        yield from references(one)


def test_the_document_is_openapi():
    assert DOCUMENT["openapi"].startswith("3.1.") and {"title", "version"} <= set(DOCUMENT["info"])
    for schema in SCHEMAS.values():
        jsonschema.Draft202012Validator.check_schema(schema)
    for reference in references(DOCUMENT):
        assert resolved(reference), reference
    used = {reference["$ref"] for reference in references(DOCUMENT)}
    for kind, things in DOCUMENT["components"].items():
        for name in things:
            assert kind == "securitySchemes" or f"#/components/{kind}/{name}" in used, f"nothing uses {kind}/{name}"
    ids = [operation["operationId"] for path in DOCUMENT["paths"].values() for method, operation in path.items()
           if method in ("get", "post")]
    assert len(ids) == len(set(ids)) == len(DOCUMENT["paths"])
    for path in DOCUMENT["paths"].values():
        for method, operation in path.items():
            if method in ("get", "post"):
                assert operation["summary"] and operation["responses"]
                assert all(resolved(response)["description"] for response in operation["responses"].values())


def test_every_method_of_the_program_is_in_it(dev):
    problem = dev.api.call({"method": ""}).json["issues"][0]["message"]
    listed = re.split(r", | or ", re.search(r"must be one of ([^?]*?)(?:, did you|$)", problem).group(1))
    assert len(listed) >= 4
    mapping = SCHEMAS["Request"]["discriminator"]["mapping"]
    assert sorted(mapping) == sorted(listed)
    assert [reference["$ref"] for reference in SCHEMAS["Request"]["oneOf"]] == list(mapping.values())
    for method, reference in mapping.items():
        assert resolved({"$ref": reference})["properties"]["method"] == {"const": method}
    assert {example["value"]["method"] for example in BODY["examples"].values()} == set(mapping)


@pytest.mark.parametrize("name", BODY["examples"])
def test_the_example_is_answered_as_documented(dev, name):
    example = BODY["examples"][name]
    validate(example["value"], BODY["schema"])
    for call in example.get("x-dev-target", []):
        dev.manage("PUT", call["path"], call["body"])
    reply = dev.api.call(example["value"])
    assert reply.status == 200, reply.text
    # Without x-dev-target the answer is another host's: one that serves TLS, or names of real addresses.
    assert reply.json["ok"] is True or "x-dev-target" not in example, reply.text
    check_reply(reply, POST["responses"])


@pytest.mark.parametrize("name", BODY["examples"])
def test_the_example_refused_is_answered_as_documented(dev, name):
    """The same questions, of a target that has nothing, and of one that fails."""
    body = BODY["examples"][name]["value"]
    check_reply(dev.api.call(body), POST["responses"])
    for answer in ({"rcode": "SERVFAIL"}, {"type": "CAA", "values": ['0 issue "other.example"']}):
        for owner in ("mpic.test", "www.mpic.test"):
            dev.manage("PUT", "/dns", {"name": owner, "perspectives": ["iad", "nrt"]} | answer)
        reply = dev.api.call(body)
        assert reply.status == 200
        check_reply(reply, POST["responses"])


@pytest.mark.parametrize("name", BODY["examples"])
@pytest.mark.parametrize("spoil", [
    lambda body: body | {"unknown": 1}, lambda body: body | {"request-id": ""},
    lambda body: {key: value for key, value in body.items() if key not in ("domain", "domain_or_ip", "ip-address")}])
def test_what_the_document_refuses_the_program_refuses(dev, name, spoil):
    body = spoil(BODY["examples"][name]["value"])
    with pytest.raises(AssertionError):
        validate(body, BODY["schema"])
    reply = dev.api.call(body)
    assert reply.status == 400
    check_reply(reply, POST["responses"])


def test_other_refusals_are_in_it(dev):
    body = json.dumps({"method": "caa", "domain": "mpic.test"})
    for method, headers, status in (
            ("POST", {"Content-Type": "application/json"}, 401),
            ("POST", {"Content-Type": "text/plain", "Authorization": f"Bearer {dev.ready['token']}"}, 415),
            ("GET", {}, 405)):
        link = dev.api.connection()
        link.request(method, dev.api.path, body if method == "POST" else None, headers)
        response = link.getresponse()
        text = response.read().decode()
        link.close()
        assert response.status == status, text
        check_reply(type(dev.api.call(body))(status, response.headers, text, 0), POST["responses"])
    check_reply(dev.api.call(" " * 70_000), POST["responses"])


def shown_answers():
    for status, response in POST["responses"].items():
        content = resolved(response)["content"]["application/json"]
        for name, example in content.get("examples", {}).items():
            yield pytest.param(example["value"], content["schema"], id=f"{status} {name}")


@pytest.mark.parametrize("value, schema", shown_answers())
def test_the_answers_that_it_shows_are_such(value, schema):
    validate(value, schema)


@pytest.mark.parametrize("path", [path for path in DOCUMENT["paths"] if path != "/mpic/draft-00"])
def test_the_admin_listener_answers_as_documented(dev, path):
    operation = DOCUMENT["paths"][path]["get"]
    asked = path
    for parameter in operation.get("parameters", []):
        asked = asked.replace(f"{{{parameter['name']}}}", parameter["example"])
    for target, status in [(asked, 200)] + ([("/errors/nonsense", 404)] if asked != path else []):
        link = http.client.HTTPConnection(urllib.parse.urlsplit(dev.ready["admin-url"]).netloc, timeout=10)
        link.request("GET", target)
        response = link.getresponse()
        text = response.read().decode()
        link.close()
        assert response.status == status
        check_reply(type(dev.api.call("{}"))(status, response.headers, text, 0), operation["responses"])
