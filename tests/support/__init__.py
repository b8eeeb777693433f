"""What tests share. Loaded before the product: as in the web part, forms are built when used."""

from engage.processes.start import build_forms_when_used

build_forms_when_used()
