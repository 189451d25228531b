"""Pages of the web → files of the corpus. Only ``qa fetch`` uses this; nothing else asks the network for anything."""
