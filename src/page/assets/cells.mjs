// One name everywhere: asking for it, and saying it in a sentence.

import { getKept } from './api.mjs';
import { STATES, cellWords, count } from './words.mjs';

export async function cellsOf(name, type, day, operatorName) {
  const matrix = await getKept('matrix', { names: name, type, today: day });
  const row = matrix.cells[0] ?? [];
  return matrix.places.map((place, index) => ({
    place,
    cell: row[index],
    words: cellWords(row[index], (slug) => operatorName(place.country, slug)),
  }));
}

// "telegram.org on 2026-11-26: blocked by DNS in 4 of 58 countries …"
export function sentence(name, type, day, cells) {
  const start = `${name}${type === 'A' ? '' : ` ${type}`} on ${day}`;
  const of = (state) => cells.filter(({ cell }) => cell.state === state);
  const blocked = of('blocked');
  const partly = blocked.filter(({ cell }) => cell.operators.length).length;
  const parts = [`blocked by DNS in ${blocked.length || 'none'} of ${count(cells.length, 'country',
    'countries')}${partly ? ` (in ${partly} of them only at some ISPs)` : ''}`];
  const elsewhere = of('blocked-elsewhere').length;
  const free = of('free').length;
  if (elsewhere) parts.push(`blocked otherwise in ${elsewhere}`);
  if (free) parts.push(`measured as free in ${free}`);
  const unknown = of('unknown').length;
  if (unknown === cells.length) {
    return `${start}: nothing is known of it in any of ${unknown} countries.`;
  }
  return `${start}: ${parts.join(', ')}${
    unknown ? `; of the other ${unknown} nothing is known.` : '.'}`;
}

export function rowsForFile(name, type, day, cells) {
  return cells.map(({ place, cell }) => ({
    name, type, day, country: place.country, 'country-name': place.name,
    state: cell.state, 'what-it-means': STATES[cell.state].label,
    verdict: cell.state === 'unknown' ? '' : cell.verdict, evidence: cell.evidence ?? '',
    id: cell.id ?? '', means: cell.means.join(' '), operators: cell.operators.join(' '),
  }));
}
