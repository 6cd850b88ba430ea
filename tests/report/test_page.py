"""The report in a real browser."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from simulator.replay.result import Result
from simulator.report.drawing import drawing
from simulator.report.new_york import clock, wall_ms
from simulator.report.page import page, write_report
from tests.report import samples
from tests.report.browser import chart, chromium, colours, complaints, drawn, opened, requests

ENTRIES = "chart.data.filter(trace => trace.name === 'entries').map(trace => trace.x.length)"
DRAWN_ENTRIES = "[...chart.querySelectorAll('.scatterlayer .trace')].filter(g => g.__data__[0].trace.name === 'entries').map(g => g.querySelectorAll('path.point').length)"
COLOURS = 30


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    with chromium(tmp_path_factory.mktemp("chromium")) as started:
        yield started


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Result]]:
    path, results = tmp_path_factory.mktemp("a report") / "día #1 50 %.html", samples.three()
    write_report(path, samples.tape(), results)
    return path, results


def ms(text: str) -> float:
    """Plotly's date of a wall clock."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000


def test_a_day_of_two_million_events_is_under_ten_megabytes(report: tuple[Path, list[Result]]) -> None:
    assert report[0].stat().st_size < 10_000_000


def shown_ms(browser: webdriver.Chrome) -> float:
    low, high = (ms(text) for text in chart(browser, "chart._fullLayout.xaxis.range"))
    return high - low


@pytest.mark.browser
def test_it_opens_without_a_complaint_or_a_request(
    browser: webdriver.Chrome, report: tuple[Path, list[Result]]
) -> None:
    opened(browser, report[0], "legacy")
    assert complaints(browser) == []
    asked = requests(browser)
    assert [url for url in asked if not url.startswith(("data:", "blob:", "chrome:", "chrome-untrusted:"))] == [
        report[0].as_uri()
    ]


@pytest.mark.browser
def test_every_tab_has_as_many_entry_markers_as_round_trips(
    browser: webdriver.Chrome, report: tuple[Path, list[Result]]
) -> None:
    opened(browser, report[0], "legacy")
    for tab, result in zip(browser.find_elements(By.CSS_SELECTOR, "#tabs button"), report[1], strict=True):
        tab.click()
        drawn(browser, result.profile.name)
        count = len(result.round_trips)
        assert chart(browser, ENTRIES) == [count]
        assert chart(browser, DRAWN_ENTRIES) == [count]
        assert len(browser.find_elements(By.CSS_SELECTOR, "#trips tbody tr")) == count
        symbols = chart(browser, "chart.data.find(trace => trace.name === 'entries').marker.symbol")
        assert symbols == [f"triangle-{'up' if trip.side == 'long' else 'down'}" for trip in result.round_trips]
    assert complaints(browser) == []


@pytest.mark.browser
def test_the_axes_hold_the_data(browser: webdriver.Chrome, report: tuple[Path, list[Result]]) -> None:
    path, results = report
    opened(browser, path, "legacy")
    curves = results[0].curves
    assert curves is not None
    low, high = (ms(text) for text in chart(browser, "chart._fullLayout.xaxis.range"))
    times = wall_ms(curves.lines["ts_ns"])
    assert low <= times[0] < times[-1] <= high
    assert high - low < 1.1 * 23 * 3_600_000
    price = chart(browser, "chart._fullLayout.yaxis.range")
    assert price[0] <= curves.lines["low_ticks"].min() / 4
    assert curves.lines["high_ticks"].max() / 4 <= price[1]
    score = chart(browser, "chart._fullLayout.yaxis2.range")
    assert score[0] <= curves.lines["score_low"].min()
    assert curves.lines["score_high"].max() <= score[1]
    assert set(chart(browser, "Object.keys(chart._fullLayout).filter(key => /^xaxis/.test(key))")) == {"xaxis"}


@pytest.mark.browser
def test_zooming_in_time_fits_the_price_and_back(browser: webdriver.Chrome, report: tuple[Path, list[Result]]) -> None:
    opened(browser, report[0], "legacy")
    whole = chart(browser, "chart._fullLayout.yaxis.range")
    zoom = "const done = arguments[arguments.length - 1]; const chart = document.getElementById('chart');"
    wait = "setTimeout(() => done(chart._fullLayout.yaxis.range), 1000);"
    inside = browser.execute_async_script(
        f"{zoom} Plotly.relayout(chart, {{'xaxis.range': ['2024-03-08 10:00', '2024-03-08 10:30']}}); {wait}"
    )
    assert whole[0] < inside[0] < inside[1] < whole[1]
    again = browser.execute_async_script(f"{zoom} Plotly.relayout(chart, {{'xaxis.autorange': true}}); {wait}")
    assert again == pytest.approx(whole)
    assert complaints(browser) == []


@pytest.mark.browser
def test_a_zoom_by_hand_outlives_a_change_of_profile(
    browser: webdriver.Chrome, report: tuple[Path, list[Result]]
) -> None:
    opened(browser, report[0], "legacy")
    area = browser.find_element(By.CSS_SELECTOR, "#chart .nsewdrag")
    browser.execute_script("arguments[0].scrollIntoView()", area)
    ActionChains(browser).move_to_element(area).click_and_hold().move_by_offset(300, 0).release().perform()
    whole = 23 * 3_600_000
    WebDriverWait(browser, 10).until(lambda _: shown_ms(browser) < whole / 2)
    zoomed = chart(browser, "chart._fullLayout.xaxis.range")
    browser.find_elements(By.CSS_SELECTOR, "#tabs button")[2].click()
    drawn(browser, "final")
    assert chart(browser, "chart._fullLayout.xaxis.range") == zoomed
    assert complaints(browser) == []


