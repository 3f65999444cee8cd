"""One file a format: from bytes to rows, each value with its byte ranges."""
