#!/usr/bin/env python3
"""teaching.py docs/teaching: the class, played against the server at SPLINTERDNS_PAGE. See `teaching`."""

import datetime
import json
import os
import pathlib
import re
import subprocess
import sys
import urllib.error
import urllib.request
from urllib.parse import urlsplit

import markdown
from playwright.sync_api import sync_playwright

from page_tools import Browser, Checks, Way, said, show, until

BASE = os.environ["SPLINTERDNS_PAGE"].rstrip("/")
TOKEN = os.environ["SPLINTERDNS_PAGE_TOKEN"]
PROGRAM = os.environ["SPLINTERDNS"]
WORK = pathlib.Path(os.environ["WORK"])
SHOTS = os.environ.get("SCREENSHOTS")
DOCS = pathlib.Path(sys.argv[1])
DAY = "2026-03-01"
PHONE, PROJECTOR = (390, 844), (1280, 720)
CODES = {"China": "CN", "Iran": "IR", "Russia": "RU", "Indonesia": "ID", "Germany": "DE", "United States": "US",
         "Brazil": "BR"}
checks = Checks()
answers = (DOCS / "answers.md").read_text()


def table(title):
    """The first table below a heading, as a dict for each row."""
    below = answers[answers.index(f"## {title}"):]
    lines = re.search(r"(?:^\|.*\n)+", below, re.M)[0].splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [dict(zip(rows[0], row)) for row in rows[2:]]


def get(path):
    with urllib.request.urlopen(f"{BASE}/api/v1/{path}") as answer:
        return json.load(answer)


def program(*arguments):
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def pick(page, country, operator=None):
    page.locator("select").first.select_option(country)
    until(page, "code => document.querySelector('#main select').value === code"
                " && document.querySelector('.sentence').textContent.startsWith('You are in')", country)
    if operator:
        until(page, "document.querySelectorAll('#main .fields select').length === 2")
        page.locator("select").nth(1).select_option(operator)
        until(page, "document.querySelector('.sentence').textContent.includes('as a customer')")


def ask(page, name):
    """The replies that the phone shows, each as its text."""
    page.evaluate("document.querySelector('.resolved').replaceChildren()")
    page.fill("#resolve", name)
    page.get_by_role("button", name="Resolve").click()
    page.wait_for_selector(".resolved .reply-list")
    return page.locator(".resolved .reply-list > li").all_inner_texts()


def data(reply):
    """The records of a reply, without name, TTL and class."""
    return [line.split(" IN ", 1)[1].split(" ", 1)[1] for line in reply.splitlines() if " IN " in line]


def holds(cell, replies, genuine):
    """Whether what came is what a cell of a table says."""
    if cell == "g":
        return len(replies) == 1 and data(replies[0]) == genuine
    if cell == "3 answers":
        return len(replies) == 3 and data(replies[2]) == genuine and data(replies[0]) not in ([], genuine)
    if cell == "NXDOMAIN":
        return len(replies) == 1 and "NXDOMAIN" in replies[0] and data(replies[0]) == []
    return len(replies) == 1 and cell in data(replies[0]) and data(replies[0]) != genuine


def six_countries(phones):
    rows = table("Task 1.")
    for country, phone in zip(list(rows[0])[1:], phones):
        pick(phone, CODES[country])
    places = dict(zip(list(rows[0])[1:], phones))
    for row in rows:
        genuine = data(ask(places["United States"], row["name"])[0])
        checks.that(f"{row['name']}, United States", row["United States"] in genuine, genuine)
        for country, phone in places.items():
            if country != "United States":
                replies = ask(phone, row["name"])
                checks.that(f"{row['name']}, {country}: {row[country]}",
                            holds(row[country], replies, genuine), replies)
    once, again = (data(ask(places["China"], "wikipedia.org")[0]) for _ in range(2))
    checks.that("asked again in China, another address comes first", once != again, once)


def evidence(phones):
    us = phones[5]
    for row in table("Task 3."):
        place, name = row["place and name"].split(", ")
        name, _, day = name.partition(" on ")
        code, told = program("cite", row["rule"].strip("`"))
        told = " ".join(told.split())
        checks.that(f"cite {row['rule']}", code == 0 and f"holds {row['days']}" in told
                    and f"evidence {row['grade']}" in told, told)
        code, told = program("explain", name, "--country", CODES[place], "--today", day or DAY, "--json")
        checks.same(f"the rule of {name} in {place}", row["rule"].strip("`"), json.loads(told)["id"])
    pick(us, "US")
    ask(us, "twitter.com")
    us.get_by_role("link", name="Why is that so?").click()
    us.wait_for_selector("#panel h2")
    us.get_by_role("button", name="Close").click()
    us.wait_for_selector("#panel", state="hidden")
    us.fill("#main input[type=date]", "2024-09-10")
    until(us, "document.querySelector('.sentence').textContent.includes('2024-09-10')")
    us.get_by_role("button", name=re.compile("^Brazil")).click()
    us.wait_for_selector("#panel h2")
    until(us, "document.querySelector('#panel').textContent.includes('assumed')")
    checks.has("the group of the United States finds Brazil", "BR/x", us.locator("#panel").inner_text())


