"use strict";
(() => {
  const STEP = 100;
  const said = document.getElementById("said");
  const node = (tag, attributes = {}, ...children) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children);
    return made;
  };
  const lines = (text) => text.split("\n");

  // Blocks, as the template writes them.
  const label = (text) => (text ? [node("b", { class: "label" }, text), " "] : []);
  const change = (text, name) => {
    const kinds = { "+": "added", "-": "gone", "@": "hunk" };
    const kind = (line) => (/^(--- a|\+\+\+ b)\//.test(line) ? "hunk" : kinds[line[0]]);
    const spans = lines(text).map((line) => node("span", kind(line) ? { class: kind(line) } : {}, line + "\n"));
    return node("pre", { class: "diff", tabindex: 0, role: "group", "aria-label": name || "The change" }, ...spans);
  };
  const blocks = {
    text: (text, name) => [node("p", {}, ...label(name), text)],
    list: (text, name) => [
      ...(name ? [node("p", {}, ...label(name))] : []),
      node("ul", {}, ...lines(text).map((line) => node("li", {}, line))),
    ],
    diff: (text, name) => [change(text, name)],
    prose: (text, name) => [...(name ? [node("p", {}, ...label(name))] : []), node("pre", { class: "prose" }, text)],
    copy: (text, name) => [
      node("div", { class: "copy" }, node("b", { class: "label" }, name), node("code", {}, text),
        node("button", { type: "button", "data-copy": "" }, "Copy")),
    ],
    code: (text, name) => [node("pre", { tabindex: 0, role: "group", "aria-label": name || "The lines" }, text)],
  };

  const tell = (text) => { said.textContent = text; };
  const count = (number) => number.toLocaleString("en-US");

  const bring = (place) => {
    const source = place.querySelector("script.data");
    if (!source) return;
    const { columns, tones, texts, rows } = JSON.parse(source.textContent);
    const text = (cell) => (Array.isArray(cell) ? texts[cell[0]] : cell);
    const all = rows.map(([cells, held], at) => ({ at, cells: cells.map(text), held, words: null, open: false }));
    const body = place.querySelector("tbody");
    const state = { words: [], marks: new Map(), by: -1, down: false, shown: STEP, found: all };

    const words = (row) => {
      row.words ??= [...row.cells, ...row.held.map((block) => texts[block[1]])].join("\n").toLowerCase();
      return row.words;
    };
    const matches = (row) =>
      state.words.every((word) => words(row).includes(word)) &&
      [...state.marks].every(([column, mark]) => !mark || row.cells[column] === mark);
    const order = new Intl.Collator("en", { numeric: true }).compare;
    const compare = (one, other) => {
      const a = one.cells[state.by], b = other.cells[state.by];
      const found = typeof a === "number" ? a - b : order(a, b);
      return (state.down ? -found : found) || one.at - other.at;
    };

    const cell = (row, column, value) => {
      const kind = column.kind;
      const inner = kind === "mark" ? node("span", { class: `mark ${tones[value] || "plain"}` }, value)
        : kind === "number" ? count(value) : value;
      const first = column === columns[0];
      const labeled = { class: kind, "data-label": column.label };
      const made = first ? node("th", { scope: "row", role: "rowheader", ...labeled }) : node("td", { role: "cell", ...labeled });
      if (first && row.held.length) {
        const button = node("button", { type: "button", class: "open", "aria-expanded": row.open }, value);
        button.addEventListener("click", () => toggle(row, button));
        made.append(button);
      } else made.append(inner);
      return made;
    };
    const detail = (row) => {
      const held = row.held.flatMap(([kind, value, name]) => (blocks[texts[kind]] || blocks.code)(texts[value], texts[name]));
      return node("tr", { class: "detail", role: "row" }, node("td", { role: "cell", colspan: columns.length }, ...held));
    };
    const toggle = (row, button) => {
      row.open = !row.open;
      button.setAttribute("aria-expanded", row.open);
      const own = button.closest("tr");
      if (row.open) own.after(detail(row));
      else own.nextElementSibling.remove();
    };
    const draw = () => {
      const made = document.createDocumentFragment();
      for (const row of state.found.slice(0, state.shown)) {
        const kind = row.held.length ? "row opens" : "row";
        made.append(node("tr", { class: kind, role: "row" }, ...columns.map((column, at) => cell(row, column, row.cells[at]))));
        if (row.open) made.append(detail(row));
      }
      body.replaceChildren(made);
      const left = state.found.length - state.shown;
      more.hidden = left <= 0;
      more.firstChild.textContent = `Show ${count(Math.min(STEP, Math.max(left, 0)))} more`;
      total.textContent = state.found.length === all.length ? count(all.length) : `${count(state.found.length)} of ${count(all.length)}`;
    };
    const update = (quiet) => {
      state.found = all.filter(matches);
      if (state.by >= 0) state.found.sort(compare);
      state.shown = STEP;
      draw();
      if (!quiet) tell(`${count(state.found.length)} of ${count(all.length)} rows`);
    };

    // A click anywhere in a row is one on its button, but for a text that is being selected.
    body.addEventListener("click", (event) => {
      const row = event.target.closest("tr.opens");
      if (row && !event.target.closest("button, a") && !String(getSelection())) row.querySelector("button.open").click();
    });

    const total = place.querySelector(".count");
    const more = node("p", { class: "more" }, node("button", { type: "button" }, "Show more"));
    more.firstChild.addEventListener("click", () => {
      const before = state.shown;
      state.shown += STEP;
      draw();
      body.querySelectorAll("tr.row")[before]?.querySelector("button")?.focus();
    });
    place.querySelector(".scroll").after(more);
    place.querySelector(".rest")?.remove();

    if (all.length > 5) {
      const tools = node("div", { class: "tools" });
      const field = (name, control, at) => {
        control.id = `${place.id}-${at}`;
        return node("span", { class: "field" }, node("label", { for: control.id }, name), control);
      };
      const search = node("input", { type: "search", autocomplete: "off" });
      search.addEventListener("input", () => {
        state.words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
        update();
      });
      tools.append(field("Find", search, "find"));
      columns.forEach((column, at) => {
        if (column.kind !== "mark") return;
        const found = new Map();
        for (const row of all) found.set(row.cells[at], (found.get(row.cells[at]) || 0) + 1);
        if (found.size < 2) return;
        const options = [...found].map(([mark, number]) => node("option", { value: mark }, `${mark} (${count(number)})`));
        const select = node("select", {}, node("option", { value: "" }, "all"), ...options);
        select.addEventListener("change", () => { state.marks.set(at, select.value); update(); });
        tools.append(field(column.label, select, at));
      });
      place.querySelector(".scroll").before(tools);
    }

    const heads = [...place.querySelectorAll("thead th")];
    heads.forEach((head, at) => {
      const button = node("button", { type: "button" }, head.textContent);
      button.addEventListener("click", () => {
        const number = columns[at].kind === "number";
        state.down = state.by === at ? !state.down : number;
        state.by = at;
        for (const one of heads) one.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", state.down ? "descending" : "ascending");
        update(true);
        tell(`Sorted by ${columns[at].label}, ${state.down ? "descending" : "ascending"}`);
      });
      head.replaceChildren(button);
    });
    if (all.length === 1 && all[0].held.length) all[0].open = true;
    draw();
  };
  // The rows that stand in the file are painted first; then the tables come to life, with a break for the reader's
  // clicks after every twentieth of a second.
  const places = [...document.querySelectorAll(".table")];
  const next = () => {
    const pause = performance.now() + 50;
    while (places.length && performance.now() < pause) bring(places.shift());
    if (places.length) {
      setTimeout(next);
      return;
    }
    document.documentElement.dataset.ready = "";
    performance.mark("ready");
  };
  requestAnimationFrame(() => setTimeout(next));

  const copied = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      const field = node("textarea", { readonly: "", class: "out" });
      field.value = text;
      document.body.append(field);
      field.select();
      const done = document.execCommand("copy");
      field.remove();
      return done;
    }
  };
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const shown = button.parentElement.querySelector("code").textContent;
    const typed = /^[^`]*`([^`]+)`$/.exec(shown);  // a step that ends with what is to be typed
    const done = await copied(typed ? typed[1] : shown);
    button.textContent = done ? "Copied" : "Not copied";
    button.focus();
    tell(done ? "Copied" : "The browser does not let the page copy; select the text");
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });

  const theme = document.getElementById("theme");
  const dark = () => (document.documentElement.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  const name = () => { theme.textContent = dark() ? "Light" : "Dark"; };
  theme.hidden = false;
  theme.addEventListener("click", () => {
    document.documentElement.dataset.theme = dark() ? "light" : "dark";
    name();
  });
  name();
})();
