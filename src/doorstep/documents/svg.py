"""SVG elements whose text and attributes are always escaped."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup, escape

Attribute = str | int | float


def element(name: str, *children: str | Markup, **attributes: Attribute) -> Markup:
    """One element. `class_` gives class, `stroke_width` gives stroke-width; floats keep one decimal."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_short(value))}"' for key, value in attributes.items()
    )
    inner = "".join(escape(child) for child in children)
    return Markup(f"<{name}{written}>{inner}</{name}>" if inner else f"<{name}{written}/>")


def picture(
    width: int, height: int, title: str, description: str, parts: Iterable[Markup], key: str, *, role: str = "img"
) -> Markup:
    """An image of `width` x `height` units, named and described for those who do not see it.

    One with links in it is a group: what is within an image is not there for those who hear the page.
    """
    return element(
        "svg",
        element("title", title, id=f"{key}-title"),
        element("desc", description, id=f"{key}-desc"),
        *parts,
        viewBox=f"0 0 {width} {height}",
        role=role,
        aria_labelledby=f"{key}-title {key}-desc",
        class_="picture",
    )


def linked(href: str, name: str, *parts: Markup) -> Markup:
    """Parts of a picture that lead somewhere by a click; the keyboard finds the same address among the figures."""
    return element("a", *parts, href=href, aria_label=name, tabindex=-1) if href else Markup("").join(parts)


def _short(value: Attribute) -> str:
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)
