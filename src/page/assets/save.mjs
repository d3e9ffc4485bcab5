// Files: a picture as SVG, rows as CSV, anything as JSON.

import { el, svg } from './dom.mjs';
import { textures } from './glyphs.mjs';

export function download(name, type, text) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = el('a', { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

// RFC 4180. What a spreadsheet would take for a formula gets an apostrophe in front: names come
// from whoever asks.
function csv(rows) {
  if (rows.length === 0) return '';
  const keys = Object.keys(rows[0]);
  const lines = [keys, ...rows.map((row) => keys.map((key) => row[key]))];
  return lines.map((values) => `${values.map(field).join(',')}\r\n`).join('');
}

function field(value) {
  let text = value === null || value === undefined ? '' : String(value);
  if (/^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text))) text = `'${text}`;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const safe = (name) => name.replace(/[^A-Za-z0-9._-]+/g, '-').slice(0, 100);

// The buttons under a view. `view` gives { name, rows, json, picture }, each when it is pressed.
export function saveButtons(view, kinds = ['SVG', 'CSV', 'JSON']) {
  const save = (kind) => {
    const made = view();
    if (!made) return;
    const file = `${safe(made.name)}.${kind.toLowerCase()}`;
    if (kind === 'SVG') download(file, 'image/svg+xml', pictureText(made.picture, made.title));
    if (kind === 'CSV') download(file, 'text/csv', csv(made.rows));
    if (kind === 'JSON') {
      download(file, 'application/json', `${JSON.stringify(made.json, null, 2)}\n`);
    }
  };
  return el('p', { class: 'save' }, 'Save as ', kinds.map((kind) => el('button', {
    type: 'button', class: 'quiet', onclick: () => save(kind),
  }, kind)));
}

// What is copied of an element's style, unless it is what a viewer takes for granted.
const USUAL = { fill: 'rgb(0, 0, 0)', 'fill-opacity': '1', stroke: 'none', 'stroke-width': '1px',
  'stroke-dasharray': 'none', 'stroke-linecap': 'butt', 'stroke-linejoin': 'miter',
  'paint-order': 'normal', opacity: '1', display: 'inline' };
const OF_TEXT = ['font-family', 'font-size', 'font-weight', 'text-anchor'];

// A picture that stands alone: the page's styles become attributes, the sentence its heading.
function pictureText(picture, title) {
  const probe = svg('svg', { class: 'unseen' }, textures());
  document.body.append(probe);
  const [, , width, height] = picture.getAttribute('viewBox').split(' ').map(Number);
  const inner = withStyles(picture);
  const around = getComputedStyle(document.body);
  const lines = wrapped(title, width / 8.5);
  const head = 14 + 20 * lines.length;
  for (const [key, value] of Object.entries({ x: 0, y: head, width, height })) {
    inner.setAttribute(key, value);
  }
  const text = lines.map((line, index) => svg('text', { x: 4, y: 20 * (index + 1),
    'font-size': 16, 'font-family': 'sans-serif', fill: around.color }, line));
  const whole = height + head + 6;
  const file = svg('svg', { width, height: whole, viewBox: `0 0 ${width} ${whole}` },
    svg('title', {}, title), withStyles(probe.firstChild),
    svg('rect', { width: '100%', height: '100%', fill: around.backgroundColor }), text, inner);
  probe.remove();
  return new XMLSerializer().serializeToString(file);
}

function wrapped(text, most) {
  const lines = [''];
  for (const word of text.split(' ')) {
    if (lines.at(-1).length + word.length > most) lines.push('');
    lines.push(`${lines.pop()} ${word}`.trim());
  }
  return lines;
}

function withStyles(node) {
  const twin = node.cloneNode(true);
  const originals = [node, ...node.querySelectorAll('*')];
  const twins = [twin, ...twin.querySelectorAll('*')];
  originals.forEach((original, index) => {
    const style = getComputedStyle(original);
    const copied = twins[index];
    for (const [key, usual] of Object.entries(USUAL)) {
      const value = style.getPropertyValue(key);
      if (!value || (value === usual && key !== 'fill')) continue;
      copied.setAttribute(key, value.replace(/url\("?[^"#)]*#([^")]+)"?\)/, 'url(#$1)'));
    }
    if (original.localName === 'text') {
      OF_TEXT.forEach((key) => copied.setAttribute(key, style.getPropertyValue(key)));
    }
    for (const key of ['class', 'tabindex', 'role', 'aria-pressed']) copied.removeAttribute(key);
  });
  return twin;
}
