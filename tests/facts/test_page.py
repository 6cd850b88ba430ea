"""The page of tapes' facts: its content, its file, and what a real browser makes of it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By

from simulator.facts.gallery import PICTURES
from simulator.facts.page import facts_page, write_facts_page
from system.domain.errors import InputError
from tests.facts import samples
from tests.report.browser import chromium, colours, complaints, opened, requests

PLOTS = [f"{picture.key}-{segment}" for picture in PICTURES for segment in picture.segments]
TWO = ("es.parquet", "synthetic.parquet")
COLOURS = 20
CHART = """const plot = document.getElementById(arguments[0]), axes = plot._fullLayout;
    const tapes = plot.data.filter(trace => trace.mode !== "lines"), log = axis => axis.type === "log" ? Math.log10 : value => value;
    const seen = (axis, letter) => ({
      range: axis.range, values: tapes.flatMap(trace => trace[letter]).map(value => axis.type === "category" ? axis._categories.indexOf(value) : log(axis)(value)),
    });
    return {
      names: tapes.map(trace => trace.name), colours: tapes.map(trace => trace.marker.color), points: tapes.map(trace => trace.x.length),
      dashes: plot.data.map(trace => trace.line ? trace.line.dash : "bars"), x: seen(axes.xaxis, "x"), y: seen(axes.yaxis, "y"),
      drawn: plot.querySelectorAll("path.point, .point path").length, titles: [axes.xaxis.title.text, axes.yaxis.title.text], ink: axes.font.color,
    };"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    with chromium(tmp_path_factory.mktemp("chromium")) as started:
        yield started


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("two tapes") / "día #1 50 %.html"
    tapes = [samples.facts(TWO[0]), samples.facts(TWO[1], 1.4)]
    write_facts_page(path, tapes, [samples.verdicts(), samples.verdicts(1.4)])
    return path


def contents(*facts: samples.Facts, verdicts: list[samples.Verdict] | None = None) -> Any:
    """What the page's script is given."""
    text = facts_page(facts, [verdicts if verdicts is not None else samples.verdicts()] * len(facts))
    found = re.search(r'<script id="data" type="application/json">(.*?)</script>', text)
    assert found
    return json.loads(found[1])


def part(page: Any, key: str, segment: str) -> Any:
    parts = next(picture["parts"] for picture in page["pictures"] if picture["key"] == key)
    return next(found for found in parts if found["segment"] == segment)


def cells(page: Any, label: str) -> Any:
    return next(row["groups"] for table in page["tables"] for row in table["rows"] if row["label"] == label)


def test_the_header_counts_each_tape() -> None:
    page = contents(samples.facts("a.parquet"), samples.facts("b.parquet"))
    assert [tape["name"] for tape in page["tapes"]] == ["a.parquet", "b.parquet"]
    assert page["tapes"][0]["counts"] == ["1 session", "1,234,567 events", "98,765 prints", "345,678 contracts"]
    assert page["tapes"][0]["inside"] == "12 of 15 inside their bands"


def test_a_figure_is_inside_or_outside_its_band_in_words_and_in_colour() -> None:
    page = contents(samples.facts())
    rth, overnight = cells(page, "spread of 1 tick, by time")
    assert rth == ["0.985 to 1", ["0.992", "inside", "gain"]]
    assert overnight == ["0.985 to 1", ["0.9523", "outside", "loss"]]
    assert cells(page, "mid return excess kurtosis, 5 min")[0] == ["-0.5 to 6", ["", "too little data", ""]]
    assert cells(page, "prints per hour")[0] == ["", ["21,402", "", ""]]
    assert [table["banded"] for table in page["tables"]] == [True, False, True]


def test_a_figure_with_a_band_that_was_not_judged_had_too_little_data() -> None:
    page = contents(samples.facts(), verdicts=[samples.Verdict("k", "few", "", "rth", 0.5, 0.0, 1.0)])
    assert cells(page, "few") == [["0 to 1", ["0.5", "too little data", ""]], ["", ["", "", ""]]]
    assert page["tapes"][0]["inside"] == "nothing to judge"


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.key)
def test_every_picture_has_titles_and_one_sentence_on_real_es(picture: Any) -> None:
    assert picture.title
    assert picture.x.title
    assert picture.y.title
    assert picture.caption.endswith(".")
    assert not re.search(r"\. [A-Z]", picture.caption)


