"use strict";
(() => {
  const root = document.documentElement;
  const tip = document.getElementById("tip");

  document.getElementById("theme").addEventListener("click", () => {
    const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    const now = root.dataset.theme || (dark ? "dark" : "light");
    root.dataset.theme = now === "dark" ? "light" : "dark";
  });

  const nearest = (points, x) => points.reduce((best, p) => Math.abs(p.x - x) < Math.abs(best.x - x) ? p : best, points[0]);

  const parse = (group) => ({
    group,
    name: group.dataset.name,
    colour: [...group.classList].find((name) => /^c[0-9]$/.test(name)),
    points: group.dataset.points.split(";").filter(Boolean).map((entry) => {
      const [x, y, atX, atY] = entry.split("|");
      return { x: +x, y: +y, atX, atY };
    }),
  });

  const show = (lines, event) => {
    tip.replaceChildren(...lines.map(({ text, colour }) => {
      const row = document.createElement("div");
      row.textContent = text;
      row.className = colour;
      return row;
    }));
    tip.hidden = false;
    const room = innerWidth - tip.offsetWidth - 8;
    tip.style.left = Math.max(8, Math.min(event.clientX + 16, room)) + "px";
    tip.style.top = Math.min(event.clientY + 16, innerHeight - tip.offsetHeight - 8) + "px";
  };

  for (const svg of document.querySelectorAll("svg.chart")) {
    const lines = [...svg.querySelectorAll("g.series")].map(parse).filter((line) => line.points.length > 0);
    const cross = svg.querySelector(".crosshair");
    const left = +svg.dataset.left;
    const right = +svg.dataset.right;

    svg.addEventListener("pointermove", (event) => {
      const box = svg.getBoundingClientRect();
      const x = (event.clientX - box.left) * svg.viewBox.baseVal.width / box.width;
      const seen = lines.filter((line) => !line.group.hasAttribute("hidden"));
      if (x < left || x > right || seen.length === 0) {
        tip.hidden = true;
        cross.setAttribute("hidden", "");
        return;
      }
      const hits = seen.map((line) => ({ line, point: nearest(line.points, x) }));
      const best = hits.reduce((a, b) => Math.abs(b.point.x - x) < Math.abs(a.point.x - x) ? b : a);
      cross.setAttribute("x1", best.point.x);
      cross.setAttribute("x2", best.point.x);
      cross.removeAttribute("hidden");
      hits.sort((a, b) => a.point.y - b.point.y);
      show([{ text: best.point.atX, colour: "" }, ...hits.map(({ line, point }) => ({
        text: line.name + ": " + point.atY,
        colour: line.colour,
      }))], event);
    });
    svg.addEventListener("pointerleave", () => {
      tip.hidden = true;
      cross.setAttribute("hidden", "");
    });

    const keys = [...svg.parentElement.querySelectorAll(".key")];
    const groups = [...svg.querySelectorAll("g.series")];
    keys.forEach((key, index) => key.addEventListener("click", () => {
      const on = key.getAttribute("aria-pressed") !== "true";
      key.setAttribute("aria-pressed", String(on));
      groups[index].toggleAttribute("hidden", !on);
    }));
  }
  root.dataset.ready = "yes";
})();
