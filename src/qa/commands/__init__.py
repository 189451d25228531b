"""One module a command, imported when it is chosen: what one needs costs the others nothing."""

EXIT_ERROR, EXIT_UNREADABLE, EXIT_EMPTY, EXIT_QUOTATIONS, EXIT_INTERRUPTED = 1, 3, 4, 5, 130
