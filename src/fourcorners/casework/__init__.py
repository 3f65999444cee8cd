"""One function a use case; the only room that joins the five below."""
