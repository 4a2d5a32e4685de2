"""Generates the pages of the site that come from the code, and copies the repository files that pages link to."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[2]
LINK = re.compile(r"\]\(\.\./([^)#]+)")
INTRODUCTION = """# The sweep file

Every key of a sweep file, generated from the models that validate it. `sweep schema` prints the same as a JSON schema,
which editors use to complete and validate a file:

```yaml
# yaml-language-server: $schema=sweep.schema.json
```

A value in `optimizers` and `space` is a scalar or a list; a grid tries every combination of the lists. Keys of `space`
may also be given at the top level. Values on the command line override the file: `sweep run FILE trainer.epochs=5`.
"""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated page, and the files outside this folder that pages link to."""
    files.append(File.generated(config, "sweep-file.md", content=sweep_file_page()))
    linked: set[str] = set()
    for file in files.documentation_pages():
        if file.abs_src_path is not None:
            linked |= set(LINK.findall(Path(file.abs_src_path).read_text(encoding="utf-8")))
    for name in sorted(linked):
        for path in files_of(ROOT / name):
            relative = path.relative_to(ROOT).as_posix()
            content = path.read_text(encoding="utf-8")
            files.append(File.generated(config, f"files/{relative}.txt", content=content))
    return files


def files_of(path: Path) -> list[Path]:
    """The file itself, or the files in a folder."""
    return sorted(inside for inside in path.iterdir() if inside.is_file()) if path.is_dir() else [path]


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Redirect links to repository files to their copies in the site; a folder becomes its first file."""

    def copy(link: re.Match[str]) -> str:
        first = files_of(ROOT / link[1])[0]
        return f"](files/{first.relative_to(ROOT).as_posix()}.txt"

    return LINK.sub(copy, markdown)


def sweep_file_page() -> str:
    """The page on the sweep file: one table per section, generated from the schema."""
    from sweep.config import json_schema

    schema = json_schema()
    definitions = schema["$defs"]
    parts = [INTRODUCTION, "## Top level\n", *table(schema["properties"], definitions)]
    for name, described in schema["properties"].items():
        for title, model in models(name, described, definitions):
            parts += [f"\n## {title}\n", f"{model.get('description', '')}\n", *table(model["properties"], definitions)]
    return "\n".join(parts)


def models(name: str, described: Mapping[str, Any], definitions: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The sections of a key, each with a title: one, or one for each of its variants."""
    found = list(dict.fromkeys(references(described)))
    if name == "optimizers":
        yield from (
            (f"`optimizers.{optimizer}`", {**definitions[reference], "properties": own(definitions[reference])})
            for optimizer, one in definitions["Optimizers"]["properties"].items()
            for reference in references(one)
        )
        return
    for reference in found:
        model = definitions[reference]
        if "properties" in model and name in ("gates", *SECTIONS):
            title = f"`{name}`" if len(found) == 1 else f"`{name}`, {KINDS.get(reference, reference)}"
            yield title, model


SECTIONS = ("data", "network", "trainer", "metric", "search", "space", "roles", "resources", "tracking")
KINDS = {
    "BundledData": "a bundled dataset",
    "SyntheticData": "a synthetic dataset",
    "FileData": "a file",
    "ModuleData": "your own function",
    "NetworkConfig": "a dense network",
    "ModuleNetwork": "your own module",
}


def own(model: Mapping[str, Any]) -> dict[str, Any]:
    """The properties that only this optimizer has; the rest are in `space`."""
    return {name: described for name, described in model["properties"].items() if "$ref" not in described}


def references(described: Any) -> Iterator[str]:
    """Names of the models that a schema refers to."""
    if isinstance(described, Mapping):
        if re.fullmatch(r"#/\$defs/\w+", str(described.get("$ref", ""))):
            yield str(described["$ref"]).rpartition("/")[2]
        for key, inner in described.items():
            if key != "$ref":
                yield from references(inner)
    elif isinstance(described, list):
        for inner in described:
            yield from references(inner)


def table(properties: Mapping[str, Any], definitions: Mapping[str, Any]) -> list[str]:
    """Rows of key, default and description."""
    lines = ["| key | default | description |", "| --- | --- | --- |"]
    for name, described in properties.items():
        if str(described.get("$ref", "")).startswith("#/$defs/SharedSpace/properties"):
            continue
        default = described.get("default")
        shown = "" if default in (None, "", []) or isinstance(default, dict) else f"`{json.dumps(default)}`"
        said = described.get("description") or " ".join(
            definitions[reference].get("description", "") for reference in references(described)
        )
        said = " ".join(said.split()).replace("|", "\\|")
        lines.append(f"| `{name}` | {shown} | {said} |")
    return lines
