"""The regions as tiles in their rough places on a map; on a narrow screen the same as a list."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from edstats.lookups import entries_of
from edstats.pages.headings import page_name
from edstats.wording import Wording


@dataclass(frozen=True)
class Tile:
    """A region with what is said of it, and a shade from 0 to 1; None where there is no number."""

    region: str
    words: str
    shade: float | None


def tile_map(wording: Wording, tiles: Sequence[Tile]) -> Markup:
    """A list whose items the page's style puts into the places that the codebook gives them; each names its page."""
    regions = entries_of("regions", "region")
    items = []
    names = {region: entry[f"short_{wording.language}"] for region, entry in regions.items()}
    for tile in sorted(tiles, key=lambda tile: wording.alphabetical(names[tile.region])):
        row, column = (int(regions[tile.region][name]) + 1 for name in ("tile_row", "tile_column"))
        share = 0 if tile.shade is None else round(100 * tile.shade)
        items.append(
            Markup(
                '<li class="{}" style="--row:{};--column:{};--share:{}%"><a href="{}.html">{}</a> <span>{}</span></li>'
            ).format(
                "none" if tile.shade is None else "told",
                *(row, column, share, page_name(tile.region), names[tile.region]),
                tile.words,
            )
        )
    return Markup('<ul class="tiles">{}</ul>').format(Markup("").join(items))
