// The map as tiles: one name, every country.

import { replace, svg } from './dom.mjs';
import { glyph, inkOf, look, shape } from './glyphs.mjs';
import { COLUMNS, neighbour, placed } from './places.mjs';

const [WIDTH, HEIGHT, GAP] = [64, 44, 6];
const [STEP_X, STEP_Y] = [WIDTH + GAP, HEIGHT + GAP];

// `cells` is a list of { place, cell, words }; `chosen` the country that is open.
export function drawMap(picture, cells, chosen, onopen) {
  const byCode = new Map(cells.map((entry) => [entry.place.country, entry]));
  const tiles = placed([...byCode.keys()]);
  const rows = Math.max(...tiles.map(({ y }) => y)) + 1;
  const focused = picture.contains(document.activeElement)
    ? document.activeElement.dataset.code : null;
  picture.setAttribute('viewBox', `-3 -3 ${COLUMNS * STEP_X} ${rows * STEP_Y}`);
  const first = byCode.has(focused ?? chosen) ? focused ?? chosen : tiles[0].code;
  replace(picture, tiles.map((tile) => {
    const entry = byCode.get(tile.code);
    return drawTile(tile, entry, tile.code === first, tile.code === chosen, onopen);
  }));
  picture.onkeydown = (event) => walk(event, picture, tiles);
  if (focused) picture.querySelector(`[data-code="${first}"]`).focus();
}

function drawTile({ code, x, y }, { place, cell, words }, isFirst, isChosen, onopen) {
  const open = () => onopen(code);
  return svg('g', {
    role: 'button', tabindex: isFirst ? 0 : -1, 'data-code': code, 'data-state': cell.state,
    'aria-label': `${place.name}: ${words}`, 'aria-pressed': String(isChosen),
    class: 'map-tile', transform: `translate(${x * STEP_X} ${y * STEP_Y})`,
    onclick: open,
    onkeydown: (event) => {
      if (event.key !== 'Enter' && event.key !== ' ') return;
      event.preventDefault();
      open();
    },
  }, svg('title', {}, `${place.name}: ${words}`), face(code, cell));
}

// What a tile shows; the same in a file.
export function face(code, cell) {
  return [
    svg('rect', { class: 'halo', x: -3, y: -3, width: WIDTH + 6, height: HEIGHT + 6, rx: 3 }),
    shape(cell, WIDTH, HEIGHT),
    cell.operators.length > 0
      && svg('circle', { class: 'some', cx: WIDTH - 14, cy: 9, r: 4 }),
    svg('g', { class: `on-${inkOf(cell)}` },
      svg('text', { x: 8, y: 28, class: 'code' }, code),
      glyph(look(cell), 42, 15, 15)),
  ];
}

const ARROWS = {
  ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1],
};

// The arrow keys walk over the tiles, of which one at a time is in the order of Tab.
function walk(event, picture, tiles) {
  const here = tiles.find(({ code }) => code === document.activeElement.dataset.code);
  let next = null;
  if (!here) return;
  if (ARROWS[event.key]) next = neighbour(tiles, here, ...ARROWS[event.key]);
  else if (event.key === 'Home') [next] = tiles;
  else if (event.key === 'End') next = tiles.at(-1);
  else return;
  event.preventDefault();
  if (!next) return;
  const node = picture.querySelector(`[data-code="${next.code}"]`);
  document.activeElement.setAttribute('tabindex', '-1');
  node.setAttribute('tabindex', '0');
  node.focus();
}
