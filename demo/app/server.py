"""The application of the demo image: fetches a page and fills it into a template."""

import sys

import jinja2
import requests


def main(address: str) -> None:
    """Print what is served at `address`, as a heading and a body."""
    page = requests.get(address, timeout=10)
    sys.stdout.write(jinja2.Template("{{ title }}\n\n{{ body }}\n").render(title=address, body=page.text))


if __name__ == "__main__":
    main(sys.argv[1])
