"""Draws a decision tree: where its boxes and lines lie."""
