"""Work that nobody waits for: jobs, who does them, and what comes round again."""