def test_a_missing_segment_or_curve_is_no_error() -> None:
    thin = samples.facts("thin.parquet")
    del (
        thin.curves["overnight"],
        thin.curves["day"],
        thin.curves["rth"]["returns"]["5 min"],
        thin.curves["rth"]["impact"],
    )
    page = contents(thin)
    for key, segment in (("volume", "day"), ("spread", "overnight"), ("returns-5-min", "rth"), ("impact", "rth")):
        assert part(page, key, segment) == {"segment": segment, "series": [], "missing": [0], "notes": []}
    assert part(page, "returns-1-min", "rth")["missing"] == []
    nothing = contents(samples.Facts("empty.parquet", {}, {"events": 0}), verdicts=[])
    assert not any(found["series"] for picture in nothing["pictures"] for found in picture["parts"])


def test_a_tape_without_a_curve_is_named_beside_those_that_have_it() -> None:
    thin = samples.facts("thin.parquet")
    del thin.curves["overnight"]
    found = part(contents(samples.facts(), thin), "impact", "overnight")
    assert [series["tape"] for series in found["series"]] == [0]
    assert found["missing"] == [1]


def test_shares_are_in_percent_and_what_an_axis_of_logarithms_cannot_show_is_left_out() -> None:
    page = contents(samples.facts())
    spread = part(page, "spread", "rth")["series"][0]
    assert spread["x"] == [1, 2, 3]
    assert spread["y"] == pytest.approx([99.192, 0.8, 0.008])
    true, rule = part(page, "sign-acf", "rth")["series"]
    assert (true["words"], true["dash"], true["x"][-1]) == ("true side", "solid", 500)
    assert (rule["words"], rule["dash"], rule["x"][-1]) == ("tick rule", "dash", 1000)
    assert part(page, "impact", "rth")["series"][0]["x"][:2] == [0.0003, 0.001]


def test_numbers_of_numpy_and_those_that_are_none_at_all_are_taken() -> None:
    tape = samples.facts()
    tape.curves["rth"]["signature"] = {
        "seconds": np.array([0.1, 1, 10, 60]),
        "ticks_per_sqrt_s": np.array([0.5, np.nan, np.inf, 0.4], np.float32),
    }
    tape.curves["rth"]["next_up"]["share"][0] = None
    page = contents(tape)
    assert part(page, "signature", "rth")["series"][0]["x"] == [0.1, 60]
    assert part(page, "next-up", "rth")["series"][1]["x"] == [-0.4, 0, 0.4, 0.8]


def test_a_day_begins_in_the_evening_whatever_hours_a_tape_has() -> None:
    short, long = samples.facts(), samples.facts()
    short.curves["day"] = {"half_hours": ["09:30", "10:00"], "volume_share": [0.5, 0.5]}
    hours = contents(short, long)["half_hours"]
    assert (hours[0], hours[-1], len(hours)) == ("18:00", "16:30", 46)


def test_a_name_cannot_become_markup() -> None:
    text = facts_page([samples.facts("</script><script>alert(1)</script>/*LIBRARY*/")], [samples.verdicts()])
    assert "alert(1)</script>" not in text
    assert "\\u003c/script>" in text


def test_the_file_is_small_and_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "facts.html"
    path.write_text("before", encoding="utf-8")
    write_facts_page(path, [samples.facts()], [samples.verdicts()])
    assert path.stat().st_size < 6_000_000
    assert list(tmp_path.iterdir()) == [path]
    for wrong in (tmp_path, tmp_path / "no folder" / "facts.html"):
        with pytest.raises(InputError, match=re.escape(str(wrong))):
            write_facts_page(wrong, [samples.facts()], [samples.verdicts()])


