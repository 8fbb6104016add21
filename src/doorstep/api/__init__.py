"""REST under /v1, one file per resource. Reads by queries, writes through flows; keys of shops and warehouses."""
