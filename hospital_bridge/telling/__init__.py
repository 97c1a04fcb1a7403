"""Telling people and systems what happened: messages, webhooks, and what became of each."""

from __future__ import annotations
