"""What surrounds the workspaces: window, menu, header, docks, help."""