def time_travel(teacher, phone):
    show(phone, "#class")
    pick(phone, "TR", "turk-telekom")
    for row in table("Task 4."):
        teacher.fill("#class-day", row["day"])
        teacher.get_by_role("button", name="Set the day").click()
        until(phone, "day => document.querySelector('.sentence').textContent.includes(day)", row["day"])
        for name in ("tr.wikipedia.org", "en.wikipedia.org"):
            replies = ask(phone, name)
            checks.that(f"{row['day']} {name}: {row[name]}",
                        holds(row[name], replies, ["dyna.wikimedia.org.", "208.80.154.224"]), replies)
        if row["day"] == "2018-04-30":
            phone.get_by_role("link", name="Why is that so?").click()
            phone.wait_for_selector("#panel h2")
            checks.has("its state that day", "Blocked otherwise, by means that the source does not tell",
                       phone.locator("#panel .verdict").inner_text())
            phone.go_back()
            phone.wait_for_selector("#resolve")
    teacher.fill("#class-day", DAY)
    teacher.get_by_role("button", name="Set the day").click()
    until(phone, "day => document.querySelector('.sentence').textContent.includes(day)", DAY)


def quiz(phone):
    show(phone, "#quiz")
    phone.fill("#seed", "57")
    phone.get_by_role("button", name="Open it").click()
    until(phone, "document.querySelector('.sentence').textContent.startsWith('Quiz 57')")
    for form, row in zip(phone.locator(".exercise").all(), table("Task 5.")):
        if form.locator("select").count():
            for field, label in zip(form.locator("select").all(), row["answer"].split()):
                field.select_option(label=label)
        else:
            form.get_by_label(row["answer"], exact=True).check()
        form.get_by_role("button", name="Check").click()
        form.locator(".right, .wrong").wait_for()
    checks.same("the answers to quiz 57", "Quiz 57: 5 of 5 answered rightly, and that was all.", said(phone))
    questions = get("quiz?seed=57&count=5")["questions"]
    asked = {exchange["label"] for one in questions for exchange in one["exchanges"]}
    asked |= {one["name"] for one in questions if one["name"]}
    checks.same("names of pornography in it", set(), asked & {one["name"] for one in get("names?category=PORN")["names"]})


def one_address(browser, ways):
    first, second = (browser.page(*PHONE, base=f"http://127.0.0.1:{ways[0].port}") for _ in range(2))
    for page, country in ((first, "CN"), (second, "IR")):
        show(page, "#class")
        pick(page, country)
    until(first, "document.querySelector('.sentence').textContent.startsWith('You are in Iran')")
    checks.has("two devices with one address share the last pick", "Iran", said(first))
    for page in (first, second):
        page.context.close()


def who_reads_what(ways):
    other = f"http://127.0.0.1:{ways[1].port}/api/v1/"
    with urllib.request.urlopen(f"{other}log") as answer:
        clients = {query["client"] for query in json.load(answer)["queries"]}
    checks.same("a phone reads what it has asked itself", {ways[1].source}, clients)
    reset = urllib.request.Request(f"{other}class/reset", method="POST", headers={"X-Splinterdns": "1"})
    try:
        urllib.request.urlopen(reset)
        status = 204
    except urllib.error.HTTPError as error:
        status = error.code
    checks.same("only the teacher starts again", 401, status)


def bookmarks(browser):
    page = browser.page(*PROJECTOR)
    found = re.findall(r"`(#(?:map|time|quiz)\?[^`]+)`", (DOCS / "ethics.md").read_text())
    checks.that(f"{len(found)} bookmarks", len(found) >= 4)
    for bookmark in found:
        show(page, bookmark)
        wanted = re.search(r"name=([^&]+)", bookmark)
        checks.that(bookmark, (wanted[1] if wanted else "Quiz 57") in said(page), said(page))
        if "at=" in bookmark:
            page.wait_for_selector("#panel .reply-list")
    page.context.close()


def start_again(teacher, phone):
    show(phone, "#class")
    pick(phone, "RU")
    teacher.on("dialog", lambda dialog: dialog.accept())
    teacher.get_by_role("button", name="Start again").click()
    until(phone, "document.querySelector('.sentence').textContent.includes('no country')")
    checks.same("the list of questions is empty after Start again", [], get("log")["queries"])


