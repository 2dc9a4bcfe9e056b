"""The headers in sentences: what the picture shows, for who cannot see it."""

from portlab.views.headers.shapes import Headers, Part


def render(headers: Headers) -> str:
    """One line for the packet, one for each part, one for each place where reading stopped."""
    return "\n".join(
        [
            f"{headers.title}. {headers.sizes}.",
            *(f"{part.title}: {_fields(part)}." for part in headers.parts),
            *headers.stops,
        ]
    )


def _fields(part: Part) -> str:
    if not part.is_header:
        return part.fields[0].value
    return "; ".join(f"{field.name} {field.value}" for field in part.fields)
