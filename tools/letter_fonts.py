"""Makes the fonts of the letters: cut to what letters use, with a table of the characters they cover.

Run once, by hand, when a font is replaced (needs fonttools and brotli, which the service itself does not):
    python tools/letter_fonts.py FOLDER
FOLDER holds the sources: NotoSans*-Regular.ttf and NotoSans-Bold.ttf (SIL OFL 1.1), NotoEmoji-Regular.woff (SIL OFL
1.1), DroidSansFallbackFull.ttf (Apache 2.0; Chinese, Japanese), NanumGothic.ttf (SIL OFL 1.1; Korean; its name is
reserved). The table `coverage.txt` holds one range of
code points in hexadecimal a line; `hubs/accreditation/letters/characters.py` reads it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools import subset  # type: ignore[import-not-found]
from fontTools.ttLib import TTFont  # type: ignore[import-not-found]

TARGET = Path(__file__).resolve().parent.parent / "hubs" / "accreditation" / "letters" / "fonts"
LATIN = (
    "20-7E,A0-24F,259,2B0-2FF,300-36F,370-3FF,400-52F,1E00-1EFF,1F00-1FFF,2000-206F,2070-209F,20A0-20C0,2100-214F,"
    "2150-218B,2190-2193,2212,2215,221A,221E,2248,2260,2264,2265,25CC,FB00-FB06,FFFD"
)
EAST_ASIA = "2E80-2EFF,2F00-2FDF,3000-312F,31A0-31BF,3200-33FF,4E00-9FFF,F900-FAFF,FE30-FE4F,FF00-FFEF"
MATHS = "2190-22FF,27C0-27FF"
SYMBOLS = "2300-23FF,2400-2426,2460-24FF,2500-27BF,2B00-2BFF"
PLAIN = {"kern", "mark", "mkmk", "ccmp", "locl", "liga", "calt", "rlig", "init", "medi", "fina", "isol"}
SCRIPTS = ("Arabic", "Hebrew", "Devanagari", "Thai", "Georgian", "Armenian")


def _cut(source: Path, target: Path, ranges: str | None, features: set[str] | None, family: str = "") -> set[int]:
    """Write the part of the font in `ranges` (everything when None), without hinting; the code points it covers.

    `family` renames a font whose licence reserves its name for unchanged copies.
    """
    options = subset.Options()
    options.hinting = False
    options.name_IDs = [1, 2, 3, 4, 5, 6, 13, 14]
    options.notdef_outline = True
    options.glyph_names = False
    options.layout_features = sorted(features) if features is not None else ["*"]
    font = TTFont(source, lazy=False)
    font.flavor = None
    wanted = set(subset.parse_unicodes(ranges.replace(",", " "))) if ranges else set(font.getBestCmap())
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=wanted)
    cutter.subset(font)
    for table in ("vhea", "vmtx"):
        if table in font:
            del font[table]
    for record in font["name"].names if family else ():
        if record.nameID in (1, 3, 4, 6):
            record.string = family.replace(" ", "") if record.nameID == 6 else family
    font.save(target, reorderTables=True)
    print(f"{target.name}: {target.stat().st_size // 1024} KB, {len(font.getBestCmap())} characters")
    return set(font.getBestCmap())


def _korean() -> list[str]:
    """The 2,350 syllables of KS X 1001 and the single letters."""
    syllables = [chr(point) for point in range(0xAC00, 0xD7A4)]
    return [*(one for one in syllables if len(one.encode("euc_kr", "ignore")) == 2), *map(chr, range(0x3131, 0x318F))]


def _ranges(points: set[int]) -> list[str]:
    found: list[list[int]] = []
    for point in sorted(points):
        if found and found[-1][1] == point - 1:
            found[-1][1] = point
        else:
            found.append([point, point])
    return [f"{first:X}-{last:X}" if first != last else f"{first:X}" for first, last in found]


def main(folder: Path) -> None:
    covered = _cut(folder / "NotoSans-Regular.ttf", TARGET / "NotoSans-Regular.ttf", LATIN, PLAIN)
    covered &= _cut(folder / "NotoSans-Bold.ttf", TARGET / "NotoSans-Bold.ttf", LATIN, PLAIN)
    for script in SCRIPTS:
        name = f"NotoSans{script}-Regular.ttf"
        covered |= _cut(folder / name, TARGET / name, None, None)
    covered |= _cut(folder / "NotoSansMath-Regular.ttf", TARGET / "NotoSansMath-Regular.ttf", MATHS, {"mark"})
    covered |= _cut(folder / "NotoSansSymbols2-Regular.ttf", TARGET / "NotoSansSymbols2-Regular.ttf", SYMBOLS, {"mark"})
    covered |= _cut(folder / "NotoEmoji-Regular.woff", TARGET / "NotoEmoji-Regular.ttf", None, {"ccmp"})
    covered |= _cut(folder / "DroidSansFallbackFull.ttf", TARGET / "DroidSansFallback.ttf", EAST_ASIA, {"mark"})
    korean = ",".join(f"{ord(letter):X}" for letter in _korean())
    covered |= _cut(folder / "NanumGothic.ttf", TARGET / "HubsKorean.ttf", korean, set(), "Hubs Korean")
    (TARGET / "coverage.txt").write_text("\n".join(_ranges(covered)) + "\n", encoding="ascii")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