@pytest.mark.browser
def test_a_picture_of_it_is_not_blank(browser: webdriver.Chrome, report: tuple[Path, list[Result]]) -> None:
    opened(browser, report[0], "legacy")
    plot = browser.find_element(By.CSS_SELECTOR, "#chart .plot-container")
    assert plot.size["width"] > 1000
    assert plot.size["height"] > 700
    assert colours(browser, plot.screenshot_as_base64) > COLOURS


@pytest.mark.browser
def test_a_heading_sorts_the_table(browser: webdriver.Chrome, report: tuple[Path, list[Result]]) -> None:
    opened(browser, report[0], "legacy")
    browser.execute_script("document.querySelectorAll('#trips th button')[9].click()")
    shown = [float(cell.text) for cell in browser.find_elements(By.CSS_SELECTOR, "#trips tbody td:nth-child(10)")]
    assert shown == sorted(trip.net_cents / 100 for trip in report[1][0].round_trips)


@pytest.mark.browser
@pytest.mark.parametrize("curves", [False, True])
def test_no_result_is_said_plainly(browser: webdriver.Chrome, tmp_path: Path, curves: bool) -> None:
    result = samples.empty()
    result.curves = samples.curves(3000) if curves else None
    write_report(tmp_path / "r.html", samples.tape(first_ts_ns=None, last_ts_ns=None, complete=False), [result])
    opened(browser, tmp_path / "r.html", "final")
    notice = browser.find_element(By.ID, "notice").text
    assert "No round trip was completed" in notice
    assert "interrupted" in notice
    assert "no promise" in browser.find_element(By.TAG_NAME, "footer").text
    assert browser.find_element(By.ID, "nothing").is_displayed() is not curves
    if curves:
        assert chart(browser, ENTRIES) == [0]
    assert complaints(browser) == []


@pytest.mark.browser
def test_an_open_position_alone_is_another_trace(browser: webdriver.Chrome, tmp_path: Path) -> None:
    result = samples.small()
    result.round_trips, result.curves = [], samples.curves(3000)
    write_report(tmp_path / "r.html", samples.tape(), [result])
    opened(browser, tmp_path / "r.html", "final")
    assert chart(browser, ENTRIES) == [0]
    assert chart(browser, "chart.data.filter(trace => trace.name === 'open entry').length") == 1
    assert "still open" in browser.find_element(By.ID, "notice").text
    assert complaints(browser) == []


@pytest.mark.browser
def test_a_pause_between_sessions_takes_no_room(browser: webdriver.Chrome, tmp_path: Path) -> None:
    """Two stretches of an hour, 65 hours apart: both are drawn, and neither line crosses the pause."""
    result, hour = samples.small(), 3600 * samples.SECOND
    recorder = samples.CurveRecorder()
    for first in (samples.OPEN, samples.OPEN + 65 * hour):
        recorder.add(samples.evaluations(2000, first_ns=first, last_ns=first + hour))
    result.round_trips, result.open_at_end, result.signals, result.curves = [], None, [], recorder.curves()
    write_report(
        tmp_path / "r.html", samples.tape(first_ts_ns=samples.OPEN, last_ts_ns=samples.OPEN + 66 * hour), [result]
    )
    opened(browser, tmp_path / "r.html", "final")
    assert chart(browser, "chart._fullLayout.xaxis.rangebreaks.length") == 1
    assert chart(browser, "chart.data.find(trace => trace.name === 'price').y.filter(y => y === null).length") == 1
    width = chart(browser, "chart._fullLayout.xaxis._length")
    first = chart(browser, f"chart._fullLayout.xaxis.c2p({int(wall_ms([samples.OPEN + hour])[0])})")
    assert 0.4 * width < first < 0.6 * width
    assert complaints(browser) == []


def test_the_axis_leaves_no_fill_out() -> None:
    """A fill half an hour into a pause of an hour: the axis leaves out what lies on both sides."""
    result, hour = samples.small(), 3600 * samples.SECOND
    recorder = samples.CurveRecorder()
    for first in (samples.NINE_THIRTY - 2 * hour, samples.NINE_THIRTY):
        recorder.add(samples.evaluations(500, first_ns=first, last_ns=first + hour))
    result.open_at_end, result.curves = None, recorder.curves()
    result.round_trips = [samples.trip(-1800, 100, held_s=60)]
    made = drawing(samples.tape(), result)
    entry, left = made["trips"]["entry_x"][0], made["trips"]["exit_x"][0]
    assert len(made["gaps"]) == 2
    assert all(not first <= at <= last for first, last in made["gaps"] for at in (entry, left))


def test_a_name_cannot_become_markup() -> None:
    text = page(samples.tape(sources=["</script><script>alert(1)</script>/*LIBRARY*/"]), [samples.empty()])
    assert "alert(1)</script>" not in text
    assert "\\u003c/script>" in text


def test_several_thousand_round_trips_are_cut_short_with_a_note() -> None:
    result = samples.small()
    result.round_trips = [samples.trip(10 * k, 100) for k in range(2500)]
    assert '"left_out":500' in page(samples.tape(), [result])


def test_new_york_s_clock_changes_with_the_season() -> None:
    """10 March 2024, 06:59:59 UTC is 01:59:59 in winter time; a second later it is 03:00."""
    change = int(datetime(2024, 3, 10, 7, tzinfo=UTC).timestamp())
    before, after = wall_ms([(change - 1) * samples.SECOND, change * samples.SECOND]).tolist()
    assert datetime.fromtimestamp(before / 1000, UTC).strftime("%H:%M:%S") == "01:59:59"
    assert datetime.fromtimestamp(after / 1000, UTC).strftime("%H:%M:%S") == "03:00:00"
    assert clock(change * samples.SECOND) == "2024-03-10 03:00:00"
    assert wall_ms([]).tolist() == []
