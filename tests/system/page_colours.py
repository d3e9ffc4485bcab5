"""The palette in style.css, as people with three kinds of colour blindness see it.

Machado, Oliveira and Fernandes, A Physiologically-based Model for Simulation of Color Vision
Deficiency, 2009, at severity 1; distances in OKLab, times 100; contrast as WCAG 2.2 has it.
"""

import itertools
import re

SIGHT = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216),
               (-0.003882, -0.048116, 1.051998)),
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413),
               (-0.011820, 0.042940, 0.968881)),
    "tritan": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602),
               (0.004733, 0.691367, 0.303900)),
}
# What the palette reaches, rounded down: a change may better it.
LEAST = {"normal": 15.0, "protan": 9.0, "deutan": 7.5, "tritan": 7.0}


def linear(colour):
    parts = [int(colour[at:at + 2], 16) / 255 for at in (1, 3, 5)]
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
            for part in parts]


def oklab(rgb):
    r, g, b = (min(1, max(0, part)) for part in rgb)
    long = (0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b) ** (1 / 3)
    middle = (0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b) ** (1 / 3)
    short = (0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b) ** (1 / 3)
    return (0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
            1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
            0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short)


def seen(colour, matrix):
    rgb = linear(colour)
    return oklab([sum(weight * part for weight, part in zip(row, rgb)) for row in matrix])


def contrast(one, other):
    light = sorted(sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear(c)))
                   for c in (one, other))
    return (light[1] + 0.05) / (light[0] + 0.05)


def longer(colour):
    return colour if len(colour) == 7 else "#" + "".join(2 * digit for digit in colour[1:])


def variables(text):
    return {key: longer(value)
            for key, value in re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", text)}


def check(checks, style):
    light, rest = style.split("@media (prefers-color-scheme: dark)", 1)
    light, dark = variables(light), variables(rest.split("}", 2)[0])
    palette = {key: value for key, value in light.items() if key.startswith("v-")}
    checks.same("colours in the palette", 10, len(palette))
    for sight, matrix in SIGHT.items():
        pairs = [(100 * sum((x - y) ** 2 for x, y in zip(seen(a, matrix), seen(b, matrix))) ** 0.5,
                  name, other)
                 for (name, a), (other, b) in itertools.combinations(palette.items(), 2)]
        least = min(pairs)
        checks.that(f"distance of colours, {sight} sight: {least[0]:.1f} ({least[1]}, {least[2]})",
                    least[0] >= LEAST[sight], least)
    inks = re.findall(r"\.on-(\w+) \{ --ink: (#\w+); --base: var\(--(v-\w+)\); \}", style)
    checks.same("inks for them", 10, len(inks))
    for word, ink, base in inks:
        found = contrast(longer(ink), palette[base])
        checks.that(f"ink on {word}: {found:.1f} to 1", found >= 4.5, found)
    for scheme, colours in (("light", light), ("dark", {**light, **dark})):
        for ink, ground in itertools.product(
                ("text", "muted", "accent", "bad", "good"), ("bg", "surface", "soft")):
            found = contrast(colours[ink], colours[ground])
            checks.that(f"{ink} on {ground} in {scheme}: {found:.1f} to 1", found >= 4.5, found)
        for outline in ("outline", "faint"):
            found = contrast(colours[outline], colours["bg"])
            checks.that(f"{outline} of tiles in {scheme}: {found:.1f} to 1", found >= 3, found)
