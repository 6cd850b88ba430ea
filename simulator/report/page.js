"use strict";
(() => {
  const run = JSON.parse(document.getElementById("data").textContent);
  const $ = (id) => document.getElementById(id);
  const INK = "#16202e", SOFT = "#5b6879", GRID = "#edf0f4", PRICE = "#3b4a5e", VWAP = "#e08a00";
  const GAIN = "#0f8a5f", LOSS = "#c8323a", BLUE = "#2357c5", GREY = "#9aa5b3";
  const EXIT = { target: ["circle", GAIN], stop: ["x", LOSS], opposite: ["diamond", BLUE], flatten: ["square", SOFT] };
  const FONT = { family: 'system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif', size: 12, color: INK };
  const CONFIG = { responsive: true, displaylogo: false, modeBarButtons: [["toImage", "zoom2d", "pan2d", "zoomIn2d", "zoomOut2d", "resetScale2d"]] };
  const money = new Intl.NumberFormat("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const signed = (usd) => (usd > 0 ? "+" : "") + money.format(usd);
  const tone = (usd) => (usd < 0 ? "loss" : usd > 0 ? "gain" : "");
  const plural = (count, noun) => `${count.toLocaleString("en-US")} ${noun}${count === 1 ? "" : "s"}`;

  function element(name, text, className) {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    if (className) made.className = className;
    return made;
  }

  // A band between two lines as closed outlines, one for each stretch without a pause.
  function band(x, low, high) {
    const xs = [], ys = [];
    let first = 0;
    for (let at = 0; at <= x.length; at++) {
      if (at < x.length && low[at] !== null && high[at] !== null) continue;
      for (let k = first; k < at; k++) { xs.push(x[k]); ys.push(high[k]); }
      for (let k = at - 1; k >= first; k--) { xs.push(x[k]); ys.push(low[k]); }
      if (at > first) { xs.push(x[first], null); ys.push(high[first], null); }
      first = at + 1;
    }
    return { x: xs, y: ys, mode: "lines", fill: "toself", line: { width: 0 }, hoverinfo: "skip", connectgaps: false };
  }

  const line = (name, x, y, yaxis, color, more) =>
    ({ type: "scatter", mode: "lines", name, x, y, yaxis, line: { color, width: 1.3, ...more }, connectgaps: false });

  function priceTraces(one) {
    const { lines, trips, open } = one, made = [], crowded = trips.net.length > 300;
    if (lines) {
      made.push({ ...band(lines.x, lines.low, lines.high), name: "low to high", fillcolor: "rgba(59,74,94,.18)", showlegend: false });
      made.push(line("price", lines.x, lines.close, "y", PRICE));
      made.push(line("VWAP", lines.x, lines.vwap, "y", VWAP, { width: 1.8 }));
    }
    for (const [won, color] of [[true, GAIN], [false, LOSS]]) {
      const x = [], y = [];
      trips.net.forEach((net, k) => {
        if ((net > 0) === won) { x.push(trips.entry_x[k], trips.exit_x[k], null); y.push(trips.entry[k], trips.exit[k], null); }
      });
      made.push({ type: "scatter", mode: "lines", x, y, name: won ? "won" : "lost", line: { color, width: crowded ? 1 : 2, dash: "dot" }, hoverinfo: "skip", showlegend: false });
    }
    made.push({
      type: "scatter", mode: "markers", name: "entries", x: trips.entry_x, y: trips.entry, text: trips.side,
      hovertemplate: "%{text} entry at %{y:,.2f}<extra></extra>",
      marker: {
        size: crowded ? 7 : 12, line: { color: "#fff", width: crowded ? 0.4 : 1.2 },
        symbol: trips.side.map((side) => (side === "long" ? "triangle-up" : "triangle-down")),
        color: trips.side.map((side) => (side === "long" ? GAIN : LOSS)),
      },
    });
    for (const [reason, [symbol, color]] of Object.entries(EXIT)) {
      const which = trips.reason.map((_, k) => k).filter((k) => trips.reason[k] === reason);
      if (!which.length) continue;
      made.push({
        type: "scatter", mode: "markers", name: `exit: ${reason}`, x: which.map((k) => trips.exit_x[k]), y: which.map((k) => trips.exit[k]),
        text: which.map((k) => signed(trips.net[k])), hovertemplate: `${reason} at %{y:,.2f}, net %{text} $<extra></extra>`,
        marker: { symbol, color, size: crowded ? 4 : 8, line: { color: "#fff", width: crowded ? 0 : 1 } },
      });
    }
    if (open) {
      made.push({
        type: "scatter", mode: "markers", name: "open entry", x: open.x, y: [open.price], text: [open.words],
        hovertemplate: "still open: %{text}<extra></extra>", marker: { symbol: "star", color: BLUE, size: 14, line: { color: "#fff", width: 1 } },
      });
    }
    return made;
  }

  function scoreTraces(one) {
    const { lines, signals } = one, made = [];
    if (lines) {
      made.push({ ...band(lines.x, lines.score_low, lines.score_high), yaxis: "y2", name: "score, low to high", fillcolor: "rgba(35,87,197,.16)", showlegend: false });
      made.push({ ...line("score", lines.x, lines.score, "y2", BLUE, { width: 1 }), showlegend: false });
      made.push({ ...line("long above", lines.x, lines.long_above, "y2", GAIN, { dash: "dash" }), showlegend: false });
      made.push({ ...line("short below", lines.x, lines.short_below, "y2", LOSS, { dash: "dash" }), showlegend: false });
    }
    for (const [name, long, taken] of [["denied long", true, false], ["denied short", false, false], ["long taken", true, true], ["short taken", false, true]]) {
      const which = signals.x.map((_, k) => k).filter((k) =>
        signals.long[k] === long && ["accepted", "close"].includes(signals.outcome[k]) === taken);
      const color = long ? GAIN : LOSS, symbol = (long ? "triangle-up" : "triangle-down") + (taken ? "" : "-open");
      made.push({
        type: "scatter", mode: "markers", yaxis: "y2", name, showlegend: false, x: which.map((k) => signals.x[k]), y: which.map((k) => signals.score[k]),
        text: which.map((k) => signals.outcome[k]), hovertemplate: `${long ? "long" : "short"} signal, %{text}<extra></extra>`,
        marker: { color, symbol, size: taken ? 9 : 7, opacity: taken ? 1 : .65 },
      });
    }
    return made;
  }

  // Long names would push every panel to the right.
  function twoLines(name) {
    const words = name.split("_");
    return words.length < 2 ? name : `${words.slice(0, -1).join(" ")}<br>${words[words.length - 1]}`;
  }

  function barTraces(one) {
    const { bars } = one, made = [];
    for (const [keep, color] of [[Math.max, "rgba(15,138,95,.5)"], [Math.min, "rgba(200,50,58,.5)"]]) {
      made.push({
        type: "scatter", mode: "lines", yaxis: "y3", showlegend: false, x: bars.x, y: bars.battle.map((value) => (value === null ? null : keep(value, 0))),
        line: { width: 0, shape: "hv" }, fill: "tozeroy", fillcolor: color, hoverinfo: "skip",
      });
    }
    made.push({ ...line("battle", bars.x, bars.battle, "y3", "rgba(0,0,0,0)"), showlegend: false, hovertemplate: "%{y:+.2f}" });
    for (const mark of bars.marks) {
      made.push({
        type: "scatter", mode: "markers", yaxis: "y4", name: mark.name, showlegend: false, x: mark.x, y: mark.x.map(() => twoLines(mark.name)), hoverinfo: "skip", // the axis names it
        marker: { size: 8, symbol: ["triangle-down", "circle", "triangle-up"][mark.direction + 1], color: [LOSS, GREY, GAIN][mark.direction + 1], opacity: .85 },
      });
    }
    return made;
  }

  function equityTraces(one) {
    const { equity } = one;
    return [
      { ...line("drawdown", equity.x, equity.drawdown, "y5", "rgba(200,50,58,.5)", { width: 1, shape: "hv" }), fill: "tozeroy", fillcolor: "rgba(200,50,58,.14)", showlegend: false, hovertemplate: "%{y:,.2f} $" },
      { ...line("net", equity.x, equity.net, "y5", INK, { width: 2, shape: "hv" }), showlegend: false, hovertemplate: "%{y:,.2f} $" },
    ];
  }

  // The panels from the top: height, and the title beside it. A panel with nothing in it takes no room.
  function panels(one) {
    const kinds = new Set(one.bars.marks.map((mark) => mark.name)).size;
    return [
      ["yaxis", 400, "price"], ["yaxis2", 180, "score"], ["yaxis3", one.bars.x.length ? 100 : 0, "battle<br>per bar"],
      ["yaxis4", kinds ? 20 + 32 * kinds : 0, ""], ["yaxis5", 170, "net and<br>drawdown, $"],
    ];
  }

  function span(one) {
    const { lines, equity, trips, signals, bars, open } = one;
    const ends = [equity.x, lines ? lines.x : [], trips.entry_x, trips.exit_x, signals.x, bars.x, open ? open.x : []].filter((x) => x.length);
    const least = Math.min(...ends.map((x) => x[0])), most = Math.max(...ends.map((x) => x[x.length - 1]));
    const room = Math.max((most - least) * 0.01, 1000);
    return [least - room, most + room];
  }

  function layout(one) {
    const shown = panels(one).filter(([, height]) => height), gap = 18;
    const whole = shown.reduce((sum, [, height]) => sum + height + gap, -gap);
    const made = {
      height: whole + 110, margin: { l: 72, r: 18, t: 44, b: 40 }, font: FONT, paper_bgcolor: "#fff", plot_bgcolor: "#fff",
      hovermode: "x unified", hoverdistance: 6, hoversubplots: "axis", hoverlabel: { bgcolor: "rgba(255,255,255,.94)", bordercolor: "#cfd6df", font: { size: 11 } },
      legend: { orientation: "h", x: 0, y: 1, yanchor: "bottom", yref: "paper" }, dragmode: "zoom", uirevision: one.name,
      xaxis: {
        type: "date", range: span(one), uirevision: "time", anchor: shown[shown.length - 1][0].replace("axis", ""), gridcolor: GRID, linecolor: "#cfd6df", showline: true,
        rangebreaks: one.gaps.map((bounds) => ({ bounds: bounds.map((ms) => new Date(ms).toISOString().slice(0, 23).replace("T", " ")) })),
        hoverformat: "%a %d %b %H:%M:%S", showspikes: true, spikemode: "across", spikesnap: "cursor", spikethickness: 1, spikecolor: "#9aa5b3", spikedash: "dot",
      },
    };
    let top = 1;
    for (const [axis, height, title] of shown) {
      const bottom = Math.max(0, top - height / whole);
      made[axis] = { domain: [bottom, top], title: { text: title, standoff: 6 }, gridcolor: GRID, zerolinecolor: "#cfd6df", automargin: false, fixedrange: axis === "yaxis4" };
      top = bottom - gap / whole;
    }
    Object.assign(made.yaxis, { tickformat: ",.2f", uirevision: "time" });
    if (made.yaxis3) Object.assign(made.yaxis3, { range: [-1.05, 1.05], tickvals: [-1, 0, 1], fixedrange: true });
    if (made.yaxis4) Object.assign(made.yaxis4, { type: "category", tickfont: { size: 10 }, automargin: true });
    Object.assign(made.yaxis5, { tickformat: ",.0f", ...(one.equity.net.some((net) => net) ? {} : { range: [-100, 100] }) });
    return made;
  }

  // The range of the prices, VWAP and trades between the chart's ends; nothing if there are none.
  function pricesSeen(one, chart) {
    const [from, to] = chart._fullLayout.xaxis.range.map((text) => Date.parse(text.replace(" ", "T") + (text.length > 10 ? "Z" : "")));
    let low = Infinity, high = -Infinity;
    const see = (times, prices) => times.forEach((time, k) => {
      if (time < from || time > to || prices[k] === null) return;
      low = Math.min(low, prices[k]);
      high = Math.max(high, prices[k]);
    });
    for (const name of ["low", "high", "vwap"]) see(one.lines.x, one.lines[name]);
    see(one.trips.entry_x, one.trips.entry);
    see(one.trips.exit_x, one.trips.exit);
    if (one.open) see(one.open.x, [one.open.price]);
    const room = Math.max((high - low) * 0.06, 0.5);
    return low <= high ? [low - room, high + room] : null;
  }

  let zoomed = false;

  // Zooming in time fits the price to what is seen.
  function fitPrice(one) {
    const chart = $("chart");
    let fitting = false;
    chart.on("plotly_relayout", (change) => {
      if (Object.keys(change).includes("xaxis.autorange") || Object.keys(change).includes("yaxis.autorange")) zoomed = false;
      if (fitting || !one.lines || Object.keys(change).some((key) => key.startsWith("yaxis."))) return;
      if (!Object.keys(change).some((key) => key.startsWith("xaxis."))) return;
      const seen = change["xaxis.autorange"] ? null : pricesSeen(one, chart);
      zoomed = Boolean(seen);
      const update = seen ? { "yaxis.range": seen } : { "yaxis.autorange": true };
      if (change["xaxis.autorange"]) update["xaxis.range"] = span(one);
      fitting = true;
      Plotly.relayout(chart, update).finally(() => { fitting = false; });
    });
  }

  function counts(where, pairs, color, nothing) {
    const place = $(where);
    if (!pairs.length) {
      Plotly.purge(place);
      place.replaceChildren(element("p", nothing, "empty"));
      return null;
    }
    place.querySelector(".empty")?.remove();
    const shown = [...pairs].reverse();
    return Plotly.react(place, [{
      type: "bar", orientation: "h", x: shown.map(([, count]) => count), y: shown.map(([name]) => name.replaceAll("_", " ")),
      text: shown.map(([, count]) => count.toLocaleString("en-US")), textposition: "outside", cliponaxis: false, hoverinfo: "skip",
      marker: { color: shown.map(([name]) => color(name)) },
    }], {
      height: 60 + 30 * shown.length, margin: { l: 10, r: 50, t: 8, b: 28 }, font: FONT, bargap: .35, paper_bgcolor: "#fff", plot_bgcolor: "#fff",
      xaxis: { gridcolor: GRID, fixedrange: true, rangemode: "tozero" }, yaxis: { automargin: true, fixedrange: true, ticksuffix: "  " },
    }, { ...CONFIG, displayModeBar: false });
  }

  const COLUMNS = ["#", "side", "contracts", "entry", "entry price", "exit", "exit price", "reason", "held, s", "net, $", "net so far, $"];
  const WORDS = new Set([1, 3, 5, 7]);

  function tripTable(one) {
    const table = $("trips"), head = element("tr"), body = element("tbody");
    let order = 0, up = true;
    function fill() {
      const rows = [...one.table].sort((a, b) => (a[order] < b[order] ? -1 : a[order] > b[order] ? 1 : a[0] - b[0]) * (up ? 1 : -1));
      body.replaceChildren(...rows.map((row) => {
        const made = element("tr");
        row.forEach((value, k) => {
          const text = k >= 9 ? signed(value) : k === 4 || k === 6 ? money.format(value) : String(value);
          made.append(element("td", text, k >= 9 || k === 1 ? (k === 1 ? `word ${value === "long" ? "gain" : "loss"}` : tone(value)) : WORDS.has(k) ? "word" : ""));
        });
        return made;
      }));
    }
    COLUMNS.forEach((name, k) => {
      const cell = element("th", undefined, WORDS.has(k) ? "word" : ""), button = element("button", name);
      button.onclick = () => { up = order === k ? !up : true; order = k; fill(); };
      cell.append(button);
      head.append(cell);
    });
    fill();
    const top = element("thead");
    top.append(head);
    table.replaceChildren(...(one.table.length ? [top, body] : []));
    $("trips-note").textContent = !one.table.length ? "none on this tape"
      : one.left_out ? `the first ${one.table.length.toLocaleString("en-US")}; ${one.left_out.toLocaleString("en-US")} more are in the blotter (--blotter FILE)`
      : "times in New York; click a heading to sort";
  }

  function comparisonTable() {
    $("comparison-title").textContent = run.profiles.length > 1 ? "Profiles side by side" : "All figures";
    const head = element("tr"), top = element("thead"), body = element("tbody");
    head.append(element("th", "", "word"), ...run.profiles.map((one) => element("th", one.name)));
    top.append(head);
    for (const [label, part, ...values] of run.comparison) {
      const row = element("tr", undefined, part ? "part" : "");
      row.append(element("td", label.replaceAll("_", " "), "word"), ...values.map((value) =>
        element("td", value, label.startsWith("net") ? (value[0] === "-" ? "loss" : value[0] === "+" ? "gain" : "") : "")));
      body.append(row);
    }
    $("comparison").append(top, body);
  }

  function notice(one) {
    const words = [];
    if (run.interrupted) words.push("The replay was interrupted: everything here is up to that point, not the whole tape.");
    if (!one.table.length) words.push(`No round trip was completed in this run${one.open ? `; one position was still open at its end (${one.open.words})` : ""}: there is no result to judge.`);
    else if (one.table.length < 30) words.push(`Only ${plural(one.table.length, "round trip")}: far too few to tell skill from luck.`);
    $("notice").hidden = !words.length;
    $("notice").textContent = words.join(" ");
  }

  async function show(index) {
    const one = run.profiles[index];
    delete document.body.dataset.ready;
    if ($("chart").removeAllListeners) $("chart").removeAllListeners("plotly_relayout");
    [...$("tabs").children].forEach((tab, k) => tab.setAttribute("aria-selected", String(k === index)));
    notice(one);
    $("cards").replaceChildren(...one.cards.map(([name, value, more, className]) => {
      const card = element("div", undefined, "card");
      card.append(element("div", name, "name"), element("div", value, `value ${className}`), element("div", more, "more"));
      return card;
    }));
    $("rules").textContent = one.rules;
    $("hash").textContent = one.hash;
    const drawn = one.lines || one.table.length || one.open;
    $("chart").hidden = !drawn;
    $("caption").hidden = !drawn;
    $("nothing").hidden = Boolean(drawn);
    $("nothing").textContent = "The method was never evaluated on this tape: there is nothing to draw.";
    if (drawn) {
      await Plotly.react("chart", [...priceTraces(one), ...scoreTraces(one), ...barTraces(one), ...equityTraces(one)], layout(one), CONFIG);
      if (zoomed && one.lines) await Plotly.relayout("chart", { "yaxis.range": pricesSeen(one, $("chart")) });
      fitPrice(one);
    }
    await counts("outcomes", one.outcomes, (name) => (name === "accepted" ? GAIN : name === "close" ? BLUE : GREY), "No signal on this tape.");
    await counts("patterns", one.patterns, () => "#7d8fc9", "No pattern fired on this tape.");
    tripTable(one);
    document.body.dataset.ready = one.name;
  }

  document.title = `Battle Navale: ${run.title}`;
  $("title").textContent = run.title;
  $("tape").append(element("p", [run.source, ...run.counts].join(" \u00b7 ")));
  if (run.interrupted) $("tape").append(element("p", run.interrupted, "loss"));
  if (run.profiles.length > 1) {
    run.profiles.forEach((one, index) => {
      const tab = element("button", one.name);
      tab.setAttribute("role", "tab");
      tab.onclick = () => show(index);
      $("tabs").append(tab);
    });
  }
  comparisonTable();
  if (run.profiles.length) show(0);
})();