def inside(seen: dict[str, list[float]]) -> bool:
    low, high = sorted(seen["range"])
    return low <= min(seen["values"]) and max(seen["values"]) <= high


@pytest.mark.browser
def test_it_opens_without_a_complaint_or_a_request(browser: webdriver.Chrome, two: Path) -> None:
    opened(browser, two, "facts")
    assert complaints(browser) == []
    asked = requests(browser)
    assert [url for url in asked if not url.startswith(("data:", "blob:", "chrome:", "chrome-untrusted:"))] == [
        two.as_uri()
    ]


@pytest.mark.browser
def test_every_picture_draws_every_tape_in_its_colour_within_its_axes(browser: webdriver.Chrome, two: Path) -> None:
    opened(browser, two, "facts")
    for plot in PLOTS:
        chart = browser.execute_script(CHART, plot)
        names = [name.split(", ")[0] for name in chart["names"]]
        assert set(names) == set(TWO), plot
        assert len(set(zip(names, chart["colours"], strict=True))) == 2, plot
        assert inside(chart["x"]), plot
        assert inside(chart["y"]), plot
        assert chart["drawn"] == sum(chart["points"]), plot
        assert all(chart["titles"]), plot
    assert browser.execute_script(CHART, "sign-acf-rth")["dashes"] == ["solid", "dash"] * 2
    assert browser.execute_script(CHART, "returns-1-min-overnight")["dashes"] == ["dash", "solid", "solid"]


@pytest.mark.browser
def test_both_halves_of_a_picture_have_the_same_axes(browser: webdriver.Chrome, two: Path) -> None:
    opened(browser, two, "facts")
    for picture in PICTURES:
        ranges = [
            [browser.execute_script(CHART, f"{picture.key}-{segment}")[letter]["range"] for letter in "xy"]
            for segment in picture.segments
        ]
        assert all(found == ranges[0] for found in ranges), picture.key


@pytest.mark.browser
def test_the_table_has_a_row_for_every_fact(browser: webdriver.Chrome, two: Path) -> None:
    opened(browser, two, "facts")
    rows = browser.find_elements(By.CSS_SELECTOR, "#tables tbody tr")
    assert len(rows) == len({verdict.key for verdict in samples.verdicts()})
    first = [cell.text for cell in rows[0].find_elements(By.TAG_NAME, "td")]
    assert first[1:4] == ["0.985 to 1", "0.992inside", "0.9888inside"]
    outside = browser.find_elements(By.CSS_SELECTOR, "#tables td.loss")
    assert {cell.find_element(By.CLASS_NAME, "verdict").text for cell in outside} == {"outside"}


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_picture_is_blank_by_day_or_by_night(browser: webdriver.Chrome, two: Path, scheme: str) -> None:
    feature = {"name": "prefers-color-scheme", "value": scheme}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
    opened(browser, two, "facts")
    for plot in PLOTS:
        place = browser.find_element(By.ID, plot)
        assert place.size["width"] > 500
        assert colours(browser, place.screenshot_as_base64) > COLOURS, plot
    ink = browser.execute_script(CHART, PLOTS[0])["ink"]
    ground = browser.execute_script("return getComputedStyle(document.querySelector('.panel')).backgroundColor")
    dark = [int(ink[1:3], 16), int(re.findall(r"\d+", ground)[0])]
    assert dark == sorted(dark, reverse=scheme == "dark")
    assert abs(dark[0] - dark[1]) > 150
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    assert complaints(browser) == []


@pytest.mark.browser
def test_a_picture_without_data_says_so(browser: webdriver.Chrome, tmp_path: Path) -> None:
    thin = samples.facts("thin.parquet")
    del thin.curves["overnight"], thin.curves["rth"]["abs_return_acf"]
    write_facts_page(tmp_path / "f.html", [thin], [samples.verdicts()])
    opened(browser, tmp_path / "f.html", "facts")
    for plot in PLOTS:
        missing = plot.endswith("-overnight") or plot == "abs-return-acf-rth"
        assert (browser.find_element(By.ID, plot).text == "too little data") is missing, plot
    assert complaints(browser) == []
