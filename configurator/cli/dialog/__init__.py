"""The dialog at the terminal: `configurator configure`. The only door to textual."""
