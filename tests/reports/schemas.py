"""The official schemas, from tests/data/schemas; nothing is fetched."""

import json
import lzma
from pathlib import Path
from typing import Any

import jsonschema_rs

SCHEMAS = Path(__file__).parents[1] / "data" / "schemas"


def official(name: str) -> Any:  # noqa: ANN401 - a JSON document
    return json.loads(lzma.decompress((SCHEMAS / f"{name}.xz").read_bytes()))


def cyclonedx_faults(document: object, version: str = "1.6") -> list[str]:
    """Give what the CycloneDX schema of a version has against a document; its sister schemas are resolved locally."""
    names = ["spdx", "jsf-0.82", *(["cryptography-defs"] if version == "1.7" else [])]
    sisters = [official(f"{name}.schema.json") for name in names]
    registry = jsonschema_rs.Registry([(sister["$id"], sister) for sister in sisters])
    return _faults(official(f"bom-{version}.schema.json"), document, registry)


def spdx_faults(document: object) -> list[str]:
    """Give what the SPDX 2.3 schema has against a document."""
    return _faults(official("spdx-2.3.schema.json"), document, None)


def sarif_faults(document: object) -> list[str]:
    """Give what the SARIF 2.1.0 schema has against a document."""
    return _faults(official("sarif-schema-2.1.0.json"), document, None)


def faults(schema: Any, document: object) -> list[str]:  # noqa: ANN401 - a JSON document
    """Give what a schema without references to others has against a document."""
    return _faults(schema, document, None)


def _faults(schema: Any, document: object, registry: jsonschema_rs.Registry | None) -> list[str]:  # noqa: ANN401
    validator = jsonschema_rs.validator_for(schema, registry=registry, validate_formats=True)
    return [f"{'/'.join(map(str, error.instance_path))}: {error.message}" for error in validator.iter_errors(document)]
