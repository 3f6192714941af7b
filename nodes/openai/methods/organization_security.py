"""Audit log, data retention and workload identities of an organization."""

from typing import Literal

from ..record import AFTER, BEFORE, LIMIT, PAGE, Family, delete, get, optional, post, required
from .audit_events import AuditEvent
from .fields import NAME
from .shapes import AttributeTransformation, Json, TimeRange

ATTRIBUTE_TRANSFORMATIONS = optional("attribute_transformations", list[AttributeTransformation])

FAMILY = Family(
    "organization-security",
    icon="🛡",
    admin=True,
    methods=(
        get(
            "admin.organization.audit_logs.list",
            "/organization/audit_logs",
            optional("actor_emails", list[str]),
            optional("actor_ids", list[str]),
            AFTER,
            BEFORE,
            optional("effective_at", TimeRange),
            optional("event_types", list[AuditEvent]),
            LIMIT,
            optional("project_ids", list[str]),
            optional("resource_ids", list[str]),
            optional("tenant_only", bool),
            page="ConversationCursorPage",
        ),
        get("admin.organization.data_retention.retrieve", "/organization/data_retention"),
        post(
            "admin.organization.data_retention.update",
            "/organization/data_retention",
            required(
                "retention_type",
                Literal[
                    "zero_data_retention",
                    "modified_abuse_monitoring",
                    "enhanced_zero_data_retention",
                    "enhanced_modified_abuse_monitoring",
                ],
                example="zero_data_retention",
            ),
        ),
        post(
            "admin.organization.workload_identity_providers.create",
            "/organization/workload_identity_providers",
            required("audience", example="https://api.openai.com/v1"),
            required("issuer", example="https://token.actions.githubusercontent.com"),
            NAME,
            required("type", Literal["oidc"], example="oidc"),
            ATTRIBUTE_TRANSFORMATIONS,
            optional("description"),
            optional("enabled", bool),
            optional("verification", Json),
        ),
        delete(
            "admin.organization.workload_identity_providers.delete",
            "/organization/workload_identity_providers/{workload_identity_provider_id}",
        ),
        post(
            "admin.organization.workload_identity_providers.federation_rules.create",
            "/organization/workload_identity_providers/{workload_identity_provider_id}/federation_rules",
            required(
                "attribute_matchers", dict[str, str | float | bool], example={"repository": "acme/website"}
            ),
            required("project_id"),
            required("service_account_id"),
            optional("description"),
            optional("enabled", bool),
            optional("name"),
            optional("permissions", Json),
        ),
        delete(
            "admin.organization.workload_identity_providers.federation_rules.delete",
            "/organization/workload_identity_providers/{workload_identity_provider_id}/federation_rules/{workload_identity_federation_rule_id}",
        ),
        get(
            "admin.organization.workload_identity_providers.federation_rules.list",
            "/organization/workload_identity_providers/{workload_identity_provider_id}/federation_rules",
            optional("service_account_id"),
            *PAGE,
            page="CursorPage",
        ),
        get(
            "admin.organization.workload_identity_providers.federation_rules.retrieve",
            "/organization/workload_identity_providers/{workload_identity_provider_id}/federation_rules/{workload_identity_federation_rule_id}",
        ),
        post(
            "admin.organization.workload_identity_providers.federation_rules.update",
            "/organization/workload_identity_providers/{workload_identity_provider_id}/federation_rules/{workload_identity_federation_rule_id}",
            optional("attribute_matchers", dict[str, str | float | bool]),
            optional("description"),
            optional("enabled", bool),
            optional("name"),
            optional("permissions", Json),
            example={"enabled": False},
        ),
        get(
            "admin.organization.workload_identity_providers.list",
            "/organization/workload_identity_providers",
            *PAGE,
            page="CursorPage",
        ),
        get(
            "admin.organization.workload_identity_providers.retrieve",
            "/organization/workload_identity_providers/{workload_identity_provider_id}",
        ),
        post(
            "admin.organization.workload_identity_providers.update",
            "/organization/workload_identity_providers/{workload_identity_provider_id}",
            ATTRIBUTE_TRANSFORMATIONS,
            optional("audience"),
            optional("description"),
            optional("enabled", bool),
            optional("issuer"),
            optional("name"),
            optional("verification", Json),
            example={"enabled": False},
        ),
    ),
)