def next_day(day):
    return str(datetime.date.fromisoformat(day) + datetime.timedelta(days=1))


def slides(browser):
    text = (DOCS / "slides.md").read_text()
    parts = re.split(r"^---$", text, flags=re.M)
    checks.that(f"{len(parts)} slides", 18 <= len(parts) <= 24, len(parts))
    for number, part in enumerate(parts, 1):
        checks.that(f"slide {number} has notes", "<!--" in part)
        body = re.sub(r"<!--.*?-->|!\[.*?\]", "", part, flags=re.S)
        ids = re.findall(r"`([A-Z]{2}/[a-z0-9/-]+)`", body)
        told = ""
        for one in ids:
            code, cited = program("cite", one)
            checks.same(f"slide {number}: cite {one}", 0, code)
            told += cited
        # What ends with a day is told by its last day here, and by the first day behind it there.
        for day in re.findall(r"\d{4}-\d{2}-\d{2}", body):
            checks.that(f"slide {number}: {day}", day in told or next_day(day) in told, told)
    template = (DOCS / "slides.html").read_text()
    body = markdown.markdown(text, extensions=["sane_lists"])
    shown = WORK / "show.html"
    shown.write_text(template.replace("$body$", body))
    for picture in DOCS.glob("*.png"):
        (WORK / picture.name).write_bytes(picture.read_bytes())
        checks.that(f"{picture.name}: {picture.stat().st_size} octets", picture.stat().st_size < 60_000)
    page = browser.page(*PROJECTOR)
    for number in range(1, len(parts) + 1):
        page.goto("about:blank")
        page.goto(f"file://{shown}#{number}")
        inner = page.evaluate("(({scrollWidth, scrollHeight}) => [scrollWidth, scrollHeight])"
                              "(document.querySelector('section.now'))")
        checks.that(f"slide {number} fits a projector", inner[0] <= 1280 and inner[1] <= 720, inner)
        checks.that(f"slide {number} has its pictures", page.evaluate(
            "[...document.images].every(image => image.complete && image.naturalWidth > 0)"))
        if SHOTS:
            page.screenshot(path=f"{SHOTS}/slide-{number:02}.png")
    page.keyboard.press("n")
    checks.has("N shows the notes", "Ctrl-C", page.locator("#notes").inner_text())
    page.context.close()


def paper(browser):
    body = markdown.markdown((DOCS / "worksheet.md").read_text(), extensions=["tables", "sane_lists"])
    style = ("@page { size: A4; margin: 14mm } body { font: 10.5pt/1.45 sans-serif } h1 { font-size: 15pt; margin: 0 }"
             "h2 { font-size: 12pt } table { border-collapse: collapse; width: 100% }"
             "td, th { border: 1px solid; padding: 5px; height: 1.5em }")
    file = WORK / "worksheet.html"
    file.write_text(f"<!doctype html><meta charset=utf-8><style>{style}</style>{body}")
    page = browser.page()
    page.goto(f"file://{file}")
    pdf = page.pdf(prefer_css_page_size=True, path=f"{SHOTS}/worksheet.pdf" if SHOTS else None)
    checks.same("pages of the worksheet", 2, len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf)))
    page.context.close()


def the_class(browser):
    ways = [Way(urlsplit(BASE).port, f"127.0.0.{number}") for number in range(2, 8)]
    for way in ways:
        way.start()
    phones = [browser.page(*PHONE, base=f"http://127.0.0.1:{way.port}") for way in ways]
    teacher = browser.page(*PROJECTOR)
    show(teacher, f"#token={TOKEN}")
    teacher.wait_for_selector("text=For the teacher")
    for phone in phones:
        show(phone, "#class")
    six_countries(phones)
    evidence(phones)
    time_travel(teacher, phones[0])
    quiz(phones[1])
    for phone in phones:
        phone.context.close()
    one_address(browser, ways)
    who_reads_what(ways)
    phone = browser.page(*PHONE, base=f"http://127.0.0.1:{ways[2].port}")
    start_again(teacher, phone)
    for page in (phone, teacher):
        page.context.close()


with sync_playwright() as playwright:
    chromium = Browser(playwright, BASE)
    for part in (the_class, bookmarks, slides, paper):
        print(part.__name__)
        try:
            part(chromium)
        except Exception as error:  # a part that cannot go on must not hide the others
            checks.that(f"{part.__name__} goes through", False, str(error)[:600])
    checks.same("what the browser complained about", [], chromium.complaints)
    chromium.chromium.close()
print(f"teaching: {checks.passed} passed, {checks.failed} failed")
sys.exit(1 if checks.failed else 0)
