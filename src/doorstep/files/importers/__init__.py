"""Public data and other systems' exports made into brand folders. One package per source."""
