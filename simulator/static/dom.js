// Makes elements; words become text nodes only, so nothing that a bot or a person writes can turn into markup.

const SVG = "http://www.w3.org/2000/svg";

export function el(tag, traits = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(traits)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "class") node.className = value;
    else if (name === "hue") node.style.setProperty("--hue", value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const PATHS = {
  keyboard: "M3 6h18v12H3zM6.500 9.500h0M10 9.500h0M14 9.500h0M17.500 9.500h0M8 14.500h8",
  list: "M4 7h16M4 12h16M4 17h16",
  plus: "M12 5v14M5 12h14",
  image: "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15.500 9h0",
  mic: "M12 4a2.500 2.500 0 0 1 2.500 2.500v5a2.500 2.500 0 0 1-5 0v-5A2.500 2.500 0 0 1 12 4zM6.500 11.500a5.500 5.500 0 0 0 11 0M12 17v3",
  smile: "M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16zM9 10h0M15 10h0M8.500 14c1.700 2.300 5.300 2.300 7 0",
  scan: "M4 8V5a1 1 0 0 1 1-1h3M16 4h3a1 1 0 0 1 1 1v3M20 16v3a1 1 0 0 1-1 1h-3M8 20H5a1 1 0 0 1-1-1v-3M4 12h16",
  leave: "M10 12a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7zM4 20c0-4 2.500-6 6-6 2 0 3.600.6 4.700 1.800M16 18h5",
  mute: "M7 16V11a5 5 0 0 1 8.500-3.500M17 11v5M5 16h12M10.500 19h3M4 4l16 16",
  close: "M6 6l12 12M18 6L6 18",
  more: "M6 12h0M12 12h0M18 12h0",
  back: "M14.500 5l-7 7 7 7",
  next: "M9 5l7 7-7 7",
  again: "M19 12a7 7 0 1 1-2.200-5.100M19 4v4h-4",
  moon: "M19 14.500A7.500 7.500 0 0 1 9.500 5 7.500 7.500 0 1 0 19 14.500z",
  voice: "M7 10.500v3M11 8v8M15 5.500v13",
};

export function icon(name) {
  const node = document.createElementNS(SVG, "svg");
  node.setAttribute("viewBox", "0 0 24 24");
  node.setAttribute("aria-hidden", "true");
  node.classList.add("icon");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  node.append(path);
  return node;
}

const HUES = [212, 28, 338, 265, 185, 95, 12, 240];

const given = new Map();

// Everybody at the table gets a colour of their own.
export function paint(names) {
  names.forEach((name, index) => given.set(name, HUES[index % HUES.length]));
}

export function hueOf(words) {
  if (given.has(words)) return given.get(words);
  let sum = 0;
  for (const sign of words) sum = (sum * 31 + sign.codePointAt(0)) % 9973;
  return HUES[sum % HUES.length];
}

export function avatar(name, hue = hueOf(name)) {
  return el("span", { class: "avatar", hue: String(hue), "aria-hidden": "true" }, [...name].at(-1) ?? "?");
}
