// How a state, a verdict and a grade of evidence look. Colour says the verdict; so does the glyph.
// The outline's shape says the state, the filling says the evidence, so nothing is lost in gray.

import { svg } from './dom.mjs';

// Drawn in a box of 16 by 16, with lines.
const GLYPHS = {
  poison: 'M3 6h10M3 10h10M10.5 2.5l-5 11',
  nxdomain: 'M3.5 3.5l9 9M12.5 3.5l-9 9',
  nodata: 'M3.5 3.5h9v9h-9z',
  refused: 'M8 2.5a5.5 5.5 0 1 0 .01 0M5 8h6',
  servfail: 'M8 2.5v7M8 12.5v.6',
  drop: 'M3 8h.1M8 8h.1M13 8h.1',
  reset: 'M9.5 2l-5 7h6.5l-5 5',
  truncate: 'M13 4v5h-9M7 5.5L3.5 9L7 12.5',
  elsewhere: 'M2 4h12v8h-12zM2 8h12M6 4v4M10.5 4v4M4 8v4M8.5 8v4',
  free: 'M3 8.5l3.5 3.5l6.5 -7.5',
  unknown: 'M5.3 6a2.7 2.7 0 1 1 4 2.3c-1 .6 -1.3 1 -1.3 1.9M8 12.9v.3',
};

const COLOURED = ['poison', 'nxdomain', 'nodata', 'refused', 'servfail', 'drop', 'reset',
  'truncate', 'elsewhere', 'free'];

// The word of the colour and the glyph: a verdict, or the state where DNS has none.
export function look({ state, verdict }) {
  if (state === 'blocked') return GLYPHS[verdict] ? verdict : 'poison';
  if (state === 'blocked-elsewhere') return 'elsewhere';
  return state === 'free' ? 'free' : 'unknown';
}

export function glyph(word, x, y, size) {
  const d = GLYPHS[word];
  return svg('g', { transform: `translate(${x} ${y}) scale(${size / 16})`, class: 'glyph' },
    svg('path', { d, class: 'glyph-halo' }), svg('path', { d, class: 'glyph-line' }));
}

// The textures, once in a page; all pictures refer to them.
export function textures() {
  return svg('defs', {}, COLOURED.flatMap((word) => [hatch(word), dots(word)]));
}

function hatch(word) {
  return svg('pattern', {
    id: `hatch-${word}`, width: 7, height: 7, patternUnits: 'userSpaceOnUse',
    patternTransform: 'rotate(45)',
  }, svg('rect', { width: 7, height: 7, class: `fill-${word}` }),
  svg('rect', { width: 2.6, height: 7, class: `stripe-${word}` }));
}

function dots(word) {
  return svg('pattern', {
    id: `dots-${word}`, width: 6, height: 6, patternUnits: 'userSpaceOnUse',
  }, svg('rect', { width: 6, height: 6, class: 'surface' }),
  svg('circle', { cx: 3, cy: 3, r: 1.8, class: `fill-${word}` }));
}

const OUTLINES = {
  blocked: (w, h) => `M0 0h${w}v${h}h${-w}z`,
  'blocked-elsewhere': (w, h, c = Math.min(w, h) / 3.4) =>
    `M${c} 0H${w - c}L${w} ${c}V${h - c}L${w - c} ${h}H${c}L0 ${h - c}V${c}z`,
  free: (w, h, r = Math.min(w, h) / 2) =>
    `M${r} 0H${w - r}a${r} ${r} 0 0 1 0 ${2 * r}H${r}a${r} ${r} 0 0 1 0 ${-2 * r}z`,
  unknown: (w, h) => `M0 0h${w}v${h}h${-w}z`,
};

// The outline with its filling. `cell` has state, verdict and evidence.
export function shape(cell, width, height) {
  const word = look(cell);
  const outline = svg('path', { d: (OUTLINES[cell.state] ?? OUTLINES.unknown)(width, height) });
  if (word === 'unknown') outline.setAttribute('class', 'tile-unknown');
  else if (cell.evidence === 'measured') outline.setAttribute('class', `tile fill-${word}`);
  else {
    const texture = cell.evidence === 'assumed' ? 'dots' : 'hatch';
    outline.setAttribute('class', `tile ${texture} edge-${word}`);
    outline.setAttribute('fill', `url(#${texture}-${word})`);
  }
  return outline;
}

// Text and glyphs are dark on a hollow tile, else what reads on the colour.
export const inkOf = (cell) => (cell.evidence === 'assumed' ? 'hollow' : look(cell));

// A small picture beside words, such as in the legend.
export function swatch(cell, width = 30, height = 20) {
  const size = Math.min(width, height) - 6;
  return svg('svg', {
    class: 'swatch', width, height, viewBox: `-1 -1 ${width + 2} ${height + 2}`,
    'aria-hidden': 'true',
  }, shape(cell, width, height),
  svg('g', { class: `on-${inkOf(cell)}` },
    glyph(look(cell), (width - size) / 2, (height - size) / 2, size)));
}
