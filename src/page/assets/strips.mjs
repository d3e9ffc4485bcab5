// The picture of the years. What nobody knows is left empty; a thin line says that rules with
// known dates leave a time out, so DNS did not block then by what is on record.

import { el, svg } from './dom.mjs';
import { number, today } from './days.mjs';
import { glyph, inkOf, look, shape, swatch } from './glyphs.mjs';
import { STATES, VERDICTS } from './words.mjs';

const HEIGHT = 20;

export function strips({ timeline, lines, day, at, label, placeOf, onopen, width }) {
  const isNarrow = width < 560;
  const gutter = isNarrow ? 4 : 190;
  const step = isNarrow ? 46 : 30;
  const top = 24;
  const scale = years(timeline, gutter, width - 6);
  const height = top + lines.length * step + 4;
  const picture = svg('svg', { class: 'years-picture', viewBox: `0 0 ${width} ${height}`,
    width, height, role: 'group', 'aria-label': 'The years as strips' }, axis(scale, height));
  lines.forEach((line, index) => {
    const y = top + index * step;
    const row = { line, y, isNarrow, scale, gutter, words: label(line) };
    picture.append(strip(row, placeOf(line), at, day, onopen));
  });
  const now = scale.x(day);
  picture.append(svg('line', { class: 'cursor', x1: now, x2: now, y1: top - 6, y2: height }));
  return picture;
}

function years({ from, to }, left, right) {
  const first = number(`${from}`);
  const last = Math.max(first + 31, Math.min(number(`${to + 1}`), number(today()) + 1));
  const x = (day) => left + ((Math.min(Math.max(number(day), first), last) - first)
    / (last - first)) * (right - left);
  const day = (place) => new Date((first + ((place - left) / (right - left)) * (last - first))
    * 86_400_000).toISOString().slice(0, 10);
  return { from, to, x, day, left, right };
}

function axis({ from, to, x, left, right }, height) {
  const each = [1, 2, 4, 5, 10].find((years) =>
    ((right - left) / (to - from + 1)) * years > 46) ?? 10;
  const marks = [];
  for (let year = from; year <= to; year += each) {
    marks.push(svg('line', { class: 'year-line', x1: x(`${year}`), x2: x(`${year}`), y1: 16,
      y2: height }), svg('text', { x: x(`${year}`) + 3, y: 13, class: 'year-text' }, year));
  }
  return svg('g', { 'aria-hidden': 'true' }, marks);
}

function strip({ line, y, isNarrow, scale, gutter, words }, place, at, day, onopen) {
  const shift = isNarrow ? 20 : 0;
  const open = (event) => {
    const box = event.currentTarget.ownerSVGElement.getBoundingClientRect();
    const where = event.clientX - box.left;
    onopen(place, event.detail > 0 && where >= gutter && where <= scale.right
      && event.clientY - box.top >= y + shift ? scale.day(where) : null);
  };
  const text = isNarrow || words.length < 25 ? words : `${words.slice(0, 23)}…`;
  return svg('g', { role: 'button', tabindex: 0, class: 'strip', 'data-code': place,
    'aria-label': `${words}: ${periodsInWords(line.periods)}`,
    'aria-pressed': String(at === place), onclick: open, onkeydown: (event) => {
      if (event.key !== 'Enter' && event.key !== ' ') return;
      event.preventDefault();
      onopen(place, null);
    } },
  svg('title', {}, words),
  svg('rect', { class: 'strip-back', x: 0, y: y - 3, width: scale.right + 4,
    height: HEIGHT + 6 + shift, rx: 3 }),
  svg('text', { class: 'strip-name', x: isNarrow ? 4 : gutter - 10, y: y + 14,
    'text-anchor': isNarrow ? 'start' : 'end' }, text),
  svg('g', { transform: `translate(0 ${y + shift})` },
    line.periods.map((period) => drawn(period, scale))));
}

function drawn(period, scale) {
  const from = period.since ? scale.x(period.since) : scale.left;
  const to = period.until ? scale.x(period.until) : scale.right;
  const width = Math.max(to - from, 7);
  if (period.state === 'unknown') {
    return period.honest && svg('line', { class: 'between', x1: from, x2: to, y1: HEIGHT / 2,
      y2: HEIGHT / 2 });
  }
  const cell = { ...period, operators: [], evidence: period.evidence ?? 'measured' };
  const outline = shape(cell, width, HEIGHT);
  if (period.state === 'blocked' && !period.verdict) outline.setAttribute('class', 'strip-plain');
  return svg('g', { transform: `translate(${from} 0)` },
    svg('title', {}, periodsInWords([period])), outline,
    width > 24 && period.verdict !== undefined && svg('g', { class: `on-${inkOf(cell)}` },
      glyph(look(cell), 6, 3.5, 13)));
}

function periodsInWords(periods) {
  const known = periods.filter(({ state }) => state !== 'unknown').map((period) =>
    `${[STATES[period.state].label, period.state === 'blocked' && period.verdict
      && VERDICTS[period.verdict].label, period.evidence].filter(Boolean).join(', ')} ${
      period.since ? `from ${period.stated ?? period.since}` : ''}${
      period.until ? `, not from ${period.until} on` : ''}`);
  return known.join('; ') || STATES.unknown.label;
}

export function timeKey() {
  const measured = (state) => ({ state, verdict: 'poison', evidence: 'measured' });
  const line = svg('svg', { class: 'swatch', width: 30, height: 20, 'aria-hidden': 'true' },
    svg('line', { class: 'between', x1: 0, x2: 30, y1: 10, y2: 10 }));
  return el('ul', { class: 'key', 'aria-label': 'How the strips are drawn' },
    ['blocked', 'blocked-elsewhere', 'free'].map((state) => el('li', {},
      swatch(measured(state)), STATES[state].label)),
    el('li', {}, line, 'no rule, before or after a block with known dates'),
    el('li', {}, el('span', { class: 'empty-key' }, 'empty'), 'not known'));
}
