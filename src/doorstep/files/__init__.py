"""The brand folder in and out, validated. The formats themselves are told in docs/formats.md."""
