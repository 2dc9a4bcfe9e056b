"""Tests of the room of the services: the facts of the catalogue, and how they are found."""
