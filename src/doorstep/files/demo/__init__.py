"""The demonstration brand: an invented European shop for home and living, at any size, drawn from one seed."""

from doorstep.files.demo.brand import DemoReport, demo_brand

__all__ = ["DemoReport", "demo_brand"]
