// Where each country stands in the tile grid: column and row. Neighbours keep their sides as far
// as a grid allows; the idea and the order are those of Jon Schwabish's World Tile Grid Map.
// A country that is not here, such as one of a user's own file, gets a place in the last row.

export const COLUMNS = 16;

const PLACES = {
  CA: [1, 0], US: [1, 1], CU: [2, 3], CO: [1, 5], VE: [2, 5], BR: [3, 6], AR: [2, 7],
  GB: [4, 0], DK: [6, 0], FI: [8, 0], NL: [5, 1], DE: [6, 1], PL: [7, 1], LT: [8, 1], BY: [9, 1],
  FR: [4, 2], BE: [5, 2], AT: [6, 2], CZ: [7, 2], UA: [8, 2],
  ES: [4, 3], IT: [6, 3], GR: [7, 3], TR: [8, 3], AM: [9, 3], AZ: [10, 3],
  RU: [12, 0], KZ: [12, 1], UZ: [12, 2], KG: [13, 2], TM: [11, 3], TJ: [12, 3],
  CN: [14, 2], KR: [15, 2],
  JO: [8, 4], KW: [9, 4], IR: [10, 4], PK: [11, 4], NP: [12, 4],
  SA: [9, 5], AE: [10, 5], IN: [11, 5], MM: [12, 5], TH: [13, 5], VN: [14, 5], PH: [15, 5],
  EG: [7, 4], NG: [5, 5], SS: [7, 5], ET: [8, 6], UG: [7, 6], BI: [7, 7], TZ: [8, 7],
  MY: [13, 6], KH: [14, 6], SG: [13, 7], ID: [14, 7], AU: [15, 7],
};

// The countries with their places, in the order in which one reads.
export function placed(codes) {
  const strangers = codes.filter((code) => !PLACES[code]);
  const lastRow = 8;
  const all = codes.map((code) => {
    const index = strangers.indexOf(code);
    const [x, y] = PLACES[code]
      ?? [index % COLUMNS, lastRow + Math.floor(index / COLUMNS)];
    return { code, x, y };
  });
  return all.sort((a, b) => a.y - b.y || a.x - b.x);
}

// The nearest tile in a direction, for the arrow keys: what is straight ahead wins.
export function neighbour(tiles, from, dx, dy) {
  let best = null;
  let least = Infinity;
  for (const tile of tiles) {
    const ahead = (tile.x - from.x) * dx + (tile.y - from.y) * dy;
    const aside = Math.abs((tile.x - from.x) * dy) + Math.abs((tile.y - from.y) * dx);
    if (ahead <= 0) continue;
    const far = ahead + 3 * aside;
    if (far < least) [best, least] = [tile, far];
  }
  return best;
}
