"""Pure rendering: values to bytes."""
