"""How the page of a description looks: light or dark as the reader's system is, wide or narrow."""

from __future__ import annotations

from typing import Final

STYLE: Final = """
:root {
  color-scheme: light dark;
  --back: #ffffff; --card: #f5f6f8; --text: #1c2127; --quiet: #566070; --line: #d5d9e0;
  --bar: #2f6db3; --low: #17806a; --medium: #6a6fb8; --high: #b9530f;
}
@media (prefers-color-scheme: dark) {
  :root {
    --back: #14171c; --card: #1e232b; --text: #e6e9ee; --quiet: #a3adbb; --line: #3a424e;
    --bar: #6aa9ee; --low: #4fc4a6; --medium: #a3a8f0; --high: #f0975a;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; max-width: 70rem; padding: 1.5rem 1rem 4rem; background: var(--back); color: var(--text);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
}
h1 { font-size: 1.8rem; line-height: 1.2; margin: 0 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 2.5rem 0 .25rem; }
p { margin: .25rem 0 .75rem; max-width: 46rem; }
.quiet, caption, figcaption, .axis { color: var(--quiet); font-size: .875rem; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .75rem; margin: 1.25rem 0 0; }
.tiles div { background: var(--card); border-radius: .5rem; padding: .6rem .8rem; }
.tiles dt { color: var(--quiet); font-size: .875rem; }
.tiles dd { margin: 0; font-size: 1.35rem; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 1rem 2.5rem; }
.pair > section, .pair > figure { min-width: 0; }
table { border-collapse: collapse; width: 100%; margin: .75rem 0; font-variant-numeric: tabular-nums; }
caption { text-align: left; padding-bottom: .35rem; }
th, td { text-align: left; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-weight: 600; overflow-wrap: anywhere; }
thead th { color: var(--quiet); font-size: .875rem; font-weight: 500; }
.number { text-align: right; white-space: nowrap; }
td:last-child, th:last-child { padding-right: 0; }
.scroll { overflow-x: auto; }
.bars th { white-space: nowrap; font-weight: 400; }
.bars .fill { width: 60%; vertical-align: middle; }
svg { display: block; width: 100%; }
svg.bar { height: .9rem; }
svg.columns { height: 8rem; border-bottom: 1px solid var(--quiet); }
rect { fill: var(--bar); }
rect.low { fill: var(--low); } rect.medium { fill: var(--medium); } rect.high { fill: var(--high); }
line { stroke: var(--text); stroke-width: 1; stroke-dasharray: 4 3; vector-effect: non-scaling-stroke; }
figure { margin: .75rem 0; }
.axis { display: flex; justify-content: space-between; }
.key { display: inline-block; width: .8rem; height: .8rem; border-radius: .15rem; margin: 0 .35rem 0 .9rem; }
.key:first-child { margin-left: 0; }
.key.low { background: var(--low); } .key.medium { background: var(--medium); } .key.high { background: var(--high); }
details { margin: .25rem 0 .75rem; } summary { color: var(--quiet); font-size: .875rem; cursor: pointer; }
.good { color: var(--low); } .bad { color: var(--high); font-weight: 600; }
.gallery { display: grid; grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); gap: 1rem; }
.gallery figure { margin: 0; }
.gallery img { width: 100%; height: auto; aspect-ratio: 1; object-fit: cover; border-radius: .35rem; display: block; }
.gallery figcaption { margin-top: .3rem; overflow-wrap: anywhere; }
.gallery b { color: var(--text); font-weight: 600; }
"""
