#!/usr/bin/env python3
"""Attacks the API, and steers the server by it.

  api.py strangers PAGE         other sites' pages, names that DNS turns here, bodies that are bad
  api.py token PAGE TOKEN       a page that is not on loopback alone: changes need the token
  api.py read-only PAGE         nothing can be changed
  api.py scenario PAGE PORT BOUND-PORT   what a test sets before it asks, and what it reads then

PAGE is HOST:PORT. Prints a line for each check: "ok", or "not ok", what, expected, found, with
tabs between.
"""

import http.client
import json
import sys

from api_client import JSON, OURS, Page, check, dns, statuses

# What changes something: method, path, a body that is good.
CHANGES = [
    ("PUT", "/api/v1/scenario", {"seed": 5}),
    ("POST", "/api/v1/reset", None),
    ("PUT", "/api/v1/class/me", {"country": "TR"}),
    ("POST", "/api/v1/class/reset", None),
]
# What changes nothing, but costs something.
ASKS = [("POST", "/api/v1/resolve", {"name": "example.com"}), ("POST", "/api/v1/check", None)]
READS = [
    "/api/v1/about", "/api/v1/openapi.json", "/api/v1/countries", "/api/v1/countries/CN",
    "/api/v1/categories", "/api/v1/explain?name=x.com&country=CN",
    "/api/v1/explain.pcap?name=x.com&country=CN", "/api/v1/compare?name=x.com&country=CN",
    "/api/v1/timeline?name=x.com&country=CN", "/api/v1/names?country=CU",
    "/api/v1/matrix?names=x.com&country=CU", "/api/v1/log", "/api/v1/scenario", "/api/v1/class",
    "/api/v1/quiz?count=1", "/api/v1/quiz/answer?seed=1&question=0&choice=0", "/metrics", "/",
]
BODY = 4 << 20      # octets, at most
COUNTRY = """country: XX
name: Freedonia
about: Its resolver removes names.
clients: [127.250.0.0/16]
rules:
  - rule: news
    names: [news.example]
    answer: nxdomain
    category: NEWS
    evidence: assumed
    sources: [Doe-2024]
sources:
  Doe-2024: "J. Doe, a report, 2024"
"""
# The same, where one address of nine is drawn.
DRAWN = COUNTRY.replace("answer: nxdomain", "answer: {poison: {a: {pool: nine}}}") + (
    "pools:\n  nine: {addresses: ["
    + ", ".join(f"198.51.100.{number}" for number in range(1, 10)) + "], pick: random}\n")


def rebinding(page):
    port = page.port
    ours = [f"127.0.0.1:{port}", f"localhost:{port}", f"LOCALHOST:{port}", f"[::1]:{port}"]
    calls = ((host, page.status("GET", "/api/v1/about", hosts=[host])) for host in ours)
    check("by its own names", 200, statuses(calls))
    foreign = [f"attacker.example:{port}", "attacker.example", f"localhost.attacker.example:{port}",
               f"127.0.0.1.attacker.example:{port}", f"127.0.0.1:{port}@attacker.example",
               "2130706433", "0x7f000001", "[::1", "[attacker.example]", "127.0.0.1:port"]
    calls = ((host, page.status("GET", "/api/v1/log", hosts=[host])) for host in foreign)
    check("by a name that DNS turns here", 421, statuses(calls))
    calls = ((path, page.status("GET", path, hosts=["attacker.example"])) for path in READS)
    check("whatever it asks for", 421, statuses(calls))
    calls = (((method, path), page.status(method, path, OURS, body, hosts=["attacker.example"]))
             for method, path, body in CHANGES + ASKS)
    check("or changes", 421, statuses(calls))
    both = [f"127.0.0.1:{port}", "attacker.example"]
    check("by two names", 400, page.status("GET", "/api/v1/about", hosts=both))
    check("by none", 400, page.status("GET", "/api/v1/about", hosts=[]))


