// Elements are made here and nowhere else. Text always becomes a text node, so that a name or a
// rule that looks like markup stays what it is.

const SVG = 'http://www.w3.org/2000/svg';

function fill(node, attributes, children) {
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith('on')) node.addEventListener(key.slice(2), value);
    else if (key === 'value' || key === 'checked' || key === 'selected') node[key] = value;
    else node.setAttribute(key, value === true ? '' : value);
  }
  append(node, children);
  return node;
}

function append(node, children) {
  for (const child of children.flat(Infinity)) {
    if (child === undefined || child === null || child === false) continue;
    node.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

export function el(tag, attributes, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

export function replace(node, ...children) {
  node.replaceChildren();
  append(node, children);
  return node;
}

export function select(label, options, value, onchange) {
  const chosen = el('select', { onchange: (event) => onchange(event.target.value) },
    options.map(([key, text]) => el('option', { value: key, selected: key === value }, text)));
  return el('label', { class: 'field' }, el('span', {}, label), chosen);
}

let announcer;

// Told to screen readers once; used for what changes away from the focus.
export function announce(text) {
  announcer ??= document.getElementById('announcer');
  announcer.textContent = text;
}

export async function copy(text, button) {
  const before = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    copyOldWay(text);
  }
  button.textContent = 'Copied';
  announce('Copied');
  setTimeout(() => { button.textContent = before; }, 1500);
}

// The clipboard API is there on loopback and over TLS only; a class uses neither.
function copyOldWay(text) {
  const area = el('textarea', { value: text, class: 'unseen' });
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}
