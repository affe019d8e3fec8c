"""Conflicts between the store and services: values of which only one can stay, kept both."""
