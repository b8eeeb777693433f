"""Files as people attach and save them at their pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import FilePayload, Page

OTHER = "application/octet-stream"


def payload(data: bytes, name: str, kind: str = "image/jpeg") -> FilePayload:
    """A file as the browser's choice hands it over."""
    return {"name": name, "mimeType": kind, "buffer": data}


def attach(page: Page, *files: FilePayload | Path) -> None:
    """Press the button and choose these files."""
    with page.expect_file_chooser() as choosing:
        page.get_by_role("button", name="Attach file", exact=True).click()
    choosing.value.set_files(list(files))  # type: ignore[arg-type]


def saved(page: Page, name: str, folder: Path) -> bytes:
    """Save a file of the conversation; what the browser has written under its name."""
    with page.expect_download() as downloading:
        page.get_by_role("log").get_by_role("link", name=name).click()
    assert downloading.value.suggested_filename == name
    path = folder / name
    downloading.value.save_as(path)
    return path.read_bytes()
