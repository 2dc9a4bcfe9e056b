"""The headers as JSON for the page: header.js draws it, and looks at nothing else.

{title, sizes, stops: [sentence], bytes: hex of the bytes shown, more: how many are not,
 parts: [{name, title, kind, depth, start, end,            # bytes
          fields: [{name, short, group, start, width,      # bits
                    where, raw, value, brief, meaning, source, wrong, cut}]}]}
"""

from typing import Any

from portlab.views.headers.shapes import Field, Headers, Part

BYTES_SHOWN = 256
"""Of a long payload the page shows only so much; headers are always shown whole."""


def data(headers: Headers) -> dict[str, Any]:
    """The layout as what JSON can hold."""
    last = max((part.end for part in headers.parts if part.is_header), default=0)
    shown = max(last, min(len(headers.raw), BYTES_SHOWN))
    return {
        "title": headers.title,
        "sizes": headers.sizes,
        "stops": list(headers.stops),
        "bytes": headers.raw[:shown].hex(),
        "more": len(headers.raw) - shown,
        "parts": [_part(headers, part) for part in headers.parts],
    }


def _part(headers: Headers, part: Part) -> dict[str, Any]:
    return {
        "name": part.name,
        "title": part.title,
        "kind": part.kind,
        "depth": part.depth,
        "start": part.start,
        "end": part.end,
        "fields": [_field(headers, field) for field in part.fields],
    }


def _field(headers: Headers, field: Field) -> dict[str, Any]:
    return {
        "name": field.name,
        "short": field.short,
        "group": field.group,
        "start": field.start,
        "width": field.width,
        "where": field.where,
        "raw": headers.raw_text(field),
        "value": field.value,
        "brief": field.brief,
        "meaning": field.meaning,
        "source": field.source,
        "wrong": field.wrong,
        "cut": field.cut,
    }
