// The map as a list: for phones, for screen readers, and for whoever likes tables better.

import { el, replace } from './dom.mjs';
import { swatch } from './glyphs.mjs';
import { EVIDENCE, STATES, VERDICTS, capital, means } from './words.mjs';

const ORDER = Object.keys(STATES);

export function drawList(node, cells, onopen, operatorName) {
  replace(node, ORDER.map((state) => {
    const group = cells.filter(({ cell }) => cell.state === state).sort(byVerdict);
    if (group.length === 0) return null;
    const heading = el('h2', {}, `${capital(STATES[state].label)} `,
      el('span', { class: 'number' }, group.length));
    return el('section', { class: `group group-${state}` }, heading,
      state === 'unknown' ? shortList(group, onopen) : longList(group, onopen, operatorName));
  }));
}

const byVerdict = (a, b) => (a.cell.verdict ?? '').localeCompare(b.cell.verdict ?? '')
  || a.place.name.localeCompare(b.place.name);

function longList(group, onopen, operatorName) {
  return el('ul', { class: 'places' }, group.map(({ place, cell }) => el('li', {},
    el('button', { type: 'button', class: 'place', 'data-code': place.country,
      onclick: () => onopen(place.country) },
    swatch(cell), el('span', { class: 'who' }, place.name),
    el('span', { class: 'what' }, details(place, cell, operatorName))))));
}

function details(place, cell, operatorName) {
  const words = [];
  if (cell.state === 'blocked') {
    const verdict = VERDICTS[cell.verdict];
    words.push(`${cell.verdict}: ${verdict ? verdict.about : ''}`);
  }
  if (cell.state === 'blocked-elsewhere') words.push(means(cell.means));
  if (cell.evidence) words.push(EVIDENCE[cell.evidence].label);
  if (cell.operators.length) {
    const named = cell.operators.map((slug) => operatorName(place.country, slug));
    words.push(`only at ${named.slice(0, 3).join(', ')}${
      named.length > 3 ? ` and ${named.length - 3} more` : ''}`);
  }
  return words.filter(Boolean).join(' · ');
}

// Where nothing is known, names are enough.
function shortList(group, onopen) {
  return el('ul', { class: 'places-short' }, group.map(({ place }) => el('li', {},
    el('button', { type: 'button', class: 'link', 'data-code': place.country,
      onclick: () => onopen(place.country) }, place.name))));
}
