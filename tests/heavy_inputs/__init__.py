"""Inputs that are dear to answer, and a server with one worker that must stay quick meanwhile."""
