"""The workspaces; they talk to the session, never to each other."""
