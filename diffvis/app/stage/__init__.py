"""The stage: pictures fill the screen, and everything else waits at its edges."""
