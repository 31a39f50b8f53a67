"""Pictures of items: found in a folder, or rendered as covers."""
