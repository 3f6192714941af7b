"""Webhooks: checking what arrives, and the endpoints it is sent to."""

from ..record import AFTER, LIMIT, Family, delete, get, local, optional, post, required
from ..webhooks import unwrap_webhook_event, verify_webhook_signature
from .fields import NAME
from .shapes import Json
from .webhook_events import WebhookEvent

PAYLOAD = required("payload", example='{"id": "evt_123", "type": "response.completed"}')
HEADERS = required(
    "headers",
    Json,
    example={
        "webhook-id": "wh_123",
        "webhook-timestamp": "1750000000",
        "webhook-signature": "v1,c2lnbmF0dXJl",
    },
)

TOLERANCE = optional("tolerance", int, ge=0)

FAMILY = Family(
    "webhooks",
    icon="🪝",
    methods=(
        local(
            "unwrapWebhookEvent",
            PAYLOAD,
            HEADERS,
            optional("secret"),
            TOLERANCE,
            sdk="webhooks.unwrap",
            run=unwrap_webhook_event,
            example={"secret": "whsec_c2VjcmV0"},
        ),
        local(
            "verifyWebhookSignature",
            PAYLOAD,
            HEADERS,
            optional("secret"),
            TOLERANCE,
            sdk="webhooks.verify_signature",
            run=verify_webhook_signature,
            example={"secret": "whsec_c2VjcmV0"},
        ),
        post(
            "webhooks.create",
            "/webhook_endpoints",
            required("event_types", list[WebhookEvent], example=["response.completed"]),
            NAME,
            required("url", example="https://example.com/webhooks/openai"),
        ),
        delete("webhooks.delete", "/webhook_endpoints/{webhook_endpoint_id}"),
        get("webhooks.event_types.list", "/webhook_event_types"),
        get("webhooks.list", "/webhook_endpoints", AFTER, LIMIT, page="CursorPage"),
        get("webhooks.retrieve", "/webhook_endpoints/{webhook_endpoint_id}"),
        post(
            "webhooks.rotate_secret",
            "/webhook_endpoints/{webhook_endpoint_id}/rotate_secret",
            optional("keep_old_secret_active_for_24_hours", bool),
            example={"keep_old_secret_active_for_24_hours": True},
        ),
        post(
            "webhooks.test",
            "/webhook_endpoints/{webhook_endpoint_id}/test",
            required("event_type", WebhookEvent, example="response.completed"),
        ),
        post(
            "webhooks.update",
            "/webhook_endpoints/{webhook_endpoint_id}",
            optional("event_types", list[WebhookEvent]),
            optional("name"),
            optional("url"),
            example={"name": "Finished responses"},
        ),
    ),
)
