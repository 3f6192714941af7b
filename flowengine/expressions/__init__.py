"""JSONata with Node-RED's own functions, the dates of ``$moment()`` among them."""

from .compiling import Evaluate, compile_jsonata, format_date

__all__ = ["Evaluate", "compile_jsonata", "format_date"]
