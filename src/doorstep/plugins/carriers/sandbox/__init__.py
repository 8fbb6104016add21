"""The pretend carrier of `doorstep sandbox`, spoken to as one speaks to a real one."""
