#!/usr/bin/env python3
"""What the server has recorded, read by programs that know nothing of it.

  observe.py log SCHEMA FILE...    holds query logs against the schema, and counts their lines
  observe.py show LOG              a short line for each query
  observe.py dnstap FILE           a line for each frame: Frame Streams and protobuf read by hand
  observe.py metrics FILE          reads /metrics as strictly as OpenMetrics asks for
  observe.py dashboard FILE PROMETHEUS   has Prometheus answer every expression of a dashboard
  observe.py agree LOG METRICS     whether a query log and /metrics count the same queries
"""

import collections
import ipaddress
import json
import struct
import sys
import urllib.parse
import urllib.request

# dnstap.proto: fields of Dnstap, Message and Policy, by their numbers.
ENVELOPE = {1: "identity", 2: "version", 3: "extra", 14: "message", 15: "type"}
MESSAGE = {1: "type", 2: "family", 3: "protocol", 4: "client", 5: "server", 6: "client_port",
           7: "server_port", 8: "query_sec", 9: "query_nsec", 10: "query", 12: "response_sec",
           13: "response_nsec", 14: "response", 15: "policy"}
POLICY = {1: "type", 2: "rule", 3: "action", 4: "match", 5: "value"}
KINDS = {5: "CLIENT_QUERY", 6: "CLIENT_RESPONSE"}
PROTOCOLS = {1: "UDP", 2: "TCP"}
ACTIONS = {1: "NXDOMAIN", 2: "NODATA", 3: "PASS", 4: "DROP", 5: "TRUNCATE", 6: "LOCAL_DATA"}
MATCHES = {1: "QNAME"}
CONTENT = b"protobuf:dnstap.Dnstap"
START, STOP = 2, 3


def frames(octets):
    """The data frames of a stream that begins and ends as it should."""
    at, controls = 0, []
    while at < len(octets):
        (length,) = struct.unpack_from("!I", octets, at)
        at += 4
        if length == 0:
            length, kind = struct.unpack_from("!II", octets, at)
            controls.append((kind, octets[at + 8:at + 4 + length]))
            at += 4 + length
            continue
        assert at + length <= len(octets), "the last frame is cut off"
        yield octets[at:at + length]
        at += length
    start = struct.pack("!II", 1, len(CONTENT)) + CONTENT
    assert controls[0] == (START, start), f"it begins with {controls[0]}"
    assert [kind for kind, _ in controls] == [START, STOP], f"control frames {controls}"


