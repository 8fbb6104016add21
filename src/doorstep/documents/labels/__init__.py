"""Shipping labels and manifests: PDF for any printer, ZPL for label printers."""
