"""An answer with all that is needed to check it, in one file that needs neither this index nor a network."""
