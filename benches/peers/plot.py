"""Plots as SVG, written by hand."""
from html import escape

from summary import straight

WIDTH, BAR, GAP, LEFT, RIGHT = 760, 16, 12, 210, 90
OURS, FLOOR, PEER = "#c2410c", "#6b7280", "#1d4ed8"
HEAD = ('<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="{h}" viewBox="0 0 {w} {h}" '
        'font-family="sans-serif" font-size="12">')


def colour(name):
    return {"splinterdns": OURS, "floor": FLOOR}.get(name, PEER)


def text(x, y, what, anchor="start", more=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" {more}>{escape(what)}</text>'


def drawing(height, parts):
    head = HEAD.format(w=WIDTH, h=f"{height:.0f}")
    return "\n".join([head, '<rect width="100%" height="100%" fill="white"/>', *parts, "</svg>"]) + "\n"


def bars(title, groups):
    """`groups`: a heading and its bars, each a server's name, its title and a value."""
    most = max((value for _, rows in groups for _, _, value in rows), default=1)
    parts, y = [text(10, 20, title, more='font-weight="bold"')], 36
    for heading, rows in groups:
        parts.append(text(10, y + BAR - 4, heading, more='font-weight="bold"'))
        for name, label, value in rows:
            length = (WIDTH - LEFT - RIGHT) * value / most
            parts.append(text(LEFT - 6, y + BAR - 4, label, "end"))
            parts.append(f'<rect x="{LEFT}" y="{y}" width="{length:.1f}" height="{BAR - 3}" fill="{colour(name)}"/>')
            parts.append(text(LEFT + length + 5, y + BAR - 4, f"{value:.2f}"))
            y += BAR
        y += GAP
    return drawing(y, parts)


def panel(left, title, unit, points):
    """A point for each measured value, and the straight line that is nearest to them."""
    width, height, top = WIDTH / 2 - 110, 220, 50
    last, most = points[-1][0], max(y for _, y in points)
    at_none, slope = straight(points)

    def place(x, y):
        return left + width * x / last, top + height * (1 - y / most)

    x0, y0 = place(0, 0)
    (from_x, from_y), (to_x, to_y) = place(0, max(0, at_none)), place(last, at_none + slope * last)
    parts = [text(left, 34, title, more='font-weight="bold"'),
             f'<path d="M{x0:.1f} {top}V{y0:.1f}H{x0 + width:.1f}" fill="none" stroke="black"/>',
             f'<path d="M{from_x:.1f} {from_y:.1f}L{to_x:.1f} {to_y:.1f}" stroke="{FLOOR}" stroke-dasharray="4"/>']
    for x, y in points:
        cx, cy = place(x, y)
        parts.append(f'<circle cx="{cx:.1f}" cy="{cy:.1f}" r="4" fill="{OURS}"/>')
        parts.append(text(cx + 6, cy + 14, f"{y:.0f} {unit}" if y >= 100 else f"{y:.3g} {unit}"))
        parts.append(text(cx, y0 + 16, f"{x / 1e6:g}", "middle"))
    return [*parts, text(left + width / 2, y0 + 32, "million names", "middle")]


def growth(points):
    """`points`: names, megabytes, seconds."""
    memory = panel(60, "Resident memory", "MB", [(names, resident) for names, resident, _ in points])
    start = panel(60 + WIDTH / 2, "To the first answer", "s", [(names, seconds) for names, _, seconds in points])
    return drawing(320, memory + start)