def varint(octets, at):
    value = shift = 0
    while True:
        value |= (octets[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if octets[at - 1] < 0x80:
            return value, at


def fields(octets, names):
    """A message of protobuf: its fields by their names; others are an error."""
    found, at = {}, 0
    while at < len(octets):
        key, at = varint(octets, at)
        number, wire = key >> 3, key & 7
        if wire == 0:
            value, at = varint(octets, at)
        elif wire == 2:
            length, at = varint(octets, at)
            value, at = octets[at:at + length], at + length
        elif wire == 5:
            (value,), at = struct.unpack_from("<I", octets, at), at + 4
        else:
            raise ValueError(f"wire type {wire}")
        found[names[number]] = value
    return found


def qname(message):
    labels, at = [], 12
    while message[at]:
        labels.append(message[at + 1:at + 1 + message[at]].decode())
        at += 1 + message[at]
    return ".".join(labels)


def dnstap(path):
    with open(path, "rb") as file:
        octets = file.read()
    for frame in frames(octets):
        envelope = fields(frame, ENVELOPE)
        assert (envelope["type"], envelope["identity"]) == (1, b"splinterdns"), envelope
        message = fields(envelope["message"], MESSAGE)
        octets = message.get("query") or message["response"]
        time = message["query_sec"] + message["query_nsec"] / 1e9
        answered = message.get("response_sec", 0) + message.get("response_nsec", 0) / 1e9
        line = [KINDS[message["type"]], PROTOCOLS[message["protocol"]],
                str(ipaddress.ip_address(message["client"])), qname(octets)]
        line.append(f"{(answered - time) * 1000:.0f}ms" if answered else "-")
        if "policy" in message:
            policy = fields(message["policy"], POLICY)
            line += [policy["type"].decode(), policy["rule"].decode(),
                     ACTIONS.get(policy.get("action"), "-"), MATCHES[policy["match"]],
                     policy["value"].decode()]
        extra = json.loads(envelope["extra"])
        print(*line, json.dumps(extra, sort_keys=True, separators=(",", ":")))


def log(schema, paths):
    import jsonschema

    with open(schema, encoding="utf-8") as file:
        schema = json.load(file)
    kind = jsonschema.Draft202012Validator
    kind.check_schema(schema)
    validator = kind(schema, format_checker=kind.FORMAT_CHECKER)
    lines = lost = bad = 0
    for path in paths:
        with open(path, encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                lines += 1
                try:
                    record = json.loads(line)
                    validator.validate(record)
                    lost += "lost" in record
                except (ValueError, jsonschema.ValidationError) as why:
                    bad += 1
                    print(f"{path}:{number}: {str(why).splitlines()[0]}", file=sys.stderr)
    print(f"{lines} lines, {lost} of them tell of lost ones, {bad} bad")


def show(path):
    with open(path, encoding="utf-8") as file:
        for query in map(json.loads, file):
            keys = "client transport country name type verdict id evidence upstream-rcode".split()
            words = [query[key] or "-" for key in keys]
            honest = query["honest"]["rcode"] or "-"
            replies = [f"{reply['outcome']}:{reply['rcode'] or '-'}" for reply in query["replies"]]
            print(*words, f"honest:{honest}", *replies)


def families(path):
    from prometheus_client.openmetrics.parser import text_string_to_metric_families

    with open(path, encoding="utf-8") as file:
        return list(text_string_to_metric_families(file.read()))


def metrics(path):
    for family in families(path):
        assert family.name.startswith("splinterdns_"), family.name
        assert family.documentation, family.name
        print(family.name, family.type, family.unit or "-")


def agree(path, metrics_path):
    queries, replies = collections.Counter(), collections.Counter()
    with open(path, encoding="utf-8") as file:
        for line in file:
            record = json.loads(line)
            queries[record["country"] or "", record["verdict"], record["transport"]] += 1
            replies.update(reply["outcome"] for reply in record["replies"])
    counted = {"queries": {}, "replies": {}}
    for family in families(metrics_path):
        name = family.name.removeprefix("splinterdns_")
        for sample in family.samples if name in counted else []:
            labels = sample.labels
            key = (labels["outcome"] if name == "replies" else
                   (labels["country"], labels["verdict"], labels["transport"]))
            counted[name][key] = int(sample.value)
    assert counted["queries"] == queries, f"{counted['queries']} and {dict(queries)}"
    assert counted["replies"] == replies, f"{counted['replies']} and {dict(replies)}"
    print(f"{queries.total()} queries, {replies.total()} replies")


def dashboard(path, prometheus):
    with open(path, encoding="utf-8") as file:
        panels = json.load(file)["panels"]
    expressions = [target["expr"] for panel in panels for target in panel["targets"]]
    for expression in expressions:
        expression = expression.replace("$__rate_interval", "1m").replace("$instance", ".*")
        query = urllib.parse.urlencode({"query": expression})
        # What is no expression gets 400, which is an error here.
        with urllib.request.urlopen(f"{prometheus}/api/v1/query?{query}") as answer:
            assert json.load(answer)["status"] == "success"
    print(len(expressions), "expressions")


match sys.argv[1:]:
    case ["log", schema, *paths]:
        log(schema, paths)
    case ["show", path]:
        show(path)
    case ["dnstap", path]:
        dnstap(path)
    case ["metrics", path]:
        metrics(path)
    case ["dashboard", path, prometheus]:
        dashboard(path, prometheus)
    case ["agree", path, metrics_path]:
        agree(path, metrics_path)
    case _:
        sys.exit(__doc__)
