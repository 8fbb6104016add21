"""Carriers: one folder each, all alike from outside."""
