"""Lectures: files of scenes, each of which is what a window shows at one moment. No Qt."""
