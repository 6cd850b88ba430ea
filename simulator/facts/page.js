"use strict";
(() => {
  const page = JSON.parse(document.getElementById("data").textContent);
  const $ = (id) => document.getElementById(id);
  const COLOURS = ["#2f74e0", "#e0761a", "#1f9d6b", "#b455c9", "#c0392b", "#0fa3b1", "#b08900", "#8a6d5a"]; // fit for light and dark
  const DASHES = { solid: "", dash: "5 3" };
  const CONFIG = { responsive: true, displaylogo: false, displayModeBar: false };
  const tapeColour = (tape) => COLOURS[tape % COLOURS.length];
  const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  function element(name, text, className) {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    if (className) made.className = className;
    return made;
  }

  // A short piece of line, and what it stands for.
  function key(colour, dash, words) {
    const svg = "http://www.w3.org/2000/svg", made = element("span", undefined, "key");
    const picture = document.createElementNS(svg, "svg"), line = document.createElementNS(svg, "line");
    for (const [name, value] of Object.entries({ width: 26, height: 8 })) picture.setAttribute(name, value);
    for (const [name, value] of Object.entries({ x1: 0, x2: 26, y1: 4, y2: 4, "stroke-width": 3, "stroke-dasharray": DASHES[dash] })) line.setAttribute(name, value);
    line.style.stroke = colour;
    picture.append(line);
    made.append(picture, element("span", words));
    return made;
  }

  const tapeKey = (tape, words) => key(tapeColour(tape), "solid", words === undefined ? page.tapes[tape].name : words);

  function tapes() {
    const names = page.tapes.map((tape) => tape.name);
    document.title = `Battle Navale: facts of ${names.join(", ")}`;
    $("title").textContent = names.length > 1 ? `Facts of ${names.length} tapes` : "Facts of a tape";
    $("tapes").append(...page.tapes.map((tape, at) => {
      const card = element("div", undefined, "card"), name = element("div", undefined, "name");
      name.append(tapeKey(at));
      card.append(name, element("div", tape.inside, `value ${tape.tone}`), element("div", tape.counts.join(" \u00b7 "), "more"));
      return card;
    }));
  }

  function heading(table) {
    const top = element("thead"), groups = element("tr"), columns = element("tr");
    groups.append(element("th", "", "word"));
    columns.append(element("th", "fact", "word"));
    for (const segment of table.segments) {
      const group = element("th", page.segments[segment], "group first");
      group.colSpan = (table.banded ? 1 : 0) + page.tapes.length;
      groups.append(group);
      if (table.banded) columns.append(element("th", "band", "first"));
      page.tapes.forEach((tape, at) => {
        const cell = element("th", undefined, table.banded || at ? "" : "first");
        cell.append(tapeKey(at));
        columns.append(cell);
      });
    }
    top.append(groups, columns);
    return top;
  }

  function row(table, fact) {
    const made = element("tr"), name = element("td", fact.label, "word");
    if (fact.unit) name.append(element("span", fact.unit, "unit"));
    made.append(name);
    for (const [band, ...cells] of fact.groups) {
      if (table.banded) made.append(element("td", band, "band first"));
      cells.forEach(([figure, words, tone], at) => {
        const cell = element("td", figure, `${tone} ${table.banded || at ? "" : "first"}`);
        if (table.banded || !figure) cell.append(element("span", words, tone ? "verdict" : "verdict soft"));
        made.append(cell);
      });
    }
    return made;
  }

  function tables() {
    const without = element("details");
    without.append(element("summary", "Figures without a band"));
    for (const table of page.tables) {
      const made = element("table", undefined, table.segments.length > 1 ? "" : "short"), body = element("tbody"), scroll = element("div", undefined, "scroll");
      body.append(...table.rows.map((fact) => row(table, fact)));
      made.append(heading(table), body);
      scroll.append(made);
      (table.banded ? $("tables") : without).append(scroll);
    }
    if (without.children.length > 1) $("tables").append(without);
  }

  // From, to: all values of both parts, so that the two can be compared; in powers of ten where log.
  function span(picture, letter) {
    const axis = picture[letter], bars = picture.parts.some((part) => part.series.some((one) => one.bars));
    let values = picture.parts.flatMap((part) => part.series.filter((one) => one.tape !== null).flatMap((one) => one[letter]));
    if (!values.length || typeof values[0] === "string") return undefined;
    if (axis.zero) values.push(axis.log ? 100 : 0); // a logarithmic axis with this is one of percent
    if (axis.log) values = values.map(Math.log10);
    const least = values.reduce((a, b) => Math.min(a, b)), most = values.reduce((a, b) => Math.max(a, b));
    if (bars && letter === "x") return [least - 0.6, most + 0.6];
    if (bars && axis.log) return [Math.floor(least - 0.3), most + 0.25];
    const room = (most - least || 1) * 0.05;
    return [axis.zero && !axis.log && least === 0 ? 0 : least - room, most + (axis.zero && axis.log && letter === "y" ? 0 : room)];
  }

  function traces(picture, part) {
    const few = page.tapes.length < 3, alone = page.tapes.length === 1;
    return part.series.map((one) => {
      const reference = one.tape === null, colour = reference ? style("--mute") : tapeColour(one.tape);
      const name = [reference ? "" : page.tapes[one.tape].name, one.words].filter(Boolean).join(", ");
      const shared = { name, x: one.x, y: one.y, showlegend: false, hovertemplate: "%{y}" };
      if (one.bars) {
        const text = few && picture.y.log ? one.y.map((y) => `${Number(y.toPrecision(3))} %`) : undefined;
        return { ...shared, type: "bar", marker: { color: colour }, text, textposition: "outside", cliponaxis: false };
      }
      return {
        ...shared, type: "scatter", mode: reference ? "lines" : "lines+markers", connectgaps: true, hoverinfo: reference ? "skip" : undefined,
        line: { color: colour, width: one.tape === 0 && !alone ? 3.2 : 1.8, dash: one.dash }, marker: { color: colour, size: 5 },
      };
    });
  }

  // Labels at 1, 2 and 5 where a few decades are shown, at each decade where there are more.
  function decades([least, most]) {
    if (most - least > 2.5) return { dtick: 1 };
    const tickvals = [];
    for (let power = Math.floor(least); power <= most; power++) tickvals.push(...[1, 2, 5].map((digit) => Number(`${digit}e${power}`)));
    return { tickvals, ticktext: tickvals.map(String) };
  }

  function axis(picture, letter) {
    const { title, log, percent, ticks } = picture[letter], range = span(picture, letter);
    return {
      title: { text: title, standoff: 8 }, type: log ? "log" : undefined, range, gridcolor: style("--grid"),
      zeroline: letter === "y" && !log, zerolinecolor: style("--mute"), linecolor: style("--mute"), automargin: true, ticks: "outside", tickcolor: style("--grid"),
      ...(ticks.length ? { tickvals: ticks.map(([value]) => value), ticktext: ticks.map(([, words]) => words) } : log ? decades(range) : {}),
      ...(percent ? { ticksuffix: " %" } : {}), hoverformat: ".3~g",
    };
  }

  function draw(picture, part, place) {
    const x = axis(picture, "x"), bars = part.series.some((one) => one.bars);
    if (part.segment === "day") Object.assign(x, { type: "category", categoryorder: "array", categoryarray: page.half_hours, range: [-0.6, page.half_hours.length - 0.4], dtick: 2 });
    else if (bars) Object.assign(x, { dtick: 1 });
    return Plotly.react(place, traces(picture, part), {
      margin: { l: 64, r: 14, t: 12, b: 48 }, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", xaxis: x, yaxis: axis(picture, "y"),
      font: { family: 'system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif', size: 12, color: style("--ink") },
      hovermode: "x", hoverlabel: { bgcolor: style("--paper"), bordercolor: style("--mute"), font: { color: style("--ink"), size: 11 }, namelength: 40 }, bargap: 0.25, dragmode: "zoom",
    }, CONFIG);
  }

  function half(picture, part) {
    const made = element("div", undefined, "half"), note = element("div", undefined, "note"), whole = picture.parts.length === 1;
    if (!whole) made.append(element("h3", page.segments[part.segment]));
    const place = element("div", undefined, "plot");
    place.id = `${picture.key}-${part.segment}`;
    if (!part.series.length) {
      place.append(element("p", "too little data", "empty"));
      place.classList.add(picture.parts.some((one) => one.series.length) ? "nothing" : "low");
    }
    note.append(...part.notes.map(([tape, words]) => tapeKey(tape, words)));
    if (part.series.length) note.append(...part.missing.map((tape) => tapeKey(tape, "too little data")));
    made.append(place, note);
    return made;
  }

  function panel(picture) {
    const made = element("section", undefined, "panel"), legend = element("div", undefined, "legend");
    const pair = element("div", undefined, picture.parts.length > 1 ? "pair" : "");
    legend.append(...page.tapes.map((_, tape) => tapeKey(tape)), ...picture.styles.map(([dash, words]) => key("var(--mute)", dash, words)));
    pair.append(...picture.parts.map((part) => half(picture, part)));
    made.append(element("h2", picture.title), legend, pair, element("p", picture.caption, "caption"));
    return made;
  }

  async function drawAll() {
    for (const picture of page.pictures) {
      for (const part of picture.parts) {
        if (part.series.length) await draw(picture, part, $(`${picture.key}-${part.segment}`));
      }
    }
    document.body.dataset.ready = "facts";
  }

  tapes();
  tables();
  $("pictures").append(...page.pictures.map(panel));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
  drawAll();
})();
