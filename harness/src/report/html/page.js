"use strict";
(() => {
  const root = document.documentElement;
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const one = (id) => document.getElementById(id);
  root.classList.remove("no-script");
  for (const element of all(".scripted")) element.hidden = false;

  // Theme: as the system has it, or as was chosen. A page from disk may not be allowed to remember.
  const themes = ["automatic", "light", "dark"];
  const remembered = () => {
    try {
      return localStorage.getItem("fullstop-theme");
    } catch {
      return null;
    }
  };
  const paint = (theme) => {
    root.dataset.theme = theme;
    one("theme-name").textContent = theme;
    try {
      localStorage.setItem("fullstop-theme", theme);
    } catch {
      // Then it is chosen anew next time.
    }
  };
  const nextTheme = () => paint(themes[(themes.indexOf(root.dataset.theme) + 1) % themes.length]);
  paint(themes.includes(remembered()) ? remembered() : "automatic");
  one("theme").addEventListener("click", nextTheme);

  // Filter. A page of lives alone has none.
  const index = JSON.parse(one("index").textContent);
  const elements = new Map(all(".case").map((element) => [element.dataset.case, element]));
  const filter = one("filter");
  const boxes = (name) => all(`input[name="${name}"]`);
  const findings = one("findings");
  const differing = one("differing");
  const pressed = (button) => button !== null && button.getAttribute("aria-pressed") === "true";
  const grave = ["divergent", "vacuous", "error", "tolerated"];

  const apply = () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    const chosen = (name) => new Set(boxes(name).filter((box) => box.checked).map((box) => box.value));
    const verdicts = chosen("verdict");
    const levels = chosen("level");
    let count = 0;
    for (const entry of index.cases) {
      const shown =
        words.every((word) => entry.text.includes(word)) &&
        levels.has(entry.level) &&
        entry.verdicts.some((verdict) => verdicts.has(verdict)) &&
        (!pressed(differing) || entry.differs);
      count += shown;
      elements.get(entry.id).hidden = !shown;
    }
    for (const requirement of all(".requirement")) {
      requirement.hidden = !all(".case", requirement).some((element) => !element.hidden);
    }
    for (const area of all(".area")) {
      area.hidden = !all(".requirement", area).some((element) => !element.hidden);
    }
    const total = index.cases.length;
    one("count").textContent = count === total ? `${total} cases` : `${count} of ${total} cases`;
    one("nothing").hidden = count > 0;
    if (findings) {
      const only = boxes("verdict").every((box) => box.checked === grave.includes(box.value));
      findings.setAttribute("aria-pressed", String(only));
    }
  };
  const onlyFindings = () => {
    const off = pressed(findings);
    for (const box of boxes("verdict")) box.checked = off || grave.includes(box.value);
    apply();
  };
  filter?.addEventListener("input", apply);
  for (const box of [...boxes("verdict"), ...boxes("level")]) box.addEventListener("change", apply);
  if (findings) findings.addEventListener("click", onlyFindings);
  if (differing) {
    differing.addEventListener("click", () => {
      differing.setAttribute("aria-pressed", String(!pressed(differing)));
      apply();
    });
  }
  one("reset")?.addEventListener("click", () => {
    filter.value = "";
    for (const box of [...boxes("verdict"), ...boxes("level")]) box.checked = true;
    if (differing) differing.setAttribute("aria-pressed", "false");
    apply();
  });
  filter?.form.addEventListener("submit", (event) => event.preventDefault());

  // Folding.
  const visible = () => all(".requirement, .case, .finding:not(.fault)").filter((element) => !element.closest("[hidden]"));
  const unfold = one("unfold");
  unfold?.addEventListener("click", () => {
    const folded = visible().some((element) => !element.open);
    for (const element of visible()) element.open = folded;
    unfold.textContent = folded ? "Fold all" : "Unfold all shown";
  });
  const reveal = () => {
    const target = one(decodeURIComponent(location.hash.slice(1)));
    if (target === null) return;
    if (target.closest("[hidden]")) one("reset").click();
    for (let element = target; element !== null; element = element.parentElement) {
      if (element.tagName === "DETAILS") element.open = true;
    }
    target.scrollIntoView({ block: "start" });
    (target.querySelector(":scope > summary") ?? target).focus({ preventScroll: true });
  };
  addEventListener("hashchange", reveal);
  if (location.hash) reveal();

  // Keys.
  const rows = () =>
    all(".requirement > summary, .case > summary, .finding:not(.fault) > summary").filter((summary) => {
      const around = summary.parentElement.parentElement.closest("details");
      return !summary.closest("[hidden]") && (around === null || around.open);
    });
  const step = (by) => {
    const list = rows();
    const at = list.indexOf(document.activeElement);
    const next = list[at === -1 ? (by > 0 ? 0 : list.length - 1) : at + by];
    if (next === undefined) return;
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  };
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const active = document.activeElement;
    if (event.key === "Escape" && filter && active === filter) {
      filter.blur();
      return;
    }
    if (active && (active.tagName === "INPUT" && active.type === "search")) return;
    const onRow = active && active.tagName === "SUMMARY";
    const keys = {
      "/": () => filter?.focus(),
      j: () => step(1),
      k: () => step(-1),
      f: () => findings && onlyFindings(),
      t: nextTheme,
    };
    if (onRow) {
      keys.ArrowDown = keys.j;
      keys.ArrowUp = keys.k;
    }
    const action = keys[event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  });

  // Copying.
  document.addEventListener("click", async (event) => {
    const button = event.target.closest(".copy");
    if (button === null) return;
    const line = button.parentElement.querySelector("code");
    try {
      await navigator.clipboard.writeText(line.textContent);
      button.textContent = "Copied";
    } catch {
      // Then it is at least selected.
      getSelection().selectAllChildren(line);
      button.textContent = "Selected";
    }
    setTimeout(() => (button.textContent = "Copy"), 2000);
  });

  // Printing: what was found is unfolded, the rest is as the reader left it.
  let folded = [];
  let theme = "";
  addEventListener("beforeprint", () => {
    theme = root.dataset.theme;
    root.dataset.theme = "light";
    const bad = new Set(
      index.cases.filter((entry) => entry.verdicts.some((verdict) => grave.includes(verdict))).map((entry) => entry.id),
    );
    for (const element of visible()) {
      const found = all(".case", element).concat(element).some((each) => bad.has(each.dataset.case) && !each.hidden);
      if ((found || element.classList.contains("finding")) && !element.open) {
        element.open = true;
        folded.push(element);
      }
    }
  });
  addEventListener("afterprint", () => {
    root.dataset.theme = theme;
    for (const element of folded) element.open = false;
    folded = [];
  });
})();