def cross_site(page):
    before = page.state()
    calls = [((method, path), page.status(method, path, {}, body))
             for method, path, body in CHANGES + ASKS]
    check("without the header", 403, statuses(calls))
    simple = {"Content-Type": "text/plain"}     # a form of another site can send this
    calls = [((method, path), page.status("POST", path, simple, b'{"seed": 5}'))
             for method, path, _ in CHANGES + ASKS]
    check("as a form sends it", 403, statuses(calls))
    origins = ["http://attacker.example", "null", "file://", f"http://{page.host}:1", "",
               f"http://{page.address}.attacker.example", f"http://attacker.example/{page.address}"]
    calls = [((origin, path), page.status(method, path, {**OURS, "Origin": origin}, body))
             for method, path, body in CHANGES + ASKS for origin in origins]
    check("from another site, with the header", 403, statuses(calls))
    check("nothing has changed", before, page.state())
    own = {**OURS, "Origin": f"http://{page.address}"}
    check("from the page itself", 204, page.status("POST", "/api/v1/reset", own))
    asked = {"Origin": "http://attacker.example", "Access-Control-Request-Method": "PUT",
             "Access-Control-Request-Headers": "x-splinterdns"}
    granted = []
    for path in [path for _, path, _ in CHANGES + ASKS] + READS:
        for method in ("OPTIONS", "GET"):
            _, headers, _ = page.call(method, path, asked)
            granted += [name for name in headers if name.startswith("access-control-")]
    check("nobody else's page may read or set headers", [], granted)


def reading(page):
    before = page.state()
    calls = [(path, page.status("GET", path)) for path in READS]
    check("all that can be read", 200, statuses(calls))
    calls = [(path, page.status(method, path)) for path in
             ("/api/v1/reset", "/api/v1/check", "/api/v1/resolve", "/api/v1/class/reset",
              "/api/v1/class/me") for method in ("GET", "HEAD")]
    check("what changes something cannot be read", 405, statuses(calls))
    check("nothing changes by GET", before, page.state())
    lacking = []
    for path in READS + ["/nothing", "/api/v1/nothing", "/api/v1/explain"]:
        _, headers, _ = page.call("GET", path)
        policy = headers.get("content-security-policy", "")
        safe = (policy.startswith("default-src 'none'") and "unsafe" not in policy
                and headers.get("x-content-type-options") == "nosniff"
                and headers.get("cross-origin-resource-policy") == "same-origin")
        lacking += [] if safe else [path]
    check("every response tells browsers what they may do", [], lacking)


def bad_input(page):
    for method, path, _ in CHANGES + ASKS:
        if path.endswith("reset"):
            continue
        text = path.endswith("check")
        send = lambda body, kind=JSON: page.status(method, path, {**OURS, **kind}, body)
        check(f"{path}: a body too large", 413, send(b" " * (BODY + 1)))
        if text:
            check(f"{path}: no UTF-8", 400, send(b"\xff\xfe"))
            continue
        check(f"{path}: no JSON", 400, send(b"{"))
        check(f"{path}: no object", 422, send(b"[null, null]"))
        check(f"{path}: keys that are not known", 422, send(b'{"sed": 1}'))
        check(f"{path}: another type", 415, send(b"{}", {"Content-Type": "text/plain"}))
    known = [path for path in READS if "?" in path]
    calls = [(path, page.status("GET", path + "&no-such=1")) for path in known]
    check("parameters that are not known", 400, statuses(calls))
    calls = [(path, page.status("GET", path + "&" + path.split("?")[1])) for path in known]
    check("parameters twice", 400, statuses(calls))
    odd = ["explain?name=x..com", "explain?name=http://x.com/", "explain?name=", "explain",
           "explain?name=x.com&type=NOPE", "explain?name=x.com&country=C", "log?since=-1",
           "explain?name=x.com&today=2014-02-30", "explain?name=x.com&client=1.2.3",
           "explain?name=x.com&transport=pigeon", "explain?name=x.com&operator=jio",
           "timeline?name=x.com&from=2020&to=2010", "timeline?name=x.com&from=99999",
           "matrix", "quiz/answer?seed=1&question=20&choice=0", "countries/%FF", "countries/CCC"]
    calls = [(path, page.status("GET", "/api/v1/" + path)) for path in odd]
    check("values that are none", 400, statuses(calls))
    missing = ["countries/XX", "explain?name=x.com&country=XX", "names?category=NOPE", "nothing",
               "explain?name=x.com&country=IN&operator=none"]
    calls = [(path, page.status("GET", "/api/v1/" + path)) for path in missing]
    check("what is not there", 404, statuses(calls))


