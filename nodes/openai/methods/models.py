"""Models the key may use."""

from ..record import Family, delete, get

FAMILY = Family(
    "models",
    icon="🧠",
    methods=(
        get("listModels", "/models", sdk="models.list", page="Page"),
        get("retrieveModel", "/models/{model}", sdk="models.retrieve"),
        delete("deleteModel", "/models/{model}", sdk="models.delete"),
    ),
)
