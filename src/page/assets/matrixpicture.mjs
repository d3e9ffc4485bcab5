// The matrix as one picture, for a file.

import { svg } from './dom.mjs';
import { glyph, inkOf, look, shape } from './glyphs.mjs';

const [WIDTH, HEIGHT, STEP_X, STEP_Y, LABELS, HEAD] = [26, 20, 31, 25, 230, 90];

export function matrixPicture({ matrix, columns, order, heading }) {
  const width = Math.max(700, LABELS + columns.length * STEP_X + 10);
  const picture = svg('svg', { viewBox: `0 0 ${width} ${HEAD + order.length * STEP_Y + 10}`,
    class: 'unseen' });
  columns.forEach((column, index) => picture.append(svg('text', {
    transform: `translate(${LABELS + index * STEP_X + 16} ${HEAD - 6}) rotate(-60)`,
    class: 'picture-text',
  }, heading(matrix.places[column]))));
  order.forEach((row, line) => {
    const y = HEAD + line * STEP_Y;
    picture.append(svg('text', { x: LABELS - 8, y: y + 15, 'text-anchor': 'end',
      class: 'picture-text' }, matrix.names[row]));
    columns.forEach((column, index) => {
      const cell = matrix.cells[row][column];
      picture.append(svg('g', { transform: `translate(${LABELS + index * STEP_X} ${y})` },
        shape(cell, WIDTH, HEIGHT),
        cell.operators.length > 0
          && svg('circle', { class: 'some', cx: 21.5, cy: 4.5, r: 2.6 }),
        svg('g', { class: `on-${inkOf(cell)}` }, glyph(look(cell), 6.5, 3.5, 13))));
    });
  });
  // Only what is in the page has styles to be copied.
  document.body.append(picture);
  setTimeout(() => picture.remove(), 1000);
  return picture;
}
