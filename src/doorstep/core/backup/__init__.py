"""The whole record in one file, and back: the same file whichever database it is from, and whichever it goes to."""
