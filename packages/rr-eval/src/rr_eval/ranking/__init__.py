"""Ranking metrics: each a function of where the relevant items stand, with one value a query.

One relevant item a query: `ranks` [N]. Any number of them: `ranks` [M], those of all queries one after the other, and
`offsets` [N + 1], so that query n has `ranks[offsets[n]:offsets[n + 1]]`, in any order. Ranks count from 1; an item
that is not ranked has rank inf. A query without a relevant item has the value NaN: nothing can be said about it.
"""
