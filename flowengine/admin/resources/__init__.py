"""The addresses of the API, one module a resource; each declares its ``ENDPOINTS``."""
