// How to read the pictures.

import { el } from './dom.mjs';
import { swatch } from './glyphs.mjs';
import { EVIDENCE, STATES, VERDICTS, capital } from './words.mjs';

const measured = (state, verdict) => ({ state, verdict, evidence: 'measured' });

function item(cell, label, about) {
  return el('li', {}, swatch(cell), el('span', {}, el('b', {}, capital(label)),
    about ? ` – ${about}` : ''));
}

// The four states, always in sight.
export function stateKey() {
  return el('ul', { class: 'key', 'aria-label': 'The four states' },
    Object.entries(STATES).map(([state, { label }]) => el('li', {},
      swatch(measured(state, 'poison')), label)));
}

export function legend() {
  const verdicts = Object.entries(VERDICTS).filter(([word]) => word !== 'honest');
  return el('details', { class: 'legend' }, el('summary', {}, 'How to read this'),
    el('div', { class: 'legend-columns' },
      el('section', {}, el('h3', {}, 'What is known of the name'),
        el('ul', {}, Object.entries(STATES).map(([state, { label, about }]) =>
          item(measured(state, 'poison'), label, about)))),
      el('section', {}, el('h3', {}, 'What a client gets where DNS blocks'),
        el('ul', {}, verdicts.map(([word, { label, about }]) =>
          item(measured('blocked', word), label, about)))),
      el('section', {}, el('h3', {}, 'How we know'),
        el('ul', {}, Object.entries(EVIDENCE).map(([evidence, { label, about }]) =>
          item({ state: 'blocked', verdict: 'nodata', evidence }, label, about))),
        el('p', {}, 'A small disc in the corner: only some ISPs of the country do this, as far as '
          + 'is known. '
          + 'Every answer is made by this server; it shows what others have seen, and asks '
          + 'no network of a country.'))));
}
