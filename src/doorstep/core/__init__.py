"""The record: Django apps that own the tables and the truth. They call no kernel and know no plug-in."""