def strangers(page):
    rebinding(page)
    cross_site(page)
    reading(page)
    bad_input(page)


def token(page, secret):
    owned = [change for change in CHANGES if not change[1].endswith("/me")]
    # How TOKEN is sent, and what comes of it.
    wrong = ["", "Bearer", "Bearer ", f"Bearer {secret}x", f"Bearer {secret[:-1]}",
             f"bearer {secret}", secret, f"Basic {secret}", f"Bearer {secret[::-1]}"]
    sent_as = lambda sent: {**OURS, "Authorization": sent}
    calls = [((method, path, sent), page.status(method, path, sent_as(sent), body))
             for method, path, body in owned for sent in wrong]
    check("a token that is not the token", 401, statuses(calls))
    calls = [(path, page.status(method, path, OURS, body)) for method, path, body in owned]
    check("no token", 401, statuses(calls))
    right = {**OURS, "Authorization": f"Bearer {secret}"}
    calls = [(path, page.status(method, path, right, body) // 100) for method, path, body in owned]
    check("the token", 2, statuses(calls))
    cross = {"Authorization": f"Bearer {secret}", "Origin": "http://attacker.example"}
    calls = [(path, page.status(method, path, cross, body)) for method, path, body in owned]
    check("the token from another site", 403, statuses(calls))
    calls = [(path, page.status(method, path, OURS, body if body else b""))
             for method, path, body in ASKS + [("PUT", "/api/v1/class/me", {"country": "TR"})]]
    check("what participants may do without it", 200, statuses(calls))
    check("who has none is no teacher", (False, False), teacher(page, {}))
    check("who has it is one", (True, True), teacher(page, right))


def teacher(page, headers):
    told = json.loads(page.call("GET", "/api/v1/class", headers)[2])
    return told["teacher"], "participants" in told


def read_only(page):
    before = page.state()
    changes = CHANGES + [ASKS[0]]
    calls = [(path, page.status(method, path, OURS, body)) for method, path, body in changes]
    check("nothing can be changed", 403, statuses(calls))
    check("nothing has changed", before, page.state())
    check("a file can be checked", 200, page.status("POST", "/api/v1/check", OURS, COUNTRY.encode()))


def scenario(page, port, bound):
    play = lambda body: page.put("/api/v1/scenario", body)
    start = page.get("/api/v1/scenario")
    rcode = lambda name, to=port, client="127.0.0.1": dns(to, name, client)[0]
    check("at the start", "NOERROR", rcode("x.com"))
    play({"today": "2024-09-10", "country": "BR"})
    check("a day and a country", "NXDOMAIN", rcode("x.com"))
    play({"today": "2024-12-01", "country": "BR"})
    check("another day", "NOERROR", rcode("x.com"))
    play({"today": "2024-09-10", "listeners": [{"address": f"127.0.0.1:{bound}", "country": "BR"}]})
    check("a listener's country", ["NXDOMAIN", "NOERROR"], [rcode("x.com", bound), rcode("x.com")])
    status, told = play({})
    check("without anything all is as at the start", (200, start), (status, told))
    check("and so are listeners", "poison", page.get(
        "/api/v1/explain?name=www.facebook.com&country=CN")["verdict"])
    set_now = play({"today": "2014-03-21T20:30", "country": "TR", "seed": 7})[1]
    check("what is told can be given back", (200, set_now), play(set_now))
    repeatable(page, play, port, bound)
    files(page, play, port)
    for what, body, expected in [
        ("a country that is not there", {"country": "XX"}, 422),
        ("a code that is none", {"country": "Brazil"}, 400),
        ("a day that is none", {"today": "2014-02-30"}, 400),
        ("an address on which nothing listens", {"listeners": [{"address": "127.0.0.1:1"}]}, 422),
        ("an operator without a country",
         {"listeners": [{"address": f"127.0.0.1:{port}", "operator": "jio"}]}, 400),
    ]:
        before = page.get("/api/v1/scenario")
        check(what, expected, page.status("PUT", "/api/v1/scenario", OURS, body))
        check(f"{what}: nothing has changed", before, page.get("/api/v1/scenario"))
    play({})
    the_log(page, port, bound)
    live(page, port)


def repeatable(page, play, port, bound):
    def twelve(body, name, to):
        play(body)
        return [dns(to, name)[1] for _ in range(12)]

    raced = twelve({}, "www.facebook.com", bound)
    check("answers differ among themselves", True, len({*map(tuple, raced)}) > 1)
    check("the same scenario, the same answers", raced, twelve({}, "www.facebook.com", bound))
    seeded = lambda seed: twelve(
        {"seed": seed, "file": DRAWN, "country": "XX"}, "news.example", port)
    first = seeded(1)
    check("what is drawn differs", True, len({*map(tuple, first)}) > 1)
    check("the same seed, the same answers", first, seeded(1))
    check("another seed, others", True, first != seeded(2))
    seeded(1)
    page.call("POST", "/api/v1/reset", OURS)
    again = [dns(port, "news.example")[1] for _ in range(12)]
    check("a reset puts turns back to the start", first, again)


def files(page, play, port):
    status, told = play({"file": COUNTRY, "country": "XX"})
    check("a country file", (200, COUNTRY), (status, told.get("file")))
    check("decides", "NXDOMAIN", dns(port, "news.example")[0])
    check("also by its networks", "NXDOMAIN", dns(port, "news.example", "127.250.0.1")[0])
    bad = COUNTRY.replace("answer: nxdomain", "answer: nxdomian")
    status, told = play({"file": bad, "country": "XX"})
    line = bad.splitlines().index("    answer: nxdomian") + 1
    check("a bad one is refused with its line", (422, True),
          (status, f":{line}:" in told["detail"] and "nxdomian" in told["detail"]))
    check("and the one before stays", "NXDOMAIN", dns(port, "news.example")[0])
    checked = json.loads(page.call("POST", "/api/v1/check", OURS, bad.encode())[2])
    check("so does /check", [line], [problem["line"] for problem in checked["problems"]])
    play({})
    check("without it nobody is there", "SERVFAIL", dns(port, "news.example", "127.250.0.1")[0])


def the_log(page, port, bound):
    log = lambda query="": page.get("/api/v1/log" + query)
    page.call("POST", "/api/v1/reset", OURS)
    emptied = log()
    check("after a reset the log is empty, and nothing is lost", ([], 0),
          (emptied["queries"], emptied["lost"]))
    names = ["example.com", "x.com", "www.wikipedia.org"]
    for name in names:
        dns(port, name)
    seen = log(f"?since={emptied['next']}")
    check("every query answered before is in it", names, [q["name"] for q in seen["queries"]])
    check("with its verdict", {"honest"}, {query["verdict"] for query in seen["queries"]})
    check("and its number", [emptied["next"] + n for n in range(3)],
          [query["seq"] for query in seen["queries"]])
    check("from the next on there is none", [], log(f"?since={seen['next']}")["queries"])
    part = log(f"?since={emptied['next']}&limit=2")
    check("some at a time", names[:2], [query["name"] for query in part["queries"]])
    check("and the rest", names[2:],
          [query["name"] for query in log(f"?since={part['next']}")["queries"]])
    dns(bound, "www.facebook.com")
    raced = log(f"?since={seen['next']}")["queries"]
    check("a race under way is waited for", [3],
          [len(query["replies"]) for query in raced])


def live(page, port):
    connection = http.client.HTTPConnection(page.host, page.port, timeout=5)
    connection.request("GET", "/api/v1/live")
    response = connection.getresponse()
    check("a stream of events", "text/event-stream", response.getheader("content-type"))
    dns(port, "example.com")
    lines = [response.readline().decode().strip() for _ in range(2)]
    told = json.loads(lines[1].removeprefix("data:"))
    check("tells of a query", ("event: queries", 0, ["example.com"]),
          (lines[0], told["lost"], [query["name"] for query in told["queries"]]))
    connection.close()


match sys.argv[1:]:
    case ["strangers", address]:
        strangers(Page(address))
    case ["token", address, secret]:
        token(Page(address), secret)
    case ["read-only", address]:
        read_only(Page(address))
    case ["scenario", address, port, bound]:
        scenario(Page(address), int(port), int(bound))
    case _:
        sys.exit(__doc__)
