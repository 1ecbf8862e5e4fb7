"""A scene as SVG and as PDF."""
